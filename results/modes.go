package results

import (
	"fmt"
	"math"
	"slices"

	"readmostly/workloads"
)

// Two modes are what a sample falls into that has a gap where others have their
// middle: contended words are cheap or dear by where a hypervisor runs the CPUs, or
// by who holds them for how long. The median is then one of the two by luck, or a
// value between them that no window ever had.
type twoModes struct {
	low, high float64 // medians
	share     float64 // of the values that are in the lower one
	n         int     // values
	windows   bool    // the values are of windows, not of forks
}

// modes looks for two modes of the cell, in its windows where they are known.
func (c *cell) modes(unit string) (m twoModes, two bool) {
	values, windows := c.windows(unit)
	low, high, two := modes(values)
	if !two {
		return m, false
	}
	return twoModes{
		low: Summarize(low, confidence).Center, high: Summarize(high, confidence).Center,
		share: float64(len(low)) / float64(len(low)+len(high)), n: len(low) + len(high), windows: windows,
	}, true
}

// windows returns the values of the cell's windows in a unit, or of its forks where
// the windows are not known.
func (c *cell) windows(unit string) (values []float64, known bool) {
	if c == nil {
		return nil, false
	}
	for _, r := range c.rows {
		for _, w := range r.Windows {
			switch {
			case unit == workloads.NsPerOp.Unit:
				values = append(values, w.Time)
			case w.Ratio > 0:
				values = append(values, w.Ratio)
			}
		}
	}
	if len(values) > 0 {
		return values, true
	}
	return c.sample(unit), false
}

// text writes both modes with their shares: 12.1 60% | 35.4 40%.
func (m twoModes) text(format func(float64) string) string {
	low := math.Round(100 * m.share)
	return fmt.Sprintf("%s %.0f%% | %s %.0f%%", format(m.low), low, format(m.high), 100-low)
}

// either writes a backend's ratio as a sentence does: "1.23", or "1.23 or 2.71" for two
// modes.
func (t *table) either(s subject) string {
	if m, two := t.cell(s, t.most()).modes(Ratio(t.baseline).Unit); two {
		return formatShort(m.low) + " or " + formatShort(m.high)
	}
	ratio, _ := t.ratio(s, t.most())
	return formatShort(ratio.Center)
}

// rates returns the throughput of each mode of the time, where that has two.
func (t *table) rates(s subject, m workloads.Metric) (text string, two bool) {
	if m.Unit != workloads.OpsPerSecond.Unit {
		return "", false
	}
	modes, two := t.cell(s, t.most()).modes(workloads.NsPerOp.Unit)
	rate := func(ns float64) string { return formatScaled(float64(t.most()-t.Updaters) * 1e9 / ns) }
	return modes.text(rate), two
}

// modes splits values into two groups, if the greater of them lie far above the
// others and neither group is a few outliers only. One in twenty may lie in the gap:
// those are in neither.
func modes(values []float64) (low, high []float64, ok bool) {
	sorted := slices.Sorted(slices.Values(values))
	fewest := max(2, int(math.Ceil(0.2*float64(len(sorted)))))
	for between := range len(sorted)/20 + 1 {
		widest, at := 1.5, 0
		for i := fewest; i <= len(sorted)-fewest-between; i++ {
			if gap := sorted[i+between] / sorted[i-1]; sorted[i-1] > 0 && gap > widest {
				widest, at = gap, i
			}
		}
		if at > 0 {
			return sorted[:at], sorted[at+between:], true
		}
	}
	return nil, nil, false
}

// places says how far apart the workers' cores were in the forks that were mostly in
// one mode and in those that were mostly in the other, as far as that is known.
func (t *table) places(c *cell, m twoModes) string {
	middle := math.Sqrt(m.low * m.high)
	var low, high []float64
	for _, r := range c.rows {
		ns, _ := r.Values.Get(workloads.NsPerOp.Unit)
		ratio, compared := r.Values.Get(Ratio(t.baseline).Unit)
		if compared {
			ns = ratio
		}
		if far := t.forks[r.Fork].Far; far > 0 && ns <= middle {
			low = append(low, float64(far))
		} else if far > 0 {
			high = append(high, float64(far))
		}
	}
	if len(low) == 0 || len(high) == 0 {
		return ""
	}
	a, b := Summarize(low, confidence).Center, Summarize(high, confidence).Center
	text := fmt.Sprintf("a line took %s from core to core in forks of the first, %s in those of the second", formatNanoseconds(a), formatNanoseconds(b))
	if ratio := max(a, b) / min(a, b); ratio < apart {
		text += ", so it is not where the cores were"
	}
	return text
}

// apart is from which ratio on cores are nearer in one mode than in the other.
const apart = 1.25

// forksOf returns the forks of a file by their numbers.
func forksOf(f File) map[int]Fork {
	forks := make(map[int]Fork, len(f.Forks))
	for _, fork := range f.Forks {
		forks[fork.Number] = fork
	}
	return forks
}
