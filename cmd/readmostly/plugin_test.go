package main

import (
	"bytes"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"readmostly/impls"
	"readmostly/results"
)

// withPlugins is the environment variable that registers broken backends beside
// the built-in ones.
const withPlugins = "READMOSTLY_TEST_PLUGINS"

// A broken map has workers that do the same whatever they are told.
type broken struct {
	run func(ops []impls.Op, t *impls.Tally)
}

func (b broken) NewWorker() (impls.Worker, error) { return brokenWorker{run: b.run}, nil }
func (b broken) Fill([]impls.Element) error       { return nil }
func (b broken) Stats() impls.Stats               { return impls.Stats{} }
func (b broken) Close() error                     { return nil }

type brokenWorker struct {
	impls.Worker // nil: only Run and Close are called
	run          func(ops []impls.Op, t *impls.Tally)
}

func (w brokenWorker) Run(ops []impls.Op, t *impls.Tally) { w.run(ops, t) }
func (w brokenWorker) Close()                             {}

func registerPlugins() {
	for name, run := range map[string]func(ops []impls.Op, t *impls.Tally){
		"mine-hangs":  func([]impls.Op, *impls.Tally) { select {} },
		"mine-panics": func([]impls.Op, *impls.Tally) { panic("out of order") },
		"mine-tears": func(ops []impls.Op, t *impls.Tally) {
			t.Lookups += uint64(len(ops))
			t.Fail(ops[0], impls.Element{Key: 1}, "torn")
		},
	} {
		impls.Register(impls.Backend{Name: name, Mechanism: "plug-in", Doc: "for tests", Source: "none", Caps: impls.Caps{Walk: true},
			New: func(impls.Config) (impls.Map, error) { return broken{run}, nil }})
	}
}

// A plug-in that hangs, one that panics and one that fails its element check, beside
// two good backends: the good ones' rows are complete, the exit status is 1, and
// each of the bad has its line.
func TestBrokenPlugins(t *testing.T) {
	if testing.Short() {
		t.Skip("waits until one counts as stuck")
	}
	cmd := command(t, "bench", "--impl", "rcu-classic,seqlock,mine-*", "--structure", "list,hash", "--size", "16", "--updates", "0%", "--threads", "2",
		"--window", "500us", "--duration", "2ms", "--forks", "2", "--counters", "none", "--quiet")
	cmd.Env = append(cmd.Env, withPlugins+"=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("%v", err)
	}
	f, err := results.Read(&stdout, "stdout")
	if err != nil || len(f.Warnings) > 0 || len(f.Failures) != 3*2 {
		t.Errorf("%v, %v, %d failures", err, f.Warnings, len(f.Failures))
	}
	rows := map[string]int{}
	for _, r := range f.Rows {
		rows[r.Name()]++
	}
	if len(rows) != 4*2 {
		t.Errorf("rows of %v", rows)
	}
	for name, n := range rows {
		if n != 2 {
			t.Errorf("%d rows of %s", n, name)
		}
	}
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	slices.Sort(lines)
	for i, want := range [][2]string{
		{"readmostly: 3 of the backends failed, and all others were measured", ""},
		{"readmostly: mine-hangs failed: mine-hangs, ", " have not finished a batch for 10s"},
		{"readmostly: mine-panics failed: mine-panics, ", " panicked: out of order (plugin_test.go:"},
		{"readmostly: mine-tears failed: mine-tears, ", " element checks failed, the first: "},
	} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want[0]) || !strings.Contains(lines[i], want[1]) {
			t.Errorf("line %d of %q, want %q", i, lines, want)
		}
	}
	if len(lines) != 4 {
		t.Errorf("%d lines", len(lines))
	}
}
