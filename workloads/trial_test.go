package workloads

import (
	"context"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
)

// measure plays windows of a trial of its own and closes it.
func measure(b impls.Backend, reclaim string, w Workload, h Hands, looks ...Look) (windows []Window, err error) {
	ctx := context.Background()
	c, err := NewCrew(max(1, w.Threads), h)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	tapes := new(Tapes)
	if w.Validate() == nil {
		tapes = MakeTapes(w, false)
	}
	tr, err := NewTrial(ctx, c, b, reclaim, w, tapes)
	if err != nil {
		return nil, err
	}
	for _, l := range looks {
		win, err := tr.Window(ctx, l)
		if err != nil {
			return nil, err
		}
		windows = append(windows, win)
	}
	return windows, tr.Close(ctx)
}

// newTestTrial returns a trial with a crew that ends with the test.
func newTestTrial(t *testing.T, b impls.Backend, w Workload) *Trial {
	t.Helper()
	c, err := NewCrew(w.Threads, Hands{})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := NewTrial(context.Background(), c, b, "", w, MakeTapes(w, false))
	if err != nil {
		c.Close()
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return tr
}

func TestWindows(t *testing.T) {
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
			plain := brief()
			plain.Sample = false
			wins, err := measure(testBackend(faults{}), "", w, Hands{}, plain, brief(), plain)
			if err != nil {
				t.Fatal(err)
			}
			for i, win := range wins {
				checkWindow(t, w, win)
				_, sampled := win.Values.Get(Retained.Unit)
				_, timed := win.Values.Get(GPMax.Unit)
				if want := i == 1; sampled != want || timed != want {
					t.Errorf("window %d: %v", i, win.Values)
				}
			}
			mid := wins[1].Values
			for m, want := range map[*Metric]float64{&Retained: 7, &PeakRetained: 7, &GPMedian: 2, &GPMax: 2} {
				if got, _ := mid.Get(m.Unit); got != want {
					t.Errorf("%v %s, want %v: of the grace periods those of the second call", got, m.Unit, want)
				}
			}
		})
	}
}

func checkWindow(t *testing.T, w Workload, win Window) {
	t.Helper()
	c := &win.Tally
	if c.Lookups+c.Inserts+c.Deletes+c.Replaces != c.Ops() || c.Updates() != c.Updated() || c.Bad != 0 || win.Ops != c.Ops() {
		t.Errorf("counts: %d, %+v", win.Ops, *c)
	}
	if c.Ops() < uint64(w.Threads) {
		t.Errorf("%d operations of %d workers", c.Ops(), w.Threads)
	}
	share := float64(c.Updates()) / float64(c.Ops())
	if off := (share - w.Updates) * float64(c.Ops()); off < -4*float64(w.Threads) || off > 4*float64(w.Threads) {
		t.Errorf("%d of %d operations are updates", c.Updates(), c.Ops())
	}
	if win.Length < brief().Length || win.Busy < time.Duration(w.Threads)*win.Length || win.Rate <= 0 || win.Lost != 0 || win.Late < 0 {
		t.Errorf("window %v, %v busy, %v ops/s, lost %v, late %v", win.Length, win.Busy, win.Rate, win.Lost, win.Late)
	}
	if ns, _ := win.Values.Get(NsPerOp.Unit); ns != float64(win.Busy)/float64(win.Ops) || win.Counters != nil {
		t.Errorf("%v ns/op, %v", ns, win.Counters)
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

func TestTrialFails(t *testing.T) {
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
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wins, err := measure(testBackend(tt.faults), "sync", tt.w, Hands{}, brief(), brief())
			if err == nil {
				t.Fatalf("no error: %+v", wins)
			}
			for _, want := range []string{"test (sync), " + tt.w.String() + ": ", tt.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q doesn't say %q", err, want)
				}
			}
		})
	}
}

// A map that holds more or less than its workers have put there fails the trial,
// also where every operation seemed right.
func TestPopulationIsChecked(t *testing.T) {
	b, latest := testBackendAndMap(faults{})
	w := Workload{Structure: List, Size: 16, Threads: 1, Seed: 1}
	tr := newTestTrial(t, b, w)
	if err := tr.check(); err != nil {
		t.Error(err)
	}
	(*latest).elements[1] = impls.Element{}
	want := "test, list of 16, 0% updates, 1 threads: the map holds 17 elements, and should hold 16"
	if err := tr.Close(context.Background()); err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
	if (*latest).late.Load() > 0 {
		t.Error("the map was looked at when it was closed")
	}
}

func TestPanicShowsItsStack(t *testing.T) {
	w := Workload{Structure: List, Size: 16, Threads: 1}
	_, err := measure(testBackend(faults{at: 1, panics: true}), "", w, Hands{}, brief())
	if err == nil || !strings.Contains(err.Error(), "testWorker") {
		t.Errorf("error %v", err)
	}
}

func TestUnfitBackendIsRefused(t *testing.T) {
	b := testBackend(faults{})
	b.Caps.Delete = false
	w := Workload{Structure: List, Size: 16, Threads: 1, Updates: 0.1}
	if _, err := measure(b, "", w, Hands{}, brief()); err == nil || !strings.Contains(err.Error(), "can't delete") {
		t.Errorf("error %v", err)
	}
}

// What the workload asks of a map is what the map is asked.
func TestMapIsConfigured(t *testing.T) {
	b, m := testBackendAndMap(faults{})
	b.Caps.Section = true
	w := Workload{Structure: Hash, Size: 16, Buckets: 8, Threads: 1, Updates: 0.1, Retain: 64, Section: 16}
	if _, err := measure(b, "call", w, Hands{}, brief()); err != nil {
		t.Fatal(err)
	}
	want := impls.Config{Buckets: 8, Capacity: w.Capacity(), Reclaim: "call", Retain: 64, Section: 16}
	if (*m).config != want {
		t.Errorf("%+v, want %+v", (*m).config, want)
	}
}

// What doesn't belong together is refused.
func TestStrangersAreRefused(t *testing.T) {
	c, err := NewCrew(2, Hands{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w := Workload{Structure: List, Size: 16, Threads: 2, Updates: 0.1}
	tapes := MakeTapes(w, true)
	big, wide, still, copying := w, w, w.ReadOnly(), w
	big.Size, wide.Threads, copying.Replace = 17, 3, true
	for _, test := range []struct {
		w    Workload
		want string
	}{
		{w, ""},
		{still, ""},
		{big, "tapes are those of another workload"},
		{copying, "tapes are those of another workload"},
		{wide, "a crew of 2 can't play 3 threads"},
	} {
		tr, err := NewTrial(context.Background(), c, testBackend(faults{}), "", test.w, tapes)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%v: %v, want %q", test.w, err, test.want)
		}
		if err == nil {
			err = tr.Close(context.Background())
		}
		if test.want == "" && err != nil {
			t.Error(err)
		}
	}
	for _, l := range []Look{{}, {Length: -1}, {Length: 1, Warm: -1}, {Length: 1, Warmup: -1}} {
		if l.validate() == nil {
			t.Errorf("%+v is valid", l)
		}
	}
}

func TestImpossibleCrews(t *testing.T) {
	for n, h := range map[int]Hands{0: {}, 1: {CPUs: []int{-1}}, 2: {CPUs: []int{1 << 15}}} {
		if c, err := NewCrew(n, h); err == nil {
			c.Close()
			t.Errorf("a crew of %d with %+v is no error", n, h)
		}
	}
}

func TestCancel(t *testing.T) {
	w := Workload{Structure: List, Size: 16, Threads: 2}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	tr := newTestTrial(t, testBackend(faults{}), w)
	if _, err := NewTrial(done, tr.crew, testBackend(faults{}), "", w, MakeTapes(w, false)); err != context.Canceled {
		t.Errorf("before the start: error %v", err)
	}
	if _, err := tr.Window(done, brief()); err != context.Canceled {
		t.Errorf("before the window: error %v", err)
	}
	tapes := MakeTapes(w, false)
	for _, l := range []Look{{Length: time.Hour}, {Length: 1, Warm: 1 << 60, Warmup: time.Hour}} {
		tr, err := NewTrial(context.Background(), tr.crew, testBackend(faults{}), "", w, tapes)
		if err != nil {
			t.Fatal(err)
		}
		soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if _, err := tr.Window(soon, l); err != context.DeadlineExceeded {
			t.Errorf("%+v: error %v", l, err)
		}
		cancel()
		// It is closed, and closing it again is harmless.
		if _, err := tr.Window(context.Background(), brief()); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("a window after the end: %v", err)
		}
		if err := tr.Drain(context.Background()); err == nil {
			t.Error("drained after the end")
		}
		if err := tr.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	// The first trial and the crew are as before.
	if _, err := tr.Window(context.Background(), brief()); err != nil {
		t.Error(err)
	}
	if err := tr.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// Many trials take turns with one crew, over the same tapes.
func TestTurns(t *testing.T) {
	ctx := context.Background()
	w := Workload{Structure: List, Size: 16, Threads: 3, Updates: 0.2}
	first := newTestTrial(t, testBackend(faults{}), w)
	trials := []*Trial{first}
	tapes := MakeTapes(w, false)
	for range 4 {
		tr, err := NewTrial(ctx, first.crew, testBackend(faults{}), "", w, tapes)
		if err != nil {
			t.Fatal(err)
		}
		trials = append(trials, tr)
	}
	look := Look{Warm: 50, Warmup: time.Second, Length: 200 * time.Microsecond}
	for range 20 {
		for _, tr := range trials {
			if _, err := tr.Window(ctx, look); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tr := range trials {
		if err := tr.Close(ctx); err != nil {
			t.Error(err)
		}
	}
}

// A worker that hangs is reported, whatever the others do, and the others stop.
func TestStuckWorker(t *testing.T) {
	for name, tt := range map[string]struct {
		faults faults
		want   string
	}{
		"at once":           {faults{at: 1, stuck: make(chan struct{})}, "of 2 workers 2 have not finished a batch"},
		"in the window":     {faults{after: true, stuck: make(chan struct{})}, "have not finished a batch"},
		"one":               {faults{at: 1, only: 2, stuck: make(chan struct{})}, "of 2 workers 1 have not finished a batch"},
		"one in the window": {faults{after: true, only: 1, stuck: make(chan struct{})}, "of 2 workers 1 have not finished a batch"},
	} {
		t.Run(name, func(t *testing.T) {
			w := Workload{Structure: List, Size: 16, Threads: 2}
			tr := newTestTrial(t, testBackend(tt.faults), w)
			tr.patience = 100 * time.Millisecond
			_, err := tr.Window(context.Background(), brief())
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "can't be stopped") {
				t.Errorf("%v doesn't say %q", err, tt.want)
			}
			// The crew has lost a member, which is said at once.
			if _, err := NewTrial(context.Background(), tr.crew, testBackend(faults{}), "", w, MakeTapes(w, false)); err == nil || !strings.Contains(err.Error(), "is still stuck") {
				t.Errorf("the next trial: %v", err)
			}
			close(tt.faults.stuck)
			tr.patience = time.Minute
			if _, stuck := tr.stop(); stuck != nil {
				t.Error(stuck)
			}
		})
	}
}

// A goroutine that has ended is missed by the next trial.
func TestLostMember(t *testing.T) {
	w := Workload{Structure: List, Size: 16, Threads: 2}
	tr := newTestTrial(t, testBackend(faults{at: 1, only: 2, exits: true}), w)
	if _, err := tr.Window(context.Background(), brief()); err == nil || !strings.Contains(err.Error(), " ended its goroutine") {
		t.Errorf("error %v", err)
	}
	if _, err := NewTrial(context.Background(), tr.crew, testBackend(faults{}), "", w, MakeTapes(w, false)); err == nil || !strings.Contains(err.Error(), "goroutine has ended in a trial before") {
		t.Errorf("the next trial: %v", err)
	}
}

// A panic leaves the crew as it was.
func TestPanicLeavesTheCrew(t *testing.T) {
	w := Workload{Structure: List, Size: 16, Threads: 2}
	tr := newTestTrial(t, testBackend(faults{at: 1, panics: true}), w)
	if _, err := tr.Window(context.Background(), brief()); err == nil {
		t.Error("no error")
	}
	next, err := NewTrial(context.Background(), tr.crew, testBackend(faults{}), "", w, MakeTapes(w, false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := next.Window(context.Background(), brief()); err != nil {
		t.Error(err)
	}
	if err := next.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// A map that doesn't answer is reported, and its workers stop.
func TestStuckMap(t *testing.T) {
	f := faults{deaf: make(chan struct{})}
	tr := newTestTrial(t, testBackend(f), Workload{Structure: List, Size: 1, Threads: 2})
	tr.patience = 100 * time.Millisecond
	_, err := tr.Window(context.Background(), brief())
	if err == nil || err.Error() != "test, list of 1, 0% updates, 2 threads: the map's Stats has not returned for 100ms" {
		t.Errorf("error %v", err)
	}
	close(f.deaf)
}

func TestStuckClose(t *testing.T) {
	f := faults{hangs: make(chan struct{})}
	tr := newTestTrial(t, testBackend(f), Workload{Structure: List, Size: 1, Threads: 1})
	tr.patience = 10 * time.Millisecond
	if err := tr.Close(context.Background()); err == nil || !strings.HasSuffix(err.Error(), "the map's Close has not returned for 10ms") {
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

// The process is as before, whether or not a trial succeeds. While a crew exists,
// there is a P more than it has members.
func TestProcessIsGivenBack(t *testing.T) {
	for _, procs := range []int{1, 3, 8} {
		testProcess(t, procs)
	}
}

func testProcess(t *testing.T, procs int) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	for _, f := range []faults{{}, {at: 10, panics: true}} {
		b := testBackend(f)
		b.Caps.NeedsGC = false
		c, err := NewCrew(3, Hands{})
		if err != nil {
			t.Fatal(err)
		}
		if n := runtime.GOMAXPROCS(0); n != max(procs, 4) {
			t.Errorf("GOMAXPROCS is %d with a crew of 3, and was %d", n, procs)
		}
		c.Close()
		_, _ = measure(b, "", Workload{Structure: List, Size: 16, Threads: 3}, Hands{}, brief())
		if n := runtime.GOMAXPROCS(0); n != procs {
			t.Errorf("GOMAXPROCS is %d, and was %d", n, procs)
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
		wins, err := measure(b, "", w, Hands{}, brief())
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := wins[0].Values.Get(GCCycles.Unit); (n > 0) != needsGC || !ok {
			t.Errorf("needs the collector: %v, %v cycles", needsGC, n)
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
	h := Hands{CPUs: cpus, Counters: perf.NewPlan(events)}
	for _, s := range Scenarios() {
		w := Workload{Scenario: s.Name, Structure: List, Size: 16, Threads: len(cpus) + 1}.divided()
		wins, err := measure(testBackend(faults{clean: true}), "", w, h, brief(), brief())
		if err != nil {
			t.Fatal(err)
		}
		want := len(h.Counters.Events())
		if s == Stall {
			want = 0
		}
		for _, win := range wins {
			if len(win.Counters) != want {
				t.Errorf("%s: %d counters of %d events: %v", s.Name, len(win.Counters), want, win.Counters)
			}
			for _, c := range win.Counters {
				if c.Running <= 0 || c.Running > 1 || !(c.N >= 0) {
					t.Errorf("%s: %+v", s.Name, c)
				}
			}
		}
	}
}

// Where nobody could see a core being lost, the crew says so.
func TestBlind(t *testing.T) {
	cpus, err := topo.Allowed()
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("no pinning here: ", err)
	}
	for _, test := range []struct {
		n    int
		cpus []int
		want string
	}{
		{1, nil, "workers are not pinned"},
		{1, cpus[:1], ""},
		{2, cpus[:1], "workers share CPUs"},
		{len(cpus), cpus, ""},
		{len(cpus) + 1, cpus, "workers share CPUs"},
		{2, []int{cpus[0], cpus[0]}, "workers share CPUs"},
	} {
		c, err := NewCrew(test.n, Hands{CPUs: test.cpus})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if c.Blind() != nil {
			got = c.Blind().Error()
		}
		c.Close()
		if got != test.want {
			t.Errorf("%d on %v: %q, want %q", test.n, test.cpus, got, test.want)
		}
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
