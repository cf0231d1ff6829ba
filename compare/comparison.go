package compare

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"readmostly/results"
	"readmostly/workloads"
)

// Options say how two runs are compared.
type Options struct {
	Threshold float64 // from which on a change counts, as a share: 0.03 for 3 %
	Paired    bool    // forks of one number took turns, and belong together
}

// A Comparison is what two runs have in common, and what changed.
type Comparison struct {
	Options
	Baseline string
	Layouts  int // that each cell has values of, at least; 1 where it isn't known
	Cells    []Cell
	OnlyOld  []results.Point // that the new run has not measured
	OnlyNew  []results.Point
	Warnings []string
}

// alpha is the probability that a run without any change has a cell that is better or
// worse.
const alpha = 0.05

// ErrNothing says that two runs have no cell in common that could be judged.
var ErrNothing = errors.New("nothing to compare")

// Runs compares two runs. They must not differ in what [results.Differences] says, but
// for the commit: whoever lets them says so to the reader. The error is [ErrNothing],
// with the reason.
func Runs(old, new results.File, o Options) (Comparison, error) {
	c := Comparison{Options: o, Baseline: new.Value("baseline"), Layouts: math.MaxInt}
	before, after := samplesOf(old), samplesOf(new)
	for _, p := range before.points {
		if !after.has(p) && !after.fails(p) {
			c.OnlyOld = append(c.OnlyOld, p)
			continue
		}
		if cell, ok := c.cell(p, before, after); ok {
			c.Cells = append(c.Cells, cell)
		}
	}
	for _, p := range after.points {
		if !before.has(p) {
			c.OnlyNew = append(c.OnlyNew, p)
		}
	}
	r := roles{c.Baseline, new.Value("control"), strings.Fields(new.Value("floors"))}
	slices.SortStableFunc(c.Cells, r.compare)
	c.judge(r)
	if !slices.ContainsFunc(c.Cells, func(x Cell) bool { return x.Verdict != None && x.Verdict != TooFew }) {
		return c, c.nothing()
	}
	c.warn(r, unfit(old, new))
	return c, nil
}

// nothing says why nothing was judged.
func (c *Comparison) nothing() error {
	switch {
	case len(c.Cells) == 0:
		return fmt.Errorf("%w: the runs have no backend under a common workload", ErrNothing)
	case slices.ContainsFunc(c.Cells, func(x Cell) bool { return x.Verdict == TooFew }):
		return fmt.Errorf("%w: too few forks: want two of each cell at least, and eight of different layouts", ErrNothing)
	}
	return fmt.Errorf("%w: the runs have only their baseline in common", ErrNothing)
}

func (c *Comparison) cell(p results.Point, before, after samples) (Cell, bool) {
	cell := Cell{Point: p}
	if why, failed := after.failures[p]; failed {
		cell.Verdict, cell.Why = Fails, why
		return cell, true
	}
	ratio := results.Ratio(c.Baseline).Unit
	cell.Ratio = c.change(before.values[p][ratio], after.values[p][ratio])
	cell.Time = c.change(before.values[p][workloads.NsPerOp.Unit], after.values[p][workloads.NsPerOp.Unit])
	if cell.decides() == nil {
		return cell, false
	}
	return cell, true
}

// change compares one figure, and returns nil where a side has no values.
func (c *Comparison) change(old, new []value) *Change {
	if len(old) == 0 || len(new) == 0 {
		return nil
	}
	change, ok := independent(old, new), true
	if c.Paired {
		change, ok = paired(old, new)
	}
	if !ok {
		return nil
	}
	c.Layouts = min(c.Layouts, layoutsOf(old), layoutsOf(new))
	return &change
}

func layoutsOf(values []value) int {
	seen := map[int]bool{}
	for _, x := range values {
		seen[x.layout] = true
	}
	return len(seen)
}

// judge gives verdicts to the cells that are to be judged.
func (c *Comparison) judge(r roles) {
	var judged []*Cell
	var p []float64
	for i := range c.Cells {
		cell := &c.Cells[i]
		if cell.Verdict == Fails || !c.judges(cell, r) {
			continue
		}
		if !cell.decides().Known() {
			cell.Verdict, cell.P = TooFew, 1
			continue
		}
		judged = append(judged, cell)
		p = append(p, cell.decides().P)
	}
	for i, corrected := range results.Holm(p) {
		judged[i].P = corrected
		judged[i].Verdict = c.verdict(*judged[i].decides(), corrected)
		judged[i].Wide = judged[i].decides().reach() > math.Log1p(c.Threshold)
	}
}

// judges reports whether a cell is judged.
func (c *Comparison) judges(cell *Cell, r roles) bool {
	switch r.of(cell.Impl) {
	case baseline:
		// Its time is all there is of it, in scenarios that compare with it.
		return c.Paired || !cell.Scene().Paired
	case control, floor:
		return false
	}
	return cell.Ratio != nil || c.Paired || !cell.Scene().Paired
}

func (c *Comparison) verdict(change Change, p float64) Verdict {
	switch {
	case p > alpha || change.log() < math.Log1p(c.Threshold):
		return Same
	case change.By > 0:
		return Worse
	}
	return Better
}

// warn adds what a reader must know before believing the verdicts.
func (c *Comparison) warn(r roles, unfit []string) {
	for _, why := range unfit {
		c.Warnings = append(c.Warnings, why+": no figure should come from such a program")
	}
	if c.Layouts < fewLayouts {
		text := "one layout on each side: where the linker puts a loop moves a ratio by several percent, and would look like a change"
		if c.Layouts > 1 {
			text = fmt.Sprintf("%d layouts on each side are few: changes must be great to be told from what layout does", c.Layouts)
		}
		c.Warnings = append(c.Warnings, text+"; build several (-ldflags=-randlayout=N, as make layouts does)")
	}
	var worst *Cell
	tables := 0
	for i, cell := range c.Cells {
		if cell.Time == nil || r.of(cell.Impl) != baseline || cell.Verdict != None || !cell.Time.Known() {
			continue
		}
		if c.verdict(*cell.Time, cell.Time.P) == Same {
			continue
		}
		if tables++; worst == nil || cell.Time.log() > worst.Time.log() {
			worst = &c.Cells[i]
		}
	}
	if worst != nil {
		c.Warnings = append(c.Warnings, fmt.Sprintf("the time of %s itself changed in %s, most in %s, %s: by %s (%s); the machine, or the loop around all backends, was another, so ratios compare and times don't",
			worst.Impl, counted(tables, "table"), results.Title(worst.Workload), threads(worst.Threads), percent(worst.Time.By), interval(*worst.Time)))
	}
}

// unfit says why no figure should come from the programs, if there is a reason.
func unfit(files ...results.File) (why []string) {
	for _, f := range files {
		if text := f.Value("unfit"); text != "" && !slices.Contains(why, text) {
			why = append(why, text)
		}
	}
	return why
}

// fewLayouts is from how many layouts on their mean says something.
const fewLayouts = 6

// Regressions returns the cells that are worse or fail.
func (c *Comparison) Regressions() []Cell { return c.with(Worse, Fails) }

func (c *Comparison) with(verdicts ...Verdict) (found []Cell) {
	for _, cell := range c.Cells {
		if slices.Contains(verdicts, cell.Verdict) {
			found = append(found, cell)
		}
	}
	return found
}

// Judged returns how many cells were judged.
func (c *Comparison) Judged() int { return len(c.with(Same, Better, Worse, Fails)) }

// tested returns how many changes have a p-value that counts.
func (c *Comparison) tested() int { return len(c.with(Same, Better, Worse)) }
