package results

import (
	"math"
	"slices"
	"testing"
)

func TestSummarize(t *testing.T) {
	inf := math.Inf(1)
	for _, test := range []struct {
		values     []float64
		confidence float64
		center     float64
		lo, hi     float64
		half       float64
	}{
		{[]float64{3, 1, 2, 6, 5, 4}, 0.95, 3.5, 1, 6, 2.5 / 3.5},
		{[]float64{3, 1, 2, 6, 5, 4}, 0.99, 3.5, -inf, inf, inf},
		{[]float64{8, 7, 3, 1, 2, 6, 5, 4}, 0.99, 4.5, 1, 8, 3.5 / 4.5},
		{[]float64{5, 4, 3, 2, 1}, 0.95, 3, -inf, 5, inf},
		{[]float64{2, 2, 2, 2, 2, 2}, 0.95, 2, 2, 2, 0},
		{[]float64{0, 0, 0, 0, 0, 0}, 0.95, 0, 0, 0, 0},
		{[]float64{0, 0, 0, 0, 0, 1}, 0.95, 0, 0, 1, inf},
		{[]float64{-1, -2, -3, -4, -5, -6}, 0.95, -3.5, -6, -1, 2.5 / 3.5},
	} {
		before := slices.Clone(test.values)
		i := Summarize(test.values, test.confidence)
		if i.N != len(before) || i.Center != test.center || i.Lo != test.lo || i.Hi != test.hi || i.HalfWidth() != test.half {
			t.Errorf("%v at %v: %+v, half-width %v", before, test.confidence, i, i.HalfWidth())
		}
		if i.Known() == (test.half == inf && test.center != 0) || i.Known() && i.Confidence < test.confidence {
			t.Errorf("%v at %v: known %v, confidence %v", before, test.confidence, i.Known(), i.Confidence)
		}
		if !slices.Equal(test.values, before) {
			t.Errorf("%v became %v", before, test.values)
		}
		if !i.Contains(test.center) || i.Known() && (!i.Contains(test.lo) || !i.Contains(test.hi) || i.Contains(test.hi+1) || i.Contains(test.lo-1)) {
			t.Errorf("%+v does not know what it contains", i)
		}
	}
	if i := Summarize(nil, 0.95); i.Known() || !math.IsNaN(i.Center) || !math.IsInf(i.HalfWidth(), 1) {
		t.Errorf("nothing is summarized as %+v", i)
	}
}

// The wider side counts, whichever it is.
func TestHalfWidthIsThatOfTheWiderSide(t *testing.T) {
	for _, i := range []Interval{{N: 9, Center: 10, Lo: 8, Hi: 10.5}, {N: 9, Center: 10, Lo: 9.5, Hi: 12}} {
		if got := i.HalfWidth(); got != 0.2 {
			t.Errorf("%+v: %v, want 0.2", i, got)
		}
	}
}
