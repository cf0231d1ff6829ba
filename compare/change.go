package compare

import (
	"cmp"
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"

	"readmostly/results"
)

// A Change is how much a figure changed, relative to what it was: 0.05 for 5 % more.
type Change struct {
	Old, New float64 // medians of the forks, as tables show them
	By       float64
	Lo, Hi   float64 // its interval at 95 %; infinite where there are too few values
	P        float64 // probability of such a change, or a greater one, where there is none; 1 where it isn't known
	Units    int     // layouts, or forks of the only one, on the side that has fewer
}

// Known reports whether there were enough values for an interval.
func (c Change) Known() bool { return !math.IsInf(c.Hi, 0) }

// log is the size of a change on the scale on which halving and doubling are alike.
func (c Change) log() float64 { return math.Abs(math.Log1p(c.By)) }

// reach is how far the interval reaches from the change, on that scale.
func (c Change) reach() float64 { return (math.Log1p(c.Hi) - math.Log1p(c.Lo)) / 2 }

// A value is what one fork showed of a cell.
type value struct {
	fork, layout int
	v            float64
}

// byFork orders values by the number of their fork.
func byFork(a, b value) int { return cmp.Compare(a.fork, b.fork) }

// units returns one logarithm per layout, the median of its forks'; or one per fork
// where there is only one layout.
func units(values []value) []float64 {
	layouts := map[int][]float64{}
	var forks []float64
	for _, x := range values {
		layouts[x.layout] = append(layouts[x.layout], math.Log(x.v))
		forks = append(forks, math.Log(x.v))
	}
	if len(layouts) < 2 {
		return forks
	}
	var medians []float64
	for _, logs := range layouts {
		medians = append(medians, results.Summarize(logs, confidence).Center)
	}
	slices.Sort(medians) // sums of floats depend on the order
	return medians
}

const confidence = 0.95

// medianOf returns the median of the values.
func medianOf(values []value) float64 {
	var all []float64
	for _, x := range values {
		all = append(all, x.v)
	}
	return results.Summarize(all, confidence).Center
}

// independent compares two runs.
func independent(old, new []value) Change {
	a, b := units(old), units(new)
	c := Change{Old: medianOf(old), New: medianOf(new), Units: min(len(a), len(b))}
	va, vb := stats.Variance(a)/float64(len(a)), stats.Variance(b)/float64(len(b))
	freedom := (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	c.test(stats.Mean(b)-stats.Mean(a), math.Sqrt(va+vb), freedom)
	return c
}

// paired compares two programs whose forks took turns. What only one has is left out.
func paired(old, new []value) (c Change, ok bool) {
	var before, after, ratios []value
	old, new = slices.SortedFunc(slices.Values(old), byFork), slices.SortedFunc(slices.Values(new), byFork)
	for _, x := range old {
		i, found := slices.BinarySearchFunc(new, x, byFork)
		if !found {
			continue
		}
		ratio := value{x.fork, x.layout, new[i].v / x.v}
		if ratio.v == 0 || math.IsInf(ratio.v, 0) {
			continue // it has no logarithm
		}
		before, after, ratios = append(before, x), append(after, new[i]), append(ratios, ratio)
	}
	if len(ratios) == 0 {
		return c, false
	}
	logs := units(ratios)
	c = Change{Old: medianOf(before), New: medianOf(after), Units: len(logs)}
	n := float64(len(logs))
	c.test(stats.Mean(logs), math.Sqrt(stats.Variance(logs)/n), n-1)
	return c, true
}

// test sets the change, its interval and its p-value, from the mean difference of
// logarithms, the standard error of that, and its degrees of freedom.
func (c *Change) test(mean, deviation, freedom float64) {
	c.By = math.Expm1(mean)
	switch {
	case c.Units < 2:
		c.Lo, c.Hi, c.P = -1, math.Inf(1), 1
		return
	case deviation == 0: // and freedom is 0/0
		c.Lo, c.Hi, c.P = c.By, c.By, 1
		if mean != 0 {
			c.P = 0
		}
		return
	}
	t := stats.TDist{V: freedom}
	reach := deviation * stats.InvCDF(t)((1+confidence)/2)
	c.Lo, c.Hi = math.Expm1(mean-reach), math.Expm1(mean+reach)
	c.P = 2 * t.CDF(-math.Abs(mean)/deviation)
}
