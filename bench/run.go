package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"readmostly/results"
)

// A Run is a plan that is being measured.
type Run struct {
	Plan     Plan
	Settings Settings
	Fork     Forker                                  // runs a fork; nil for [Processes] without binaries
	Kept     results.File                            // what an earlier run of the same plan has measured
	Keep     func(results.Fork, []results.Row) error // is given a fork's rows as soon as there are some; may be nil
	Fail     func(results.Failure) error             // is given what could not be measured; may be nil
	Watch    func(Progress)                          // is told what is going on, between forks; may be nil

	now    func() time.Time // the clock, which tests replace
	random *rand.Rand
	tables []*table
	next   int // number of the next fork
	began  time.Time
	spent  time.Duration // by what was kept
}

// A Progress says how far a run is.
type Progress struct {
	Fork    int           // number of the fork that is measured now
	Table   Table         // what it measures
	Left    time.Duration // until the run ends, at most
	Reached int           // cells that are done
	Cells   int           // all cells
}

// A Summary is what became of a run.
type Summary struct {
	Forks     int               // measured, kept ones included
	Failures  []results.Failure //
	Reached   int               // cells whose interval is within the precision
	Cells     int               // cells that have one
	Blind     string            // why nobody saw workers lose their cores, empty if it was seen
	Silent    []string          // events that should have been counted and never were in a fork
	Windows   int               // of all rounds
	Replayed  int               // windows that were played again
	Disturbed int               // windows that count although they were disturbed
}

// ErrBaseline says that the baseline could not be measured, so nothing could.
var ErrBaseline = errors.New("the baseline failed")

// mostStrikes is how often the process of a fork may end while a cell is at work
// although each is well behaved alone with the baseline.
const mostStrikes = 2

// Do measures the plan. It returns when everything is done, the budget is spent
// or ctx is, with what became of it; then its error is ctx.Err(). A cell that
// hangs, crashes or fails a check loses its rows in all tables, one that needs too
// much memory those of its table; the rest is measured. Other errors are those of
// Keep and Fail, and [ErrBaseline].
func (r *Run) Do(ctx context.Context) (Summary, error) {
	if r.now == nil {
		r.now = time.Now
	}
	if r.Fork == nil {
		r.Fork = Processes(nil)
	}
	if r.Keep == nil {
		r.Keep = func(results.Fork, []results.Row) error { return nil }
	}
	if r.Fail == nil {
		r.Fail = func(results.Failure) error { return nil }
	}
	r.random = rand.New(rand.NewPCG(r.Settings.Seed, 0x5EED))
	r.began = r.now()
	r.tables = nil
	for _, t := range r.Plan.Tables {
		r.tables = append(r.tables, newTable(t))
	}
	sum := Summary{}
	if err := r.resume(&sum); err != nil {
		return sum, err
	}
	err := r.loop(ctx, &sum)
	for _, t := range r.tables {
		reached, cells := t.reached(r.Settings.Precision)
		sum.Reached += reached
		sum.Cells += cells
	}
	return sum, err
}

// resume takes over what was kept.
func (r *Run) resume(sum *Summary) error {
	for _, f := range r.Kept.Forks {
		r.next = max(r.next, f.Number)
		r.spent += f.Took
		sum.Forks++
		sum.Windows += f.Windows
		sum.Replayed += f.Replayed
		sum.Disturbed += f.Disturbed
	}
	for _, row := range r.Kept.Rows {
		_, c := r.find(row.Point)
		if c == nil {
			return fmt.Errorf("a row of %s was kept, which is not in the plan", row.Name())
		}
		c.add(row.Values, r.Plan.Baseline)
	}
	for _, t := range r.tables {
		t.resume()
		t.look(r.Settings)
	}
	for _, f := range r.Kept.Failures {
		if _, c := r.find(f.Point); c != nil {
			c.failed = true
			sum.Failures = append(sum.Failures, f)
		}
	}
	return nil
}

func (r *Run) find(p results.Point) (*table, *cell) {
	for _, t := range r.tables {
		for _, c := range t.cells {
			if t.Point(c.Cell) == p {
				return t, c
			}
		}
	}
	return nil, nil
}

// loop measures forks until there is nothing left to measure.
func (r *Run) loop(ctx context.Context, sum *Summary) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		left := r.left()
		t := r.choose(left)
		if t == nil {
			return nil
		}
		cells := t.due(r.Settings, r.random)
		r.next++
		spec := r.spec(t, cells, r.next)
		t.started++
		if r.Watch != nil {
			p := Progress{Fork: r.next, Table: spec.Table, Left: r.estimate(left)}
			for _, t := range r.tables {
				reached, all := t.reached(r.Settings.Precision)
				p.Reached += reached
				p.Cells += all
			}
			r.Watch(p)
		}
		began := r.now()
		report, err := r.Fork(ctx, spec)
		took := r.now().Sub(began)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if err := r.blame(ctx, sum, t, cells, err); err != nil {
				return err
			}
			continue
		}
		if err := r.note(sum, t, cells, report, took); err != nil {
			return err
		}
	}
}

// left returns how much of the budget is left.
func (r *Run) left() time.Duration {
	return r.Settings.Budget - r.spent - r.now().Sub(r.began)
}

// estimate returns how long the run is going to take at most.
func (r *Run) estimate(left time.Duration) time.Duration {
	if r.Settings.Forks == 0 {
		return max(0, left)
	}
	sum := time.Duration(0)
	for _, t := range r.tables {
		sum += time.Duration(t.missing(r.Settings)) * t.cost(r.Settings)
	}
	return sum
}

// spec says what the next fork measures.
func (r *Run) spec(t *table, cells []*cell, number int) Spec {
	s := r.Settings
	spec := Spec{
		Number: number, Layout: 1 + t.started%max(1, s.Layouts),
		Table:    Table{Workload: t.Workload},
		Baseline: r.Plan.Baseline,
		Rounds:   t.rounds(s),
		Look:     s.look(t.Workload),
		Counters: s.Counters,
		Seed:     s.Seed,
		Patience: s.patience,
	}
	for _, c := range cells {
		spec.Table.Cells = append(spec.Table.Cells, c.Cell)
	}
	if t.Workload.Updates > 0 && t.forks%longEvery == 0 {
		spec.Long = s.Duration
	}
	if s.CPUs != nil {
		spec.CPUs = s.CPUs(t.Workload.Threads)
	}
	if s.Profile != "" {
		spec.Profile = filepath.Join(s.Profile, fmt.Sprintf("%d.pprof", number))
	}
	return spec
}

// note takes over what a fork has measured.
func (r *Run) note(sum *Summary, t *table, cells []*cell, report *Report, took time.Duration) error {
	report.Fork.Took = took
	rows := make([]results.Row, 0, len(report.Rows))
	for _, row := range report.Rows {
		if row.Cell < 0 || row.Cell >= len(cells) {
			return fmt.Errorf("fork %d has measured cell %d of %d: it is of another program", report.Fork.Number, row.Cell, len(cells))
		}
		c := cells[row.Cell]
		if r.Settings.Forks > 0 && c.rows >= r.Settings.Forks {
			continue // the baseline, for others' sake
		}
		c.add(row.Values, r.Plan.Baseline)
		c.scatter.add(row.Ratios)
		rows = append(rows, results.Row{
			Point: t.Point(c.Cell), Fork: report.Fork.Number, Layout: report.Fork.Layout,
			Ops: row.Ops, Values: row.Values, Windows: row.Windows,
		})
	}
	t.took(report, took)
	t.look(r.Settings)
	sum.Forks++
	sum.Windows += report.Fork.Windows
	sum.Replayed += report.Fork.Replayed
	sum.Disturbed += report.Fork.Disturbed
	sum.Blind = report.Blind
	for _, event := range report.Silent {
		if !slices.Contains(sum.Silent, event) {
			sum.Silent = append(sum.Silent, event)
		}
	}
	return r.Keep(report.Fork, rows)
}

// blame finds out which cell is to blame for a fork that failed, and leaves it
// out from now on.
func (r *Run) blame(ctx context.Context, sum *Summary, t *table, cells []*cell, err error) error {
	var failed *Failed
	if !errors.As(err, &failed) {
		return err
	}
	var suspect *cell
	if failed.Cell >= 0 && failed.Cell < len(cells) {
		suspect = cells[failed.Cell]
	}
	if failed.anonymous {
		found, err := r.search(ctx, sum, t, cells, suspect)
		if found || err != nil {
			return err
		}
	}
	if suspect == nil || suspect.always() {
		if t.strikes++; t.strikes < mostStrikes {
			return nil
		}
		return fmt.Errorf("%w: %s: %s", ErrBaseline, t.Workload, failed.Why)
	}
	if failed.anonymous {
		if suspect.strikes++; suspect.strikes < mostStrikes {
			return nil
		}
	}
	return r.leaveOut(sum, t, suspect, failed)
}

// search looks for the cell that ended a fork's process: what was at work then
// may have suffered from what another has left running. It measures each alone
// with the baseline, the suspect first, and leaves out the first that fails.
func (r *Run) search(ctx context.Context, sum *Summary, t *table, cells []*cell, suspect *cell) (found bool, err error) {
	var base, order []*cell
	for _, c := range cells {
		switch {
		case c.Rank == Baseline:
			base = append(base, c)
		case c == suspect:
			order = append([]*cell{c}, order...)
		case !c.always():
			order = append(order, c)
		}
	}
	if suspect != nil && suspect.always() {
		failed, err := r.try(ctx, t, base)
		if failed != nil && err == nil {
			err = fmt.Errorf("%w: %s: %s", ErrBaseline, t.Workload, failed.Why)
		}
		if err != nil {
			return false, err
		}
	}
	for _, c := range order {
		failed, err := r.try(ctx, t, append(base[:len(base):len(base)], c))
		if err != nil {
			return false, err
		}
		if failed != nil {
			return true, r.leaveOut(sum, t, c, failed)
		}
	}
	return false, nil
}

// try returns how a fork of the cells fails, nil if it doesn't.
func (r *Run) try(ctx context.Context, t *table, cells []*cell) (failed *Failed, err error) {
	r.next++
	_, err = r.Fork(ctx, r.spec(t, cells, r.next))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if errors.As(err, &failed) {
		return failed, nil
	}
	return nil, err
}

// leaveOut reports a cell as failed, in this table and in all others, unless it is
// memory that it wants.
func (r *Run) leaveOut(sum *Summary, t *table, c *cell, failed *Failed) error {
	tables := []*table{t} // it says what was wrong first
	for _, other := range r.tables {
		if other != t {
			tables = append(tables, other)
		}
	}
	for _, other := range tables {
		for _, o := range other.cells {
			same := o.Impl == c.Impl && o.Reclaim == c.Reclaim
			if !same || o.failed || failed.Memory && other != t {
				continue
			}
			o.failed = true
			why := oneLine(failed.Why)
			if other != t {
				why = fmt.Sprintf("left out, as it failed under %s: %s", t.Workload, why)
			}
			f := results.Failure{Point: other.Point(o.Cell), Why: why}
			sum.Failures = append(sum.Failures, f)
			if err := r.Fail(f); err != nil {
				return err
			}
		}
	}
	return nil
}
