package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"readmostly/bench"
	"readmostly/results"
)

// errInterrupted ends a run that was told to stop.
var errInterrupted = errors.New("interrupted")

// measure measures what is missing of the plan, writes each fork's rows to out as
// soon as there are some, and ends with the tables, also when it ends early.
func (a *app) measure(ctx context.Context, s *settings, out io.Writer) error {
	say := io.Writer(a.Stderr)
	if s.flags.quiet {
		say = io.Discard
	}
	for _, why := range s.plan.LeftOut {
		fmt.Fprintf(say, "left out: %s\n", why)
	}
	for _, note := range s.notes {
		fmt.Fprintf(say, "note: %s\n", note)
	}
	w := results.NewWriter(out)
	if len(s.kept.Rows)+len(s.kept.Failures) > 0 {
		w.Continue(s.kept)
	} else if err := w.Header(s.config()); err != nil {
		return fmt.Errorf("the results can't be written: %w", err)
	}
	f := s.kept
	f.Config = results.Known(s.config())
	sum, err := a.do(ctx, s, w, &f)
	if !s.flags.quiet && len(f.Rows)+len(f.Failures) > 0 {
		if err := results.Render(a.Stderr, f, s.style(a.Stderr)); err != nil {
			return err
		}
	}
	for _, event := range sum.Silent {
		fmt.Fprintf(say, "warning: %s was to be counted and was not in some forks: other programs hold the counters\n", event)
	}
	if sum.Blind != "" {
		fmt.Fprintf(say, "note: nobody saw whether workers lost their cores: %s\n", sum.Blind)
	}
	return conclude(ctx, sum, err)
}

// do runs the plan, and adds to f what it measures.
func (a *app) do(ctx context.Context, s *settings, w *results.Writer, f *results.File) (bench.Summary, error) {
	progress := newProgress(a.Stderr, s.flags.quiet)
	defer progress.end()
	fork := a.fork
	if fork == nil {
		fork = bench.Processes(s.layouts)
	}
	run := bench.Run{
		Plan: s.plan, Settings: s.Settings, Fork: fork, Kept: s.kept,
		Keep: func(fork results.Fork, rows []results.Row) error {
			f.Forks = append(f.Forks, fork)
			f.Rows = append(f.Rows, rows...)
			progress.hide()
			return unwritten(w.Fork(fork, rows))
		},
		Fail: func(failure results.Failure) error {
			f.Failures = append(f.Failures, failure)
			progress.hide()
			return unwritten(w.Fail(failure))
		},
		Watch: progress.show,
	}
	return run.Do(ctx)
}

func unwritten(err error) error {
	if err != nil {
		err = fmt.Errorf("the results can't be written: %w", err)
	}
	return err
}

// conclude returns what a run ends with.
func conclude(ctx context.Context, sum bench.Summary, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w (after %s, which are kept)", errInterrupted, forksOf(sum.Forks))
	case err != nil:
		return err
	case len(sum.Failures) > 0:
		return failedError(sum.Failures)
	case sum.Forks == 0:
		return errors.New("the budget was spent before anything was measured: want more of --budget")
	}
	return nil
}

func forksOf(n int) string {
	if n == 1 {
		return "1 fork"
	}
	return fmt.Sprintf("%d forks", n)
}

// A failedError ends a run in which some backends failed.
type failedError []results.Failure

func (f failedError) Error() string {
	return fmt.Sprintf("%d of the backends failed, and all others were measured", len(f.backends()))
}

// backends returns the first failure of each backend.
func (f failedError) backends() (first []results.Failure) {
	for _, failure := range f {
		if !slices.ContainsFunc(first, func(o results.Failure) bool { return o.Backend() == failure.Backend() }) {
			first = append(first, failure)
		}
	}
	return first
}

// lines are one for each backend, and one that says what became of the others.
func (f failedError) lines() string {
	var b strings.Builder
	for _, failure := range f.backends() {
		fmt.Fprintf(&b, "readmostly: %s failed: %s\n", failure.Backend(), oneLine(failure.Why))
	}
	fmt.Fprintf(&b, "readmostly: %v\n", f)
	return b.String()
}
