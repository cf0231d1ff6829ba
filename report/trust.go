package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"readmostly/results"
)

// A pair is a line of a file's configuration.
type pair struct{ Key, Value string }

// common returns what all files' configurations say alike.
func common(chapters []*chapter) (pairs []pair) {
	for _, kv := range chapters[0].File.Config {
		if !slices.ContainsFunc(chapters, func(c *chapter) bool { return c.File.Value(kv[0]) != kv[1] }) {
			pairs = append(pairs, pair{kv[0], kv[1]})
		}
	}
	for _, c := range chapters {
		c.common = pairs
	}
	return pairs
}

// Own returns what the file's configuration says that others' don't.
func (c *chapter) Own() (pairs []pair) {
	for _, kv := range c.File.Config {
		if p := (pair{kv[0], kv[1]}); !slices.Contains(c.common, p) {
			pairs = append(pairs, p)
		}
	}
	return pairs
}

// limitsOf says what a machine, or a run, can't show.
func limitsOf(f results.File) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	if cores, err := strconv.Atoi(f.Value("cores")); err == nil && cores <= 4 {
		add("With %s, contention is between %d parties at most: reader-writer locks and counts fall off a cliff only with more.", plural(f.Value("cores"), "core"), cores)
	}
	if f.Value("numa") == "1" {
		add("One memory node: what it costs when a line comes from another socket is not seen.")
	}
	if f.Value("smt") == "off" {
		add("No hardware threads: two readers never share a core.")
	}
	if v := f.Value("virtualization"); v != "" && v != "none" {
		add("A virtual machine (%s): the hypervisor decides where its CPUs run and how far apart, and may take them away.", v)
	}
	if v := f.Value("perf-missing"); v != "" {
		what, why, _ := strings.Cut(v, ": ")
		add("Not counted: %s (%s).", what, why)
	}
	if v := f.Value("membarrier"); strings.HasPrefix(v, "no") {
		add("No membarrier(2): mechanisms that have it spare their readers a fence pay for that fence here.")
	}
	if f.Value("layouts") == "1" {
		add("One layout: another order of the same code can move a ratio by a few percent, which no interval shows.")
	}
	if f.Value("profile") == "no" {
		add("Built without a profile: other machine code than that of the published figures.")
	}
	if f.Value("governor") != "" && f.Value("governor") != "performance" {
		add("The frequency is not fixed (governor %s).", f.Value("governor"))
	}
	if f.Value("turbo") == "on" {
		add("Turbo is on: the frequency depends on how many cores work, so times with different numbers of threads compare less well than ratios.")
	}
	if v := f.Value("huge-pages"); v == "refused" || v == "partly" {
		add("Huge pages were asked for and not granted (%s): large maps miss the TLB, too.", v)
	}
	if len(lines) == 0 {
		add("The file does not say anything that would limit it.")
	}
	return lines
}

// Trust says how far the file can be believed.
func (c *chapter) Trust() (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	lines = append(lines, c.resolution()...)
	c.forks(add)
	c.reached(add)
	if n := c.two(); n > 0 {
		add("%s of two modes, 1.5 times apart or more: both are shown, as a median would stand for neither.", plural(fmt.Sprint(n), "cell"))
	}
	lines = append(lines, results.Failed(c.File)...)
	if c.File.Cut {
		add("The file ends in the middle of a line, which is left out.")
	}
	if n := len(c.File.Warnings); n > 0 {
		add("%s of the file can't be read and %s left out; the first: %v.", plural(fmt.Sprint(n), "line"), map[bool]string{true: "is", false: "are"}[n == 1], c.File.Warnings[0])
	}
	return lines
}

// forks says how many there were, and how many windows were played again.
func (c *chapter) forks(add func(string, ...any)) {
	layouts := map[int]bool{}
	windows, replayed, disturbed := 0, 0, 0
	for _, f := range c.File.Forks {
		layouts[f.Layout] = true
		windows, replayed, disturbed = windows+f.Windows, replayed+f.Replayed, disturbed+f.Disturbed
	}
	delete(layouts, 0)
	if len(c.File.Forks) == 0 {
		add("The file does not say which forks its rows are from.")
		return
	}
	text := fmt.Sprintf("%s, of %s", plural(fmt.Sprint(len(c.File.Forks)), "fork"), plural(fmt.Sprint(max(1, len(layouts))), "layout"))
	if n, least := c.least(); n > 0 {
		text += fmt.Sprintf("; a cell has %s of %s at least", plural(fmt.Sprint(n), "fork"), plural(fmt.Sprint(max(1, least)), "layout"))
	}
	add("%s.", text)
	if windows == 0 {
		return
	}
	played := windows + replayed
	share := func(n int) string {
		return strconv.FormatFloat(math.Round(1000*float64(n)/float64(played))/10, 'f', -1, 64) + " %"
	}
	add("%s were played; %d (%s) were discarded and played again because somebody else took a worker's core, with all of their round; %d (%s) count although that happened.",
		plural(fmt.Sprint(played), "window"), replayed, share(replayed), disturbed, share(disturbed))
}

// least returns how few forks a cell has, and how few layouts.
func (c *chapter) least() (forks, layouts int) {
	for _, t := range c.Tables {
		for _, b := range t.Backends() {
			for _, n := range t.Threads() {
				cell := b.Cell(n)
				if cell.Forks() == 0 {
					continue
				}
				if forks == 0 {
					forks, layouts = cell.Forks(), cell.Layouts()
				}
				forks, layouts = min(forks, cell.Forks()), min(layouts, cell.Layouts())
			}
		}
	}
	return forks, layouts
}

// reached says how wide intervals are.
func (c *chapter) reached(add func(string, ...any)) {
	var halves []float64
	unknown, inside := 0, 0
	for _, t := range c.Tables {
		for _, b := range ranked(t) {
			for _, n := range t.Threads() {
				ratio, ok := b.Cell(n).Ratio()
				switch {
				case !ok || b.IsControl():
				case !ratio.Known():
					unknown++
				default:
					halves = append(halves, ratio.HalfWidth())
					if ratio.HalfWidth() <= t.Precision() {
						inside++
					}
				}
			}
		}
	}
	if unknown > 0 {
		add("%s have too few forks for an interval, which takes 6.", plural(fmt.Sprint(unknown), "ratio"))
	}
	if len(halves) == 0 {
		return
	}
	slices.Sort(halves)
	at := func(share float64) float64 {
		return 100 * halves[min(len(halves)-1, int(math.Ceil(share*float64(len(halves))))-1)]
	}
	text := fmt.Sprintf("Precision: half of the %d intervals of ratios reach no further than ±%.1f %%, 90 %% of them no further than ±%.1f %%.", len(halves), at(0.5), at(0.9))
	if p := c.Tables[0].Precision(); p > 0 {
		text += fmt.Sprintf(" Asked for were ±%s; %d reached it.", strings.Replace(results.FormatPercent(p), "%", " %", 1), inside)
	}
	add("%s", text)
}

// two counts the cells that have two modes.
func (c *chapter) two() (n int) {
	for _, t := range c.Tables {
		for _, b := range ranked(t) {
			for _, threads := range t.Threads() {
				if _, two := b.Cell(threads).Modes(results.Ratio(t.Baseline()).Unit); two {
					n++
				}
			}
		}
	}
	return n
}

// resolution says what the control shows.
func (c *chapter) resolution() []string {
	in, out := 0, 0
	widest := 0.0
	name := ""
	for _, t := range c.Tables {
		for _, b := range t.Backends() {
			if !b.IsControl() {
				continue
			}
			for _, n := range t.Threads() {
				ratio, ok := b.Cell(n).Ratio()
				if !ok || !ratio.Known() {
					continue
				}
				name = b.Name()
				if widest = max(widest, ratio.HalfWidth()); ratio.Contains(1) {
					in++
				} else {
					out++
				}
			}
		}
	}
	if in+out == 0 {
		if c.Matrix() == nil {
			return []string{"Nothing is compared with a baseline here, so there is no control: figures are of this machine and this run."}
		}
		return []string{"There is no control with enough forks for an interval: how small a difference this run can resolve isn't known."}
	}
	text := fmt.Sprintf("Control: %s is the baseline once more, so it should be 1. In %d of %d cells 1 lies inside its interval, which reaches ±%.1f %% at most: smaller differences say nothing.", name, in, in+out, 100*widest)
	if out > 0 {
		text += " Of 20 intervals of 95 % one is expected to miss."
	}
	return []string{text}
}

// Control draws the control, nil where there is none.
func (c *chapter) Control() *Figure {
	f := Figure{ID: c.ID() + "-control", Title: "The control, which should be 1", Columns: []string{"threads", "ratio", "from", "to", "forks", "line"}}
	plot := dotPlot{unit: "times the baseline", label: label, one: "1", bounds: whole}
	for _, t := range c.Tables {
		for _, b := range t.Backends() {
			for _, n := range t.Threads() {
				ratio, ok := b.Cell(n).Ratio()
				if !ok || !b.IsControl() {
					continue
				}
				low, high := bars(ratio)
				title := fmt.Sprintf("%s, @%d", results.Title(t.Workload()), n)
				plot.rows = append(plot.rows, dotRow{name: title, colour: ink, text: figures(ratio), dots: []dot{{ratio.Center, low, high, full}}})
				f.Data = append(f.Data, c.datum(b.Cell(n), slices.Concat([]string{results.Title(t.Workload()), decimal(n), results.FormatRatio(ratio.Center)}, limits(ratio, results.FormatRatio), []string{fork(ratio.N)})))
			}
		}
	}
	if len(plot.rows) == 0 {
		return nil
	}
	plot.bounds = func(p dotPlot) (low, high float64) {
		for _, r := range p.rows {
			for _, v := range r.dots {
				high = max(high, v.high, 1/v.low)
			}
		}
		high = min(max(high, 1.022), 1.5)
		return 1 / high, high
	}
	f.body, f.height = plot.draw()
	return &f
}

// Warnings are those of the tables, with what they are of.
func (c *chapter) Warnings() (lines []string) {
	for _, t := range c.Tables {
		for _, w := range t.Warnings() {
			lines = append(lines, results.Title(t.Workload())+": "+w)
		}
	}
	return lines
}
