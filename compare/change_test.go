package compare

import (
	"math"
	"math/rand/v2"
	"testing"
)

// of returns values of forks, whose layouts alternate.
func of(layouts int, values ...float64) (all []value) {
	for i, v := range values {
		all = append(all, value{i + 1, 1 + i%layouts, v})
	}
	return all
}

func near(a, b float64) bool { return a == b || math.Abs(a-b) < 1e-4 }

func TestChange(t *testing.T) {
	e := math.E
	for _, test := range []struct {
		about    string
		old, new []value
		paired   bool
		want     Change // with logarithms of By, Lo and Hi
	}{
		// Mean 1, deviation 1/√3 of differences 0, 1, 2; t of 2 degrees of freedom is 4.3027.
		{"pairs", of(1, 1, 1, 1), of(1, 1, e, e*e), true, Change{Old: 1, New: e, By: 1, Lo: 1 - 4.3027/math.Sqrt(3), Hi: 1 + 4.3027/math.Sqrt(3), P: 0.2254, Units: 3}},
		// What pairs share cancels.
		{"pairs that scatter together", of(1, 1, 10, 100), of(1, e, 10*e, 100*e), true, Change{Old: 10, New: 10 * e, By: 1, Lo: 1, Hi: 1, P: 0, Units: 3}},
		{"pairs that are equal", of(1, 1, 2), of(1, 1, 2), true, Change{Old: 1.5, New: 1.5, P: 1, Units: 2}},
		// Welch: mean 1, variances 1 and 1 of 3 each, 4 degrees of freedom: 2.7764.
		{"runs", of(1, 1, e, e*e), of(1, e, e*e, e*e*e), false, Change{Old: e, New: e * e, By: 1, Lo: 1 - 2.7764*math.Sqrt(2.0/3), Hi: 1 + 2.7764*math.Sqrt(2.0/3), P: 0.2879, Units: 3}},
		// Three layouts of four forks each are three values.
		{"layouts", of(3, 1, e, e*e, 1, e, e*e, 1, e, e*e, 1, e, e*e), of(3, e, e*e, e*e*e, e, e*e, e*e*e, e, e*e, e*e*e, e, e*e, e*e*e), false,
			Change{Old: e, New: e * e, By: 1, Lo: 1 - 2.7764*math.Sqrt(2.0/3), Hi: 1 + 2.7764*math.Sqrt(2.0/3), P: 0.2879, Units: 3}},
		// An outlier among the forks of a layout moves none of its medians.
		{"outlier", of(2, 1, 1, 1, 1, 1, 1), of(2, e, e, e, e, 1e9, e), true, Change{Old: 1, New: e, By: 1, Lo: 1, Hi: 1, P: 0, Units: 2}},
		{"one fork", of(1, 1), of(1, e), false, Change{Old: 1, New: e, By: 1, Lo: math.Inf(-1), Hi: math.Inf(1), P: 1, Units: 1}},
		{"one against many", of(1, 1), of(1, e, e, e), false, Change{Old: 1, New: e, By: 1, Lo: math.Inf(-1), Hi: math.Inf(1), P: 1, Units: 1}},
	} {
		got := independent(test.old, test.new)
		if test.paired {
			got, _ = paired(test.old, test.new)
		}
		logs := got
		logs.By, logs.Lo, logs.Hi = math.Log1p(got.By), math.Log1p(got.Lo), math.Log1p(got.Hi)
		w := test.want
		if !near(logs.Old, w.Old) || !near(logs.New, w.New) || !near(logs.By, w.By) || !near(logs.Lo, w.Lo) || !near(logs.Hi, w.Hi) || !near(logs.P, w.P) || logs.Units != w.Units {
			t.Errorf("%s: logarithms %+v, want %+v", test.about, logs, w)
		}
		if got.Known() != (test.want.Units > 1) {
			t.Errorf("%s: known %v", test.about, got.Known())
		}
	}
}

// Forks that one side lacks, because it failed there, leave the other's out.
func TestPairedLeavesOut(t *testing.T) {
	old, new := of(1, 1, 2, 3, 4), []value{{4, 1, 4}, {2, 1, 2}, {9, 1, 1000}}
	if c, ok := paired(old, new); !ok || c.Units != 2 || c.By != 0 || c.Old != 3 || c.New != 3 {
		t.Errorf("%+v, %v", c, ok)
	}
	if c, ok := paired(old, []value{{9, 1, 1}}); ok {
		t.Errorf("%+v without a pair", c)
	}
}

// Of intervals at 95 % about one in twenty leaves out the truth, whatever the layouts
// and forks scatter; if forks of a layout counted as independent, many more would.
func TestCoverage(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	run := func() (values []value) {
		for layout := 1; layout <= 8; layout++ {
			own := 0.02 * random.NormFloat64()
			for range 6 {
				values = append(values, value{len(values) + 1, layout, math.Exp(own + 0.01*random.NormFloat64())})
			}
		}
		return values
	}
	const n = 2000
	wrong, naive := 0, 0
	for range n {
		old, new := run(), run()
		if c := independent(old, new); c.Lo > 0 || c.Hi < 0 {
			wrong++
		}
		for _, side := range [][]value{old, new} {
			for i := range side {
				side[i].layout = 1
			}
		}
		if c := independent(old, new); c.Lo > 0 || c.Hi < 0 {
			naive++
		}
	}
	if wrong < n*3/100 || wrong > n*7/100 {
		t.Errorf("%d of %d intervals are wrong", wrong, n)
	}
	if naive < n*20/100 {
		t.Errorf("with forks as the unit %d of %d are wrong: the layouts of this test don't matter", naive, n)
	}
}
