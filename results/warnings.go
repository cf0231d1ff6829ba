package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/montanaflynn/stats"

	"readmostly/workloads"
)

// warnings returns what a reader must know before believing the table.
func (t *table) warnings() (lines []string) {
	for _, threads := range t.threads {
		lines = append(lines, t.disagreement(threads, "hits/lookup")...)
		lines = append(lines, t.disagreement(threads, "updates/op")...)
	}
	lines = append(lines, t.offControl()...)
	return append(lines, t.twoModes()...)
}

// agreement is how far rates may differ between the backends of a table: 1 % of
// the hits moves the elements that are visited, and so the time, by under half
// of that.
const agreement = 0.01

// disagreement warns if a rate differs between backends, and says what that does
// to the number of elements that they visit.
func (t *table) disagreement(threads int, unit string) []string {
	var low, high float64
	var lowest, highest subject
	for _, s := range t.subjects {
		rate, ok := t.cell(s, threads).interval(unit)
		if !ok || s.reads || t.of(s.impl) == floor {
			continue
		}
		if lowest.impl == "" || rate.Center < low {
			low, lowest = rate.Center, s
		}
		if highest.impl == "" || rate.Center > high {
			high, highest = rate.Center, s
		}
	}
	if lowest == highest || high-low < agreement*high {
		return nil
	}
	line := fmt.Sprintf("%s differs by %.2g%% @%d, from %.4g (%s) to %.4g (%s)", unit, 100*(high-low)/high, threads, low, lowest, high, highest)
	visitsLow, ok := t.cell(lowest, threads).interval("nodes/op")
	visitsHigh, ok2 := t.cell(highest, threads).interval("nodes/op")
	if ok && ok2 && visitsLow.Center > 0 {
		more := 100 * (visitsHigh.Center/visitsLow.Center - 1)
		line += fmt.Sprintf(": the latter visits %+.2g%% elements per operation (nodes/op)", more)
	}
	return []string{line}
}

// offControl warns if the control can be told from the baseline.
func (t *table) offControl() (lines []string) {
	for _, threads := range t.threads {
		for _, s := range t.subjects {
			ratio, ok := t.ratio(s, threads)
			if ok && t.of(s.impl) == control && ratio.Known() && !ratio.Contains(1) {
				lines = append(lines, fmt.Sprintf("%s, which is %s, measured %s %s @%d: differences as small as that say nothing",
					s.backend, t.baseline, formatRatio(ratio.Center), formatHalfWidth(ratio), threads))
			}
		}
	}
	return lines
}

// twoModes names the cells that have two modes, with both, and where the workers'
// cores were.
func (t *table) twoModes() []string {
	var found []string
	where := ""
	for _, threads := range t.threads {
		for _, s := range t.subjects {
			c := t.cell(s, threads)
			m, two := c.modes(Ratio(t.baseline).Unit)
			if !two || t.of(s.impl) == floor {
				continue
			}
			kind := "fork"
			if m.windows {
				kind = "window"
			}
			low := int(math.Round(m.share * float64(m.n)))
			found = append(found, fmt.Sprintf("%s @%d (%s in %s, %s in %d)", s, threads,
				formatShort(m.low), counted(low, kind), formatShort(m.high), m.n-low))
			if where == "" {
				if where = t.places(c, m); where != "" {
					where = fmt.Sprintf("; of %s, %s", s, where)
				}
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	return []string{"two modes: " + some(found) + where}
}

// shown is how many of several findings are named.
const shown = 3

// some names the first few findings.
func some(findings []string) string {
	if rest := len(findings) - shown; rest > 0 {
		findings = append(slices.Clone(findings[:shown]), fmt.Sprintf("%d more", rest))
	}
	return strings.Join(findings, ", ")
}

// noisy is the coefficient of variation from which times are called so.
const noisy = 0.10

// noise names the cells whose times vary most from fork to fork.
func (t *table) noise() []string {
	type finding struct {
		text string
		cov  float64
	}
	var found []finding
	for _, threads := range t.threads {
		for _, s := range t.subjects {
			times := slices.Sorted(slices.Values(t.cell(s, threads).sample(workloads.NsPerOp.Unit)))
			if len(times) < 3 {
				continue
			}
			mean, _ := stats.Mean(times)
			deviation, _ := stats.StandardDeviationSample(times)
			if !(deviation > noisy*mean) {
				continue
			}
			text := fmt.Sprintf("%s @%d %.0f%%", s, threads, 100*deviation/mean)
			if o, err := stats.QuartileOutliers(times); err == nil {
				if n := len(o.Mild) + len(o.Extreme); n > 0 {
					text += fmt.Sprintf(" (outliers: %d of %d)", n, len(times))
				}
			}
			found = append(found, finding{text, deviation / mean})
		}
	}
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(b.cov, a.cov) })
	var names []string
	for _, f := range found {
		names = append(names, f.text)
	}
	return []string{fmt.Sprintf("times vary by over %.0f%% (standard deviation) from fork to fork: %s", 100*noisy, some(names))}
}
