package results

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestWarnings(t *testing.T) {
	adjust := func(impl string, factors map[string]float64) File {
		f := mixOf(12).file()
		for i, r := range f.Rows {
			f.Rows[i].Values = slices.Clone(r.Values)
			for j, v := range r.Values {
				if factor, ok := factors[v.Unit]; ok && r.Impl == impl {
					f.Rows[i].Values[j].Value = v.Value * factor
				}
			}
		}
		return f
	}
	for _, test := range []struct {
		name string
		file File
		want []string // each in the output, or no warning at all
	}{
		{"agreement", mixOf(12).file(), nil},
		{"within", adjust("rwlock", map[string]float64{"hits/lookup": 1.009, "nodes/op": 1.004}), nil},
		{"hits", adjust("rwlock", map[string]float64{"hits/lookup": 1.012, "nodes/op": 0.996}),
			[]string{"hits/lookup differs by 1.2% @1, from 0.5 (unsync) to 0.506 (rwlock): the latter visits -0.4% elements per operation"}},
		{"updates", adjust("seqlock", map[string]float64{"updates/op": 0.98}), []string{"updates/op differs by 2% @2", "(seqlock)"}},
		{"the floor is exempt", adjust("noop", map[string]float64{"updates/op": 0.5}), nil},
		{"control", adjust("unsync-control", map[string]float64{"x/unsync": 1.02}),
			[]string{"unsync-control, which is unsync, measured 1.022 ±0.7% @2"}},
	} {
		got := strings.Join(strings.Fields(render(t, test.file, Options{})), " ")
		if test.want == nil && strings.Contains(got, "warning:") {
			t.Errorf("%s: warned:\n%s", test.name, got)
		}
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in\n%s", test.name, want, got)
			}
		}
	}
}

func TestNoise(t *testing.T) {
	f := tableOf(0, ratios{"unsync", around(1, 8), false}, ratios{"a", []float64{1, 1, 1.01, 1.02, 1.03, 1.04, 1.05, 2}, false})
	want := "warning: times vary by over 10% (standard deviation) from fork to fork: a @2 30% (outliers: 1 of 8)"
	if got := strings.Join(strings.Fields(render(t, f, Options{Full: true})), " "); !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}

func TestModes(t *testing.T) {
	for _, test := range []struct {
		values    []float64
		low, high int // values in each mode; 0 for no modes
	}{
		{[]float64{1, 1, 1, 2, 2, 2}, 3, 3},
		{[]float64{2, 1, 2, 1.1, 1, 2.1, 1.05, 1, 1, 1}, 7, 3},
		{[]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, 0, 0},           // an outlier
		{[]float64{1, 1, 1, 1, 1, 1, 1, 1, 2, 2}, 8, 2},           // a fifth
		{[]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2}, 0, 0},        // less
		{[]float64{1, 1, 1, 1.5, 1.5, 1.5}, 0, 0},                 // near
		{[]float64{1, 1.4, 1.9, 2.6, 3.5, 4.8}, 0, 0},             // wide, and no gap
		{[]float64{1, 1, 2, 2, 2, 2, 2, 2, 9, 9}, 8, 2},           // the widest gap
		{[]float64{0, 0, 0, 5, 5, 5}, 0, 0},                       // nothing is no mode of a ratio
		{[]float64{1, 3}, 0, 0}, {[]float64{}, 0, 0}, {nil, 0, 0}, // too few
	} {
		low, high, ok := modes(test.values)
		if ok != (test.low > 0) || ok && (len(low) != test.low || len(high) != test.high) {
			t.Errorf("%v: %v, %v, %v", test.values, low, high, ok)
		}
	}

	f := tableOf(0.1, ratios{"unsync", around(1, 10), true}, ratios{"rwmutex", slices.Concat(around(3.1, 6), around(60, 4)), false})
	got := strings.Join(strings.Fields(render(t, f, Options{})), " ")
	for _, want := range []string{" !*", "*: the windows fall into two modes", "3.10 60% | 60.0 40%", "warning: hash of 1k, 10% updates: two modes: rwmutex @2 (3.10 in 6 forks, 60.0 in 4)"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// Of many values a few may lie between the modes. They are in neither.
func TestModesOfMany(t *testing.T) {
	values := slices.Concat(around(12, 11), around(25, 8), []float64{17.3})
	if low, high, ok := modes(values); !ok || len(low) != 11 || len(high) != 8 {
		t.Errorf("%v, %v, %v", low, high, ok)
	}
	if low, high, ok := modes(append(values[:19], 14, 16, 18, 20, 22)); ok {
		t.Errorf("more than a few lie between: %v, %v", low, high)
	}
	var wide []float64
	for i := range 60 {
		wide = append(wide, math.Pow(1.05, float64(i)))
	}
	if low, high, ok := modes(wide); ok {
		t.Errorf("as wide as that, and without a gap: %v, %v", low, high)
	}
}

func TestSome(t *testing.T) {
	for _, test := range []struct {
		findings []string
		want     string
	}{
		{[]string{"a"}, "a"},
		{[]string{"a", "b", "c"}, "a, b, c"},
		{[]string{"a", "b", "c", "d", "e"}, "a, b, c, 2 more"},
	} {
		if got := some(test.findings); got != test.want {
			t.Errorf("%v: %s, want %s", test.findings, got, test.want)
		}
	}
}

func TestDisturbance(t *testing.T) {
	fork := func(replayed, disturbed int) Fork {
		return Fork{Rounds: 3, Windows: 60, Replayed: replayed, Disturbed: disturbed}
	}
	for _, test := range []struct {
		forks []Fork
		want  string
	}{
		{nil, ""},
		{[]Fork{fork(0, 3), fork(0, 3)}, ""},
		{[]Fork{fork(0, 7), fork(0, 0)}, "disturbed: in 7 of 120 windows a worker lost its core to somebody else; 0 of them were played again, and of 7 the time lost was subtracted"},
		{[]Fork{fork(3, 0), fork(0, 3)}, ""},
		{[]Fork{fork(10, 2), fork(0, 0)}, "disturbed: in 12 of 130 windows a worker lost its core to somebody else; 10 of them were played again, and of 2 the time lost was subtracted"},
	} {
		if got := strings.Join(disturbance(test.forks), "\n"); got != test.want {
			t.Errorf("%+v: %q, want %q", test.forks, got, test.want)
		}
	}
	f := mixOf(6).file()
	f.Forks[0].Disturbed = f.Forks[0].Windows * 10
	f.Config = append(slices.Clone(f.Config[:len(f.Config)-1]), [2]string{"layouts", "1"})
	got := render(t, f, Options{})
	for _, want := range []string{"\ndisturbed: in ", "\nlayouts: 1: "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
