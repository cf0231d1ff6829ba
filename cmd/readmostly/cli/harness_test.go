package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"readmostly/bench"
	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
	"readmostly/results"
	"readmostly/workloads"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

// The backends of these tests are never run: [fakeForks] stand in for them.
func init() {
	everything := impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true}
	sectioned := everything
	sectioned.Section = true
	floor := everything
	floor.Floor = true
	for _, b := range []impls.Backend{
		{Name: "rwlock", Mechanism: "reader-writer lock", Doc: "readers and writers exclude each other", Source: "kernel/locking/qrwlock.c", Caps: everything},
		{Name: "rcu-alpha", Mechanism: "RCU", Doc: "marked readers", Source: "LWN 2007", Caps: sectioned, Reclaims: []string{"sync", "call"}, Retain: 512},
		{Name: "rcu-beta", Mechanism: "RCU", Doc: "readers that are found in some other way, about which there is rather a lot to say, so much that it takes another line", Source: "LWN 2007", Caps: everything, Reclaims: []string{"sync"}},
		{Name: "add-only", Mechanism: "lockless", Doc: "elements are only added", Source: "rculist.h", Caps: impls.Caps{Insert: true, Walk: true, SleepInReader: true}},
		{Name: "unsync", Mechanism: "none", Doc: "no protection", Source: "route_seq.c", Caps: impls.Caps{Walk: true, BoundedGarbage: true, Limit: true, Section: true}},
		{Name: "noop", Mechanism: "none", Doc: "no effect", Source: "refscale.c", Caps: floor},
	} {
		if len(b.Reclaims) > 0 {
			b.Space = func(c impls.Config) impls.Space {
				return impls.Space{Element: len(c.Reclaim), Chain: 8, Worker: 12345, Map: c.Buckets}
			}
		}
		b.New = func(impls.Config) (impls.Map, error) { return nil, errors.New("never run") }
		impls.Register(b)
	}
}

// fakeForks stand in for processes. Figures depend on what is measured alone; forks
// fail or stop where a test says so.
type fakeForks struct {
	specs  []bench.Spec
	before func(call int, s bench.Spec) error // may be nil
}

func (f *fakeForks) fork(ctx context.Context, s bench.Spec) (*bench.Report, error) {
	f.specs = append(f.specs, s)
	if f.before != nil {
		if err := f.before(len(f.specs), s); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := s.Table.Workload
	r := &bench.Report{Fork: results.Fork{Number: s.Number, Layout: s.Layout, Rounds: s.Rounds, Windows: s.Rounds * len(s.Table.Cells)}}
	for i, c := range s.Table.Cells {
		row := bench.Row{Cell: i, Ops: 1000 * w.Threads}
		ns := float64(len(c.Backend)+len(c.Reclaim)) * float64(w.Threads)
		for k, m := range w.Scene().Metrics {
			if !w.Latency && slices.Contains(workloads.Latencies, m) {
				continue
			}
			switch {
			case m == workloads.NsPerOp:
				row.Values.Add(m, ns)
				if w.Compared() && c.Rank != bench.Baseline {
					row.Values.Add(results.Ratio(s.Baseline), ns/float64(len("unsync")*w.Threads))
				}
			case c.Rank != bench.Floor:
				row.Values.Add(m, float64(k)*ns)
			}
		}
		row.Values.Add(results.Rounds, float64(s.Rounds))
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}

// A trial is one run of the command on a machine made up.
type trial struct {
	app            *app
	forks          fakeForks
	ctx            context.Context
	stdout, stderr bytes.Buffer
}

func newTrial(args ...string) *trial {
	t := &trial{ctx: context.Background()}
	t.app = newApp(Env{Args: args, Stdout: &t.stdout, Stderr: &t.stderr, Commit: "c0ffee"})
	t.app.machine = func() (topo.Machine, error) { return machineOf(2, 1), nil }
	t.app.available = func() (uint64, bool) { return 1 << 30, true }
	t.app.counters = func([]int, []perf.Event) *perf.Plan { return &perf.Plan{} }
	t.app.probe = func(e perf.Event) error {
		if e.Kind == perf.Software {
			return nil
		}
		return &perf.OpenError{Event: e.Name, Err: errors.New("no such event"), Hint: "buy a machine that has it"}
	}
	t.app.fork = t.forks.fork
	t.app.mostThreads = func() int { return 9000 }
	t.app.build = func() []string { return []string{"-compiler=gc", "-pgo=true", "CGO_ENABLED=1", "GOAMD64=v1"} }
	t.app.goRuntime = func() string { return "GOGC=100 GOMEMLIMIT=off GOMAXPROCS=2" }
	t.app.hugePages = func() slab.Grant { return slab.Grant{Touched: 8 << 20, Huge: 8 << 20, Known: true} }
	return t
}

func (t *trial) run() int { return t.app.run(t.ctx) }

// machineOf makes a machine up.
func machineOf(cores, threadsPerCore int) topo.Machine {
	m := topo.Machine{Known: true, SMT: threadsPerCore > 1, Nodes: 1, Model: "Example CPU", Kernel: "6.1"}
	for id := range cores * threadsPerCore {
		m.CPUs = append(m.CPUs, topo.CPU{ID: id, Core: id % cores})
	}
	return m
}
