package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"readmostly/bench"
	"readmostly/impls"
	"readmostly/results"
)

// Two programs whose forks take turns: compare --ab.

// measureBoth measures two programs in turns, and returns what each has measured as
// the file that bench would have written. Where ctx is done, that is what there is.
func (a *app) measureBoth(ctx context.Context, f compareFlags, old, new string) (before, after results.File, err error) {
	s, sides, err := a.readPrograms(ctx, f, old, new)
	if err != nil {
		return before, after, usageError{err}
	}
	files := [2]*results.File{&before, &after}
	for side, file := range files {
		file.Config = results.Known(s.configOf(sides[side].Program))
	}
	if _, err := f.comparable(before, after); err != nil {
		return before, after, usageError{err} // before all is measured
	}
	if !f.bench.quiet {
		for _, note := range slices.Concat(s.plan.LeftOut, s.notes) {
			fmt.Fprintf(a.Stderr, "note: %s\n", note)
		}
	}
	progress := newProgress(a.Stderr, f.bench.quiet)
	defer progress.end()
	pair := bench.Pair{
		Old: a.programs(sides[bench.OldSide].binaries), New: a.programs(sides[bench.NewSide].binaries), Baseline: s.plan.Baseline,
		Keep: func(side bench.Side, rows []results.Row) error {
			files[side].Rows = append(files[side].Rows, rows...)
			return nil
		},
	}
	run := bench.Run{
		Plan: s.plan, Settings: s.Settings, Fork: pair.Fork, Watch: progress.show,
		Fail: func(failure results.Failure) error {
			progress.hide()
			fmt.Fprintf(a.Stderr, "note: %s failed: %s\n", failure.Name(), oneLine(failure.Why))
			file := files[bench.SideOf(failure)]
			file.Failures = append(file.Failures, failure)
			return nil
		},
	}
	if _, err = run.Do(ctx); ctx.Err() != nil {
		err = errInterrupted
	}
	return before, after, err
}

// An abSide is one of the two programs.
type abSide struct {
	bench.Program
	binaries []string // its layouts
}

// readPrograms reads and checks the flags of a run of two programs.
func (a *app) readPrograms(ctx context.Context, f compareFlags, old, new string) (*settings, [2]abSide, error) {
	var sides [2]abSide
	for i, pattern := range []string{old, new} {
		binaries, err := programs(pattern)
		if err != nil {
			return nil, sides, err
		}
		program, err := a.ask(ctx, binaries)
		if err != nil {
			return nil, sides, fmt.Errorf("--ab: %w", err)
		}
		sides[i] = abSide{program, binaries}
	}
	if n, m := len(sides[0].binaries), len(sides[1].binaries); n != m {
		return nil, sides, fmt.Errorf("--ab: %d layouts of the old program and %d of the new one: want as many of each, linked alike", n, m)
	}
	if !f.bench.set("precision") && !f.bench.set("forks") {
		f.bench.precision = f.precise()
	}
	if !f.bench.set("counters") {
		f.bench.counters = "none"
	}
	if err := f.bench.choose(); err != nil {
		return nil, sides, err
	}
	s, err := a.readSettings(ctx, f.bench)
	if err != nil {
		return nil, sides, err
	}
	s.Layouts = len(sides[0].binaries)
	return s, sides, s.leaveOut(sides)
}

// precise is the precision that a change by the threshold is seen with.
func (f *compareFlags) precise() string {
	threshold, err := results.ParsePercent(f.threshold)
	if err != nil || threshold == 0 {
		return results.FormatPercent(bench.DefaultPrecision)
	}
	return results.FormatPercent(threshold / 2)
}

// programs finds the binaries of a side.
func programs(pattern string) (binaries []string, err error) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("--ab: no file matches %q: want a build of this command, or a glob of its layouts", pattern)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return nil, fmt.Errorf("--ab: %s is not a program: want a build of this command, or compare two files without --ab", name)
		}
		if name, err = filepath.Abs(name); err != nil { // as the path is searched for others
			return nil, err
		}
		binaries = append(binaries, name)
	}
	return binaries, nil
}

// leaveOut takes from the plan the backends that one of the programs lacks.
func (s *settings) leaveOut(sides [2]abSide) error {
	lacking := func(name string) (by []string) {
		for i, side := range sides {
			if !slices.Contains(side.Backends, name) {
				by = append(by, fmt.Sprintf("the %v program", bench.Side(i)))
			}
		}
		return by
	}
	if base, ok := impls.Find(s.plan.Baseline); ok {
		if by := lacking(base.Name); len(by) > 0 {
			return fmt.Errorf("--ab: %s lacks the baseline %s: name another with --baseline", strings.Join(by, " and "), base.Name)
		}
	}
	var tables []bench.Table
	for _, t := range s.plan.Tables {
		compared := !slices.ContainsFunc(t.Cells, isContender)
		t.Cells = slices.DeleteFunc(slices.Clone(t.Cells), func(c bench.Cell) bool {
			by := lacking(c.Backend)
			if note := fmt.Sprintf("left out: %s, which %s lacks", c.Backend, strings.Join(by, " and ")); len(by) > 0 && !slices.Contains(s.notes, note) {
				s.notes = append(s.notes, note)
			}
			return len(by) > 0
		})
		if compared || slices.ContainsFunc(t.Cells, isContender) {
			tables = append(tables, t)
		}
	}
	if len(tables) == 0 {
		return fmt.Errorf("--ab: the programs have none of the chosen backends in common")
	}
	s.plan.Tables = tables
	return nil
}

func isContender(c bench.Cell) bool { return c.Rank == bench.Contender }

// configOf returns the configuration of what another program measures.
func (s *settings) configOf(p bench.Program) [][2]string {
	own := *s
	own.commit, own.build = p.Commit, p.Settings
	config := own.config()
	for i, pair := range config {
		if pair[0] == "go" {
			config[i][1] = p.Go
		}
	}
	return config
}
