package workloads

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
)

func TestMeasure(t *testing.T) {
	tests := []struct {
		name string
		w    Workload
	}{
		{"read-only", Workload{Size: 16, Threads: 1}},
		{"two readers", Workload{Size: 1000, Threads: 2}},
		{"one element", Workload{Size: 1, Threads: 1, Updates: 1}},
		{"updates", Workload{Size: 16, Threads: 2, Updates: 0.1}},
		{"all updates", Workload{Size: 100, Threads: 3, Updates: 1}},
		{"replaces", Workload{Size: 16, Threads: 2, Updates: 0.5, Replace: true}},
		{"more workers than cores", Workload{Size: 64, Threads: 4*runtime.NumCPU() + 1, Updates: 0.5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.w
			w.Structure, w.Seed = Hash, 7
			m, err := Measure(context.Background(), testBackend(faults{}), "", w, brief())
			if err != nil {
				t.Fatal(err)
			}
			c := &m.Tally
			if c.Lookups+c.Inserts+c.Deletes+c.Replaces != c.Ops() || c.Updates() != c.Updated() || c.Bad != 0 {
				t.Errorf("counts: %+v", *c)
			}
			if c.Ops() < uint64(w.Threads) {
				t.Errorf("%d operations of %d workers", c.Ops(), w.Threads)
			}
			share := float64(c.Updates()) / float64(c.Ops())
			if off := (share - w.Updates) * float64(c.Ops()); off < -2*float64(w.Threads) || off > 2*float64(w.Threads) {
				t.Errorf("%d of %d operations are updates", c.Updates(), c.Ops())
			}
			if m.Window < brief().Duration || m.NsPerOp <= 0 || m.Rate <= 0 {
				t.Errorf("window %v, %v ns/op, %v ops/s", m.Window, m.NsPerOp, m.Rate)
			}
			if m.Samples < 1 || m.Samples > samples || m.Retained != 7 || m.PeakRetained != 7 {
				t.Errorf("%d samples: retained %v, at most %d", m.Samples, m.Retained, m.PeakRetained)
			}
			if m.GracePeriods.TotalCount() != 1 || m.GracePeriods.Max() != 2 {
				t.Errorf("grace periods: want those of the second call, not %d up to %d", m.GracePeriods.TotalCount(), m.GracePeriods.Max())
			}
			if m.Backend != "test" || m.Workload != w || m.Counters != nil {
				t.Errorf("%+v", m)
			}
		})
	}
}

// A tape that is played a known number of times has the hit rate that it was
// made for.
func TestHitRate(t *testing.T) {
	for _, w := range []Workload{
		{Size: 16, Updates: 0.01},
		{Size: 16, Updates: 0.1},
		{Size: 16, Updates: 0.5},
		{Size: 1000, Updates: 0.1},
		{Size: 1000, Updates: 0.1, Replace: true},
	} {
		w.Structure, w.Threads, w.Seed = List, 1, 3
		b, m := testBackendAndMap(faults{})
		impl, err := b.New(impls.Config{})
		if err != nil {
			t.Fatal(err)
		}
		p := newPopulation(w)
		if err := fill(context.Background(), impl, p.elements()); err != nil {
			t.Fatal(err)
		}
		worker, _ := impl.NewWorker()
		var tally impls.Tally
		tape := makeTape(w, p, 0)
		for range 2 {
			worker.Run(tape, &tally)
		}
		worker.Close()
		if rate := float64(tally.Hits) / float64(tally.Lookups); rate < 0.499 || rate > 0.501 {
			t.Errorf("%v: hit rate %v", w, rate)
		}
		if share := float64(tally.Updated()) / float64(tally.Ops()); share < w.Updates*0.9999 || share > w.Updates*1.0001 {
			t.Errorf("%v: share of successful updates %v", w, share)
		}
		if n := len((*m).elements); n != w.Size {
			t.Errorf("%v: %d elements are left", w, n)
		}
	}
}

func TestMeasureFails(t *testing.T) {
	reading := Workload{Structure: List, Size: 16, Threads: 2, Seed: 1}
	updating := reading
	updating.Updates = 0.5
	small := reading
	small.Size, small.Updates = 1, 0.5
	tests := []struct {
		name   string
		faults faults
		w      Workload
		want   string
	}{
		{"wrong element", faults{at: 100, wrong: true}, reading, "element checks failed, the first: lookup of key"},
		{"another key", faults{at: 100, other: true}, reading, "found an element with another key"},
		{"missed", faults{at: 100, misses: true}, reading, "lookups found their key"},
		{"left out", faults{at: 100, lazy: true}, reading, "operations were counted of"},
		{"ignored", faults{at: 100, ignores: true}, updating, "updates found another worker's change"},
		{"lost", faults{at: 100, lies: true}, updating, ""},
		{"memory", faults{at: 100, full: true}, updating, "no memory"},
		{"panic", faults{at: 100, panics: true}, updating, "panicked: out of order"},
		{"exit", faults{at: 100, exits: true}, updating, "ended its goroutine"},
		{"registration", faults{joins: true}, reading, "too many workers"},
		{"filling", faults{fills: true}, reading, "no memory"},
		{"leak", faults{closes: true}, reading, "3 elements leaked"},
		{"keys", faults{}, small, "want a size of at least 2"},
		{"no CPU", faults{}, reading, "CPU"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := brief()
			if tt.name == "no CPU" {
				o.CPUs = []int{1 << 15}
			}
			m, err := Measure(context.Background(), testBackend(tt.faults), "sync", tt.w, o)
			if err == nil {
				t.Fatalf("no error: %+v", m)
			}
			for _, want := range []string{"test (sync), " + tt.w.String() + ": ", tt.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q doesn't say %q", err, want)
				}
			}
			if m.Backend != "" {
				t.Errorf("there is a measurement: %+v", m)
			}
		})
	}
}

// A map that holds more or less than its workers have put there fails the
// measurement, also where every operation seemed right.
func TestPopulationIsChecked(t *testing.T) {
	b, latest := testBackendAndMap(faults{})
	w := Workload{Structure: List, Size: 16, Threads: 1, Seed: 1}
	tr, err := newTrial(context.Background(), b, "", w, brief())
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.check(b.Caps); err != nil {
		t.Error(err)
	}
	(*latest).elements[1] = impls.Element{}
	if err := tr.check(b.Caps); err == nil || err.Error() != "the map holds 17 elements, and should hold 16" {
		t.Errorf("error %v", err)
	}
}

func TestPanicShowsItsStack(t *testing.T) {
	w := Workload{Structure: List, Size: 16, Threads: 1}
	_, err := Measure(context.Background(), testBackend(faults{at: 1, panics: true}), "", w, brief())
	if err == nil || !strings.Contains(err.Error(), "testWorker") {
		t.Errorf("error %v", err)
	}
}

func TestUnfitBackendIsRefused(t *testing.T) {
	b := testBackend(faults{})
	b.Caps.Delete = false
	w := Workload{Structure: List, Size: 16, Threads: 1, Updates: 0.1}
	if _, err := Measure(context.Background(), b, "", w, brief()); err == nil || !strings.Contains(err.Error(), "can't delete") {
		t.Errorf("error %v", err)
	}
}

func TestCancel(t *testing.T) {
	w := Workload{Structure: List, Size: 16, Threads: 2}
	o := Options{Duration: time.Hour}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Measure(done, testBackend(faults{}), "", w, o); err != context.Canceled {
		t.Errorf("before the start: error %v", err)
	}
	for _, o := range []Options{{Duration: time.Hour}, {Duration: 1, Warmup: time.Hour}} {
		soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		m, err := Measure(soon, testBackend(faults{}), "", w, o)
		cancel()
		if err != context.DeadlineExceeded || m.Backend != "" {
			t.Errorf("%+v: error %v, measurement %+v", o, err, m)
		}
	}
}

// A worker that hangs is reported, and the others stop.
func TestStuckWorker(t *testing.T) {
	for name, tt := range map[string]struct {
		faults faults
		want   string
	}{
		"at once":       {faults{at: 1, stuck: make(chan struct{})}, "of 2 workers 2 have not finished a batch"},
		"in the window": {faults{late: true, stuck: make(chan struct{})}, "have not finished a batch"},
	} {
		t.Run(name, func(t *testing.T) {
			w := Workload{Structure: List, Size: 16, Threads: 2}
			tr, err := newTrial(context.Background(), testBackend(tt.faults), "", w, brief())
			if err != nil {
				t.Fatal(err)
			}
			tr.patience = 100 * time.Millisecond
			err = tr.window(context.Background(), new(Measurement))
			if err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%q doesn't say %q", err, tt.want)
			}
			if err = tr.fail(err); !strings.Contains(err.Error(), "can't be stopped") {
				t.Errorf("error %q", err)
			}
			close(tt.faults.stuck)
			tr.patience = time.Minute
			if _, stuck := tr.stop(); stuck != nil {
				t.Error(stuck)
			}
		})
	}
}

// A map that doesn't answer is reported, and its workers stop.
func TestStuckMap(t *testing.T) {
	f := faults{deaf: make(chan struct{})}
	tr, err := newTrial(context.Background(), testBackend(f), "", Workload{Structure: List, Size: 1, Threads: 2}, brief())
	if err != nil {
		t.Fatal(err)
	}
	tr.patience = 100 * time.Millisecond
	err = tr.fail(tr.window(context.Background(), new(Measurement)))
	if err == nil || err.Error() != "the map's Stats has not returned for 100ms" {
		t.Errorf("error %v", err)
	}
	close(f.deaf)
}

func TestStuckClose(t *testing.T) {
	f := faults{hangs: make(chan struct{})}
	tr, err := newTrial(context.Background(), testBackend(f), "", Workload{Structure: List, Size: 1, Threads: 1}, brief())
	if err != nil {
		t.Fatal(err)
	}
	tr.patience = time.Millisecond
	if err := tr.close(); err == nil || err.Error() != "the map's Close has not returned for 1ms" {
		t.Errorf("error %v", err)
	}
	close(f.hangs)
}

// A map without Fill gets its population by insertion.
func TestFillByInsertion(t *testing.T) {
	m := &testMap{elements: map[uint64]impls.Element{}}
	only := struct{ impls.Map }{m}
	elements := newPopulation(Workload{Size: 3000, Seed: 1}).elements()
	if err := fill(context.Background(), only, elements); err != nil || len(m.elements) != 3000 || m.workers.Load() != 0 {
		t.Errorf("error %v, %d elements, %d workers", err, len(m.elements), m.workers.Load())
	}
	if err := fill(context.Background(), only, elements); err == nil {
		t.Error("keys are inserted twice without an error")
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if err := fill(done, only, elements); err != context.Canceled {
		t.Errorf("error %v", err)
	}
}

// The process is as before, whether or not a measurement succeeds.
func TestProcessIsGivenBack(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	for _, f := range []faults{{}, {at: 10, panics: true}} {
		b := testBackend(f)
		b.Caps.NeedsGC = false
		_, _ = Measure(context.Background(), b, "", Workload{Structure: List, Size: 16, Threads: 3}, brief())
		if n := runtime.GOMAXPROCS(0); n != 1 {
			t.Errorf("GOMAXPROCS is %d", n)
		}
		if n := debug.SetGCPercent(77); n != 77 {
			t.Errorf("the collector's percentage is %d", n)
		}
	}
}

// With the collector off there are no cycles in a window, however much is
// allocated. With it on there are.
func TestCollector(t *testing.T) {
	w := Workload{Structure: List, Size: 16, Threads: 1, Updates: 1}
	for _, needsGC := range []bool{false, true} {
		b := testBackend(faults{})
		b.Caps.NeedsGC = needsGC
		inner := b.New
		b.New = func(c impls.Config) (impls.Map, error) {
			m, err := inner(c)
			return collectingMap{m.(*testMap), needsGC}, err
		}
		m, err := Measure(context.Background(), b, "", w, brief())
		if err != nil {
			t.Fatal(err)
		}
		if (m.GCCycles > 0) != needsGC || (m.GCPause > 0) != needsGC {
			t.Errorf("needs the collector: %v, %d cycles, paused %v", needsGC, m.GCCycles, m.GCPause)
		}
	}
}

// A collectingMap makes garbage when its state is sampled, and collects it if
// told to.
type collectingMap struct {
	*testMap
	collect bool
}

var garbage []byte

func (m collectingMap) Stats() impls.Stats {
	garbage = make([]byte, 1<<20)
	if m.collect {
		runtime.GC()
	}
	return m.testMap.Stats()
}

func TestPinnedWorkersCount(t *testing.T) {
	cpus, err := topo.Allowed()
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("no pinning here: ", err)
	}
	events, err := perf.ParseList("page-faults,task-clock")
	if err != nil {
		t.Fatal(err)
	}
	o := brief()
	o.CPUs = cpus
	o.Counters = perf.NewPlan(events)
	w := Workload{Structure: List, Size: 16, Threads: len(cpus) + 1, Updates: 0.1}
	m, err := Measure(context.Background(), testBackend(faults{}), "", w, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Counters) != len(o.Counters.Events()) {
		t.Errorf("%d counters of %d events: %v", len(m.Counters), len(o.Counters.Events()), m.Counters)
	}
	for _, c := range m.Counters {
		if c.Running <= 0 || c.Running > 1 || c.PerOp < 0 {
			t.Errorf("%+v", c)
		}
	}
}

func TestCountersOfAllWorkers(t *testing.T) {
	a, b := perf.Event{Name: "a"}, perf.Event{Name: "b"}
	workers := []*worker{
		{counter: counter{readings: []perf.Reading{{Event: a, Value: 10, Running: 1}, {Event: b, Value: 5, Running: 1}}}},
		{counter: counter{readings: []perf.Reading{{Event: a, Value: 30, Running: 0.5}}}},
	}
	got := countersPerOp(workers, 10)
	if len(got) != 1 || got[0] != (Counter{Event: a, PerOp: 4, Running: 0.5}) {
		t.Errorf("%+v, want a's 4 an operation alone", got)
	}
}

func TestWindowsMustOverlap(t *testing.T) {
	window := func(began, ended time.Duration) *worker {
		w := &worker{began: began, ended: ended}
		w.tallies[measuring].Lookups = 100
		return w
	}
	var m Measurement
	if err := (&trial{workers: []*worker{window(0, 10), window(10, 20)}}).sum(&m); err == nil {
		t.Error("windows that don't overlap are no error")
	}
	m = Measurement{}
	if err := (&trial{workers: []*worker{window(0, 100), window(50, 350)}}).sum(&m); err != nil {
		t.Fatal(err)
	}
	if m.Window != 50 || m.NsPerOp != 2 || math.Abs(m.Rate-(1e9+1e9/3)) > 1 {
		t.Errorf("window %v, %v ns/op, %v ops/s", m.Window, m.NsPerOp, m.Rate)
	}
}

func TestBatchSize(t *testing.T) {
	var b batchSize
	step := func(took time.Duration, want int) {
		t.Helper()
		if b.adapt(took); b.get() != want {
			t.Errorf("after %v: %d operations, want %d", took, b.get(), want)
		}
	}
	step(time.Microsecond, 2)
	step(30*time.Microsecond, 2)
	step(time.Millisecond, 2) // an interruption
	step(time.Microsecond, 4)
	step(time.Millisecond, 4)
	step(time.Millisecond, 2)
	step(time.Millisecond, 1)
	step(time.Millisecond, 1)
	for range 20 {
		b.adapt(0)
	}
	step(0, maxBatch)
}
