package results

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// An Interval is the median of a sample and an interval that holds the median of
// what it was drawn from, as benchstat computes both: by order statistics,
// without an assumption about the distribution.
type Interval struct {
	N          int     // values
	Center     float64 // their median
	Lo, Hi     float64 // one or both are infinite if the values are too few
	Confidence float64 // of Lo and Hi; at least what was asked for, as the ends are values
}

// Summarize returns the median of values and its interval at a confidence such
// as 0.95. It takes 6 values for an interval at 0.95, and 8 at 0.99. The values
// stay as they are.
func Summarize(values []float64, confidence float64) Interval {
	if len(values) == 0 {
		return Interval{Center: math.NaN(), Lo: math.Inf(-1), Hi: math.Inf(1), Confidence: 1}
	}
	s := benchmath.AssumeNothing.Summary(sampleOf(values), confidence)
	return Interval{N: len(values), Center: s.Center, Lo: s.Lo, Hi: s.Hi, Confidence: s.Confidence}
}

func sampleOf(values []float64) *benchmath.Sample {
	return benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
}

// Known reports whether there were enough values for an interval.
func (i Interval) Known() bool { return !math.IsInf(i.Lo, 0) && !math.IsInf(i.Hi, 0) }

// Contains reports whether x lies inside the interval, ends included.
func (i Interval) Contains(x float64) bool { return i.Lo <= x && x <= i.Hi }

// HalfWidth returns how far the interval reaches from the median, on its wider
// side, as a share of the median: 0.01 for ±1 %. It is infinite if the interval
// is not known, or if the median is zero and an end isn't.
func (i Interval) HalfWidth() float64 {
	reach := max(i.Hi-i.Center, i.Center-i.Lo)
	if reach == 0 {
		return 0
	}
	if !i.Known() || i.Center == 0 {
		return math.Inf(1)
	}
	return reach / math.Abs(i.Center)
}
