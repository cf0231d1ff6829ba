package report

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// An axis maps values to pixels. from may be greater than to, as on a vertical axis.
type axis struct {
	low, high float64 // values at its ends
	from, to  float64 // pixels there
	log       bool
}

func (a axis) at(v float64) float64 {
	low, high := a.low, a.high
	if a.log {
		v, low, high = math.Log(v), math.Log(low), math.Log(high)
	}
	if high == low {
		return (a.from + a.to) / 2
	}
	return a.from + (v-low)/(high-low)*(a.to-a.from)
}

// has reports whether a value lies on the axis.
func (a axis) has(v float64) bool { return a.low <= v && v <= a.high }

// clamp moves a value onto the axis.
func (a axis) clamp(v float64) float64 { return min(max(v, a.low), a.high) }

// finest are the mantissas of the ticks of a logarithmic axis, from coarse to fine.
var finest = [][]float64{
	{1},
	{1, 3},
	{1, 2, 5},
	{1, 1.5, 2, 3, 5, 7},
	{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 7},
	{1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 2.5, 3, 4, 5, 7, 9},
	{1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.7, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 9.5},
	{1, 1.02, 1.04, 1.06, 1.08, 1.1, 1.15, 1.2, 9.6, 9.8},
}

// ticks returns round values on the axis: as many as fit if each has so many pixels, half
// on each side.
func (a axis) ticks(room func(float64) float64) (ticks []float64) {
	if !a.log {
		return a.linear(room(a.high))
	}
	for decades := 4.0; decades >= 1; decades-- {
		for _, mantissas := range finest {
			var more []float64
			for e := math.Floor(math.Log10(a.low)/decades) * decades; e <= math.Ceil(math.Log10(a.high)); e += decades {
				for _, m := range mantissas {
					if v := rounded(m * math.Pow(10, e)); a.has(v) {
						more = append(more, v)
					}
				}
			}
			if len(more) > len(ticks) && a.fit(more, room) {
				ticks = more
			}
			if decades > 1 {
				break
			}
		}
	}
	return ticks
}

func (a axis) fit(ticks []float64, room func(float64) float64) bool {
	for i := 1; i < len(ticks); i++ {
		if math.Abs(a.at(ticks[i])-a.at(ticks[i-1])) < (room(ticks[i])+room(ticks[i-1]))/2 {
			return false
		}
	}
	return true
}

func (a axis) linear(apart float64) (ticks []float64) {
	most := max(1, math.Floor(math.Abs(a.to-a.from)/apart))
	raw := (a.high - a.low) / most
	if !(raw > 0) {
		return []float64{a.low}
	}
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*step >= raw {
			step *= m
			break
		}
	}
	for v := math.Ceil(a.low/step) * step; v <= a.high*(1+1e-9); v += step {
		ticks = append(ticks, rounded(v))
	}
	return ticks
}

// rounded takes away what binary fractions add: 1.1 and not 1.1000000000000001.
func rounded(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	return v
}

// label writes a tick without more digits than it has.
func label(v float64) string {
	for _, s := range []struct {
		factor float64
		suffix string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= s.factor {
			return strconv.FormatFloat(rounded(v/s.factor), 'f', -1, 64) + s.suffix
		}
	}
	if v != 0 && v < 1e-4 {
		return strings.Replace(strconv.FormatFloat(v, 'e', -1, 64), "e-0", "e-", 1)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// labelTime writes a tick of nanoseconds.
func labelTime(v float64) string {
	for _, s := range []struct {
		factor float64
		unit   string
	}{{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}} {
		if v >= s.factor {
			return strconv.FormatFloat(rounded(v/s.factor), 'f', -1, 64) + s.unit
		}
	}
	return strconv.FormatFloat(v, 'f', -1, 64) + " ns"
}

// spread moves labels so that neighbours are so far apart, each as little as it can, and
// none beyond low and high, which must have room for all. It returns the places in the
// order of the wishes.
func spread(wishes []float64, apart, low, high float64) []float64 {
	order := make([]int, len(wishes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case wishes[i] < wishes[j]:
			return -1
		case wishes[i] > wishes[j]:
			return 1
		}
		return 0
	})
	// Labels that would overlap become a block, whose middle is that of the wishes.
	type block struct {
		sum float64 // of the wishes, each less its offset in the block
		n   int
	}
	start := func(b block) float64 {
		return min(max(b.sum/float64(b.n), low), high-float64(b.n-1)*apart)
	}
	var blocks []block
	for _, i := range order {
		blocks = append(blocks, block{wishes[i], 1})
		for n := len(blocks); n > 1; n = len(blocks) {
			a, b := blocks[n-2], blocks[n-1]
			if start(a)+float64(a.n)*apart <= start(b) {
				break
			}
			blocks = append(blocks[:n-2], block{a.sum + b.sum - float64(b.n)*float64(a.n)*apart, a.n + b.n})
		}
	}
	places := make([]float64, len(wishes))
	k := 0
	for _, b := range blocks {
		for j := range b.n {
			places[order[k]] = start(b) + float64(j)*apart
			k++
		}
	}
	return places
}
