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
	Keep     func(results.Fork, []results.Row) error // is given a fork's rows as soon as there are some
	Fail     func(results.Failure) error             // is given what could not be measured
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

// mostStrikes is how often a cell may take a fork's process along that it does
// not take along when it is alone with the baseline: then something else in the
// process may have done it.
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
		t, c := r.find(row.Point)
		if c == nil {
			return fmt.Errorf("a row of %s was kept, which is not in the plan", row.Name())
		}
		c.add(row.Values, r.Plan.Baseline)
		t.lastFork(row.Fork)
	}
	for _, t := range r.tables {
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
		sum += time.Duration(max(0, r.Settings.Forks-t.forks)) * t.cost(r.Settings)
	}
	return sum
}

// spec says what the next fork measures.
func (r *Run) spec(t *table, cells []*cell, number int) Spec {
	s := r.Settings
	spec := Spec{
		Number: number, Layout: 1 + (number-1)%max(1, s.Layouts),
		Table:    Table{Workload: t.Workload},
		Baseline: r.Plan.Baseline,
		Rounds:   t.rounds(s),
		Look:     s.look(t.Workload),
		Counters: s.Counters,
		Seed:     s.Seed,
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
		c := cells[row.Cell]
		c.add(row.Values, r.Plan.Baseline)
		c.scatter.add(row.Ratios)
		rows = append(rows, results.Row{
			Point: t.Point(c.Cell), Fork: report.Fork.Number, Layout: report.Fork.Layout,
			Ops: row.Ops, Values: row.Values,
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
	if failed.Cell < 0 || failed.Cell >= len(cells) {
		if t.strikes++; t.strikes < mostStrikes {
			return nil
		}
		return fmt.Errorf("%w: a fork of %s: %s", ErrBaseline, t.Workload, failed.Why)
	}
	c := cells[failed.Cell]
	if c.Rank == Baseline || c.Rank == Control {
		if c.strikes++; c.strikes < mostStrikes {
			return nil
		}
		return fmt.Errorf("%w: %s", ErrBaseline, failed.Why)
	}
	if failed.anonymous && c.strikes+1 < mostStrikes {
		// Its process ended while it was at work. That may be another's doing.
		c.strikes++
		alone := []*cell{c}
		if t.cells[0].Rank == Baseline {
			alone = []*cell{t.cells[0], c}
		}
		r.next++
		spec := r.spec(t, alone, r.next)
		spec.Rounds = 1
		_, err := r.Fork(ctx, spec)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			return nil
		}
		var again *Failed
		if errors.As(err, &again) {
			failed = again
		}
	}
	return r.leaveOut(sum, t, c, failed)
}

// leaveOut reports a cell as failed, and every other of the same backend with it,
// unless it is memory that it wants.
func (r *Run) leaveOut(sum *Summary, t *table, c *cell, failed *Failed) error {
	for _, other := range r.tables {
		for _, o := range other.cells {
			same := o.Impl == c.Impl && o.Reclaim == c.Reclaim
			if !same || o.failed || failed.Memory && other != t {
				continue
			}
			o.failed = true
			why := failed.Why
			if other != t {
				why = fmt.Sprintf("left out, as it failed under %s: %s", t.Workload, failed.Why)
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
