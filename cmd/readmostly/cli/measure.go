package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"readmostly/results"
	"readmostly/workloads"
)

// errInterrupted ends a run that was told to stop.
var errInterrupted = errors.New("interrupted")

// measureAll measures what is missing of the plan, writes each row to out as
// soon as there is one, and ends with the table, also when it ends early.
func (a *app) measureAll(ctx context.Context, s *settings, out io.Writer) error {
	if !s.flags.quiet {
		for _, why := range s.leftOut {
			fmt.Fprintf(a.Stderr, "left out: %s\n", why)
		}
		for _, note := range s.notes {
			fmt.Fprintf(a.Stderr, "note: %s\n", note)
		}
	}
	w := results.NewWriter(out)
	if len(s.kept.Rows) > 0 {
		w.Continue(s.kept)
	} else if err := w.Header(s.config()); err != nil {
		return fmt.Errorf("the results can't be written: %w", err)
	}
	rows, err := a.measureSchedule(ctx, s, s.missing(), w)
	rows = append(s.kept.Rows, rows...)
	if !s.flags.quiet && len(rows) > 0 {
		if err := results.Render(a.Stderr, rows, styleOf(s.flags.markdown)); err != nil {
			return err
		}
	}
	if err != nil && len(rows) < s.windows() {
		return fmt.Errorf("%w (after %d of %d windows, which are kept)", err, len(rows), s.windows())
	}
	return err
}

// measureSchedule measures cells in their order until one fails.
func (a *app) measureSchedule(ctx context.Context, s *settings, schedule []workloads.Cell, w *results.Writer) ([]results.Row, error) {
	forecast := workloads.NewForecast(schedule, s.options)
	progress := newProgress(a.Stderr, len(schedule), s.flags.quiet)
	defer progress.end()
	var rows []results.Row
	for _, c := range schedule {
		progress.show(c, forecast.Left())
		options := s.options
		options.CPUs = s.cpus[c.Workload.Threads]
		began := time.Now()
		m, err := a.measure(ctx, c.Backend, c.Reclaim, c.Workload, options)
		if ctx.Err() != nil {
			return rows, errInterrupted
		}
		if err != nil {
			return rows, fmt.Errorf("the measurement failed: %w", err)
		}
		forecast.Done(c, time.Since(began))
		row := rowOf(c, m)
		rows = append(rows, row)
		progress.hide()
		if err := w.Write(row); err != nil {
			return rows, fmt.Errorf("the results can't be written: %w", err)
		}
		progress.step()
	}
	return rows, nil
}
