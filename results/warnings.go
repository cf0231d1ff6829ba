package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/montanaflynn/stats"
)

// warnings returns what a reader must know before believing the comparison.
func (c *comparison) warnings() []string {
	var lines []string
	for _, workers := range c.workers {
		lines = append(lines, c.disagreement(workers, HitRate, hitRate)...)
		lines = append(lines, c.disagreement(workers, UpdateShare, updateShare)...)
	}
	return append(lines, c.noise()...)
}

// agreement is how far rates may differ between backends of one row: times of
// maps that are filled or updated differently don't compare.
const agreement = 0.001

// A rate is a share of a number of trials.
type rate struct {
	share, trials float64
}

// hitRate pools the lookups of a cell's windows.
func hitRate(c *cell) (rate, bool) {
	return pool(c, HitRate, func(r Row) float64 {
		updates, ok := r.Get(UpdateShare)
		if !ok {
			updates = r.Updates
		}
		return float64(r.Ops) * (1 - updates)
	})
}

// updateShare pools the operations of a cell's windows. A backend that looks
// nothing up, as the harness floor, has none.
func updateShare(c *cell) (rate, bool) {
	if len(c.sample(HitRate)) == 0 {
		return rate{}, false
	}
	return pool(c, UpdateShare, func(r Row) float64 { return float64(r.Ops) })
}

func pool(c *cell, unit string, trials func(Row) float64) (rate, bool) {
	successes, total := 0.0, 0.0
	for _, r := range c.rows {
		if v, ok := r.Get(unit); ok {
			successes += v * trials(r)
			total += trials(r)
		}
	}
	if !(total > 0) {
		return rate{}, false
	}
	return rate{successes / total, total}, true
}

// disagreement warns if a rate differs between the backends of a row.
func (c *comparison) disagreement(workers int, unit string, of func(*cell) (rate, bool)) []string {
	var low, high rate
	var lowest, highest subject
	for _, s := range c.subjects {
		cell := c.cell(s, workers)
		if cell == nil || s.borrowed {
			continue
		}
		r, ok := of(cell)
		if !ok {
			continue
		}
		if lowest.impl == "" || r.share < low.share {
			low, lowest = r, s
		}
		if highest.impl == "" || r.share > high.share {
			high, highest = r, s
		}
	}
	difference := high.share - low.share
	if difference <= agreement*high.share {
		return nil
	}
	line := fmt.Sprintf("%s differs by %.2g%% at @%d, from %.4g (%s) to %.4g (%s): their times don't compare",
		unit, 100*difference/high.share, workers, low.share, lowest, high.share, highest)
	if difference < 4*math.Hypot(low.chance(), high.chance()) {
		line += "; so few operations can differ by chance, measure longer"
	}
	return []string{line}
}

// chance is the standard deviation of the share if the trials were independent.
func (r rate) chance() float64 {
	return math.Sqrt(max(r.share*(1-r.share), 0) / r.trials)
}

// noisy is the coefficient of variation from which times are called so, and
// shownNoisy how many are named.
const (
	noisy      = 0.10
	shownNoisy = 3
)

// noise names the cells whose times vary most from window to window.
func (c *comparison) noise() []string {
	type finding struct {
		text string
		cov  float64
	}
	var found []finding
	for _, workers := range c.workers {
		for _, s := range c.subjects {
			times := c.cell(s, workers).sample(NsPerOp)
			if len(times) < 3 {
				continue
			}
			mean, _ := stats.Mean(times)
			deviation, _ := stats.StandardDeviationSample(times)
			if !(deviation > noisy*mean) {
				continue
			}
			text := fmt.Sprintf("%s @%d %.0f%%", s, workers, 100*deviation/mean)
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
	for _, f := range found[:min(len(found), shownNoisy)] {
		names = append(names, f.text)
	}
	if rest := len(found) - len(names); rest > 0 {
		names = append(names, fmt.Sprintf("%d more", rest))
	}
	return []string{fmt.Sprintf("times vary by over %.0f%% (standard deviation): %s", 100*noisy, strings.Join(names, ", "))}
}
