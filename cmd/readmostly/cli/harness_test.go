package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
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

// The backends of these tests are never run: [fakeMeasure] stands in for them.
func init() {
	everything := impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true}
	floor := everything
	floor.Floor = true
	for _, b := range []impls.Backend{
		{Name: "rwlock", Mechanism: "reader-writer lock", Doc: "readers and writers exclude each other", Source: "kernel/locking/qrwlock.c", Caps: everything},
		{Name: "rcu-alpha", Mechanism: "RCU", Doc: "marked readers", Source: "LWN 2007", Caps: everything, Reclaims: []string{"sync", "call"}},
		{Name: "rcu-beta", Mechanism: "RCU", Doc: "readers that are found in some other way, about which there is rather a lot to say, so much that it takes another line", Source: "LWN 2007", Caps: everything, Reclaims: []string{"sync"}},
		{Name: "add-only", Mechanism: "lockless", Doc: "elements are only added", Source: "rculist.h", Caps: impls.Caps{Insert: true, Walk: true, SleepInReader: true}},
		{Name: "unsync", Mechanism: "none", Doc: "no protection", Source: "route_seq.c", Caps: impls.Caps{Walk: true, BoundedGarbage: true}},
		{Name: "noop", Mechanism: "none", Doc: "no effect", Source: "refscale.c", Caps: floor},
	} {
		b.New = func(impls.Config) (impls.Map, error) { return nil, errors.New("never run") }
		impls.Register(b)
	}
}

// A fakeMeasure returns figures that depend on what is measured alone, and
// fails or stops where it is told to.
type fakeMeasure struct {
	calls  int
	before func(call int) error
}

func (f *fakeMeasure) measure(ctx context.Context, b impls.Backend, reclaim string, w workloads.Workload, _ workloads.Options) (workloads.Measurement, error) {
	f.calls++
	if f.before != nil {
		if err := f.before(f.calls); err != nil {
			return workloads.Measurement{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return workloads.Measurement{}, err
	}
	ns := float64(len(b.Name)+len(reclaim)) * float64(w.Threads)
	ops := uint64(1000 * w.Threads)
	updates := uint64(w.Updates * float64(ops))
	m := workloads.Measurement{
		Backend: b.Name, Reclaim: reclaim, Workload: w,
		NsPerOp: ns, Rate: float64(w.Threads) * 1e9 / ns, Window: time.Millisecond,
		Samples: 1,
		Tally: impls.Tally{
			Lookups: ops - updates, Hits: (ops - updates) / 2, Nodes: ops,
			Inserts: updates / 2, Deletes: updates - updates/2,
		},
		Counters: []workloads.Counter{{Event: perf.Default[2], PerOp: 0.25, Running: 0.5}},
	}
	if strings.HasPrefix(b.Name, "rcu") {
		m.GracePeriods = hdrhistogram.New(1, 1e9, 3)
		if updates > 0 {
			m.Retained, m.PeakRetained = 100, 200
			_ = m.GracePeriods.RecordValue(1500)
		}
	}
	if w.Scenario != workloads.Mix {
		m.LettingGo = fakeLettingGo(w, reclaim)
	}
	return m, nil
}

func fakeLettingGo(w workloads.Workload, reclaim string) workloads.LettingGo {
	g := workloads.LettingGo{Ops: 1000, Drain: 5 * time.Microsecond, Freed: 2e6, Gaps: hdrhistogram.New(1, 1e9, 3)}
	_ = g.Gaps.RecordValue(300)
	if reclaim != "sync" {
		g.Callbacks, g.PeakCallbacks, g.Throttled = 50, 100, 1
	}
	switch w.Scenario {
	case workloads.Flood:
		g.Lookups = 1e7
	case workloads.Stall:
		g.Stalled, g.Before = 100*time.Millisecond, 50000
		g.RetainedAt = map[int]uint64{25: 10, 50: 20, 100: 0}
	case workloads.Teardown:
		g.Teardowns, g.Teardown = 2, time.Millisecond
	}
	return g
}

// A trial is one run of the command on a machine made up.
type trial struct {
	app            *app
	measure        fakeMeasure
	ctx            context.Context
	stdout, stderr bytes.Buffer
}

func newTrial(args ...string) *trial {
	t := &trial{ctx: context.Background()}
	t.app = newApp(Env{Args: args, Stdout: &t.stdout, Stderr: &t.stderr, Commit: "c0ffee"})
	t.app.machine = func() (topo.Machine, error) { return machineOf(2, 1), nil }
	t.app.available = func() (uint64, bool) { return 1 << 30, true }
	t.app.counters = func([]perf.Event) *perf.Plan { return &perf.Plan{} }
	t.app.probe = func(e perf.Event) error {
		if e.Kind == perf.Software {
			return nil
		}
		return &perf.OpenError{Event: e.Name, Err: errors.New("no such event"), Hint: "buy a machine that has it"}
	}
	t.app.measure = t.measure.measure
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
