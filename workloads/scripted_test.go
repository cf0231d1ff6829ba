package workloads

import (
	"context"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/perf"
)

// A script is a map, its worker and the clock, all on one goroutine: each batch
// takes as long as the script says, and may change the phase before it ends.
type script struct {
	clock   atomic.Int64 // nanoseconds: a map is asked on a goroutine of its own
	trial   *Trial
	steps   []scene // what happens in the batches, one after the other
	drain   time.Duration
	ends    bool          // the window is closed when that is over
	stats   []impls.Stats // the answers, the last again and again
	looks   time.Duration // how long each takes
	periods []int64       // grace periods since the last call
	done    int
}

type scene struct {
	takes time.Duration
	then  phase
}

func (s *script) now() time.Duration   { return time.Duration(s.clock.Load()) }
func (s *script) pass(d time.Duration) { s.clock.Add(int64(d)) }

func (s *script) NewWorker() (impls.Worker, error)            { return s, nil }
func (s *script) Lookup(uint64) (e impls.Element, found bool) { return e, false }
func (s *script) Insert(impls.Element) (bool, error)          { return true, nil }
func (s *script) Delete(uint64) (bool, error)                 { return true, nil }
func (s *script) Replace(impls.Element) (bool, error)         { return true, nil }
func (s *script) Walk(func(impls.Element) bool)               {}
func (s *script) Drain() {
	if s.pass(s.drain); s.ends {
		s.trial.phase.enter(stopping)
	}
}

func (s *script) Run(ops []impls.Op, t *impls.Tally) {
	for _, op := range ops {
		switch op.Kind() {
		case impls.Lookup:
			t.Lookups++
		case impls.Insert:
			t.Inserts, t.Inserted = t.Inserts+1, t.Inserted+1
		case impls.Delete:
			t.Deletes, t.Deleted = t.Deletes+1, t.Deleted+1
		default:
			t.Replaces, t.Replaced = t.Replaces+1, t.Replaced+1
		}
	}
	next := s.steps[min(s.done, len(s.steps)-1)]
	s.done++
	if s.pass(next.takes); next.then == cooling {
		s.trial.over.Store(uint64(s.now()))
	}
	s.trial.phase.enter(next.then)
}

func (s *script) Stats() impls.Stats {
	now := s.stats[0]
	if s.pass(s.looks); len(s.stats) > 1 {
		s.stats = s.stats[1:]
	}
	return now
}

func (s *script) GracePeriods() *hdrhistogram.Histogram {
	h := hdrhistogram.New(1, 1e9, 2)
	for _, d := range s.periods {
		_ = h.RecordValue(d)
	}
	s.periods = nil
	return h
}

// play gives a trial with one worker that the script plays, and its clock.
func (s *script) play(t *testing.T, scene *Scenario, r role) (*Trial, *worker) {
	t.Helper()
	real := instant
	instant = func() time.Duration { return s.now() }
	t.Cleanup(func() { instant = real })
	tr := &Trial{scene: new(Scenario), workload: Workload{Scenario: scene.Name, Size: 4, Threads: 1}, impl: scriptMap{s}, patience: Patience}
	*tr.scene = *scene
	tr.scene.role = func(Workload, int) role { return r }
	tr.population = newPopulation(tr.workload)
	tr.arrivals = make(chan arrival, 10)
	tr.left, tr.awaited = make([]bool, 1), make([]bool, 1)
	tr.crew = &Crew{members: []*member{{counter: counter{counters: &clockCounter{script: s}}}}}
	s.trial = tr
	tr.workers = []*worker{{trial: tr, impl: s, tape: make(tape, 1<<12)}}
	tr.open(Look{Length: time.Second})
	tr.phase.enter(warming)
	return tr, tr.workers[0]
}

func (s *script) Close() {}

// A scriptMap closes as a map does.
type scriptMap struct{ *script }

func (m scriptMap) Close() error { return nil }

// A clockCounter counts the scripted clock's nanoseconds while it is enabled.
type clockCounter struct {
	script *script
	from   time.Duration
	n      time.Duration
}

func (c *clockCounter) Enable() error  { c.from = c.script.now(); return nil }
func (c *clockCounter) Disable() error { c.n = c.script.now() - c.from; return nil }
func (c *clockCounter) Close() error   { return nil }
func (c *clockCounter) Read() ([]perf.Reading, error) {
	return []perf.Reading{{Event: perf.Event{Name: "ns"}, Value: float64(c.n), Running: 1}}, nil
}

// Only what lookups take in the window is a pause.
func TestPausesOfTheWindow(t *testing.T) {
	s := &script{steps: []scene{
		{time.Hour, warming}, {time.Hour, warming}, {time.Hour, measuring}, // warm-up
		{100, measuring}, {300, measuring}, {200, cooling},
		{time.Hour, cooling}, {time.Hour, stopping},
	}}
	_, w := s.play(t, Flood, reading)
	if err := observe(w); err != nil {
		t.Fatal(err)
	}
	if n, least, most := w.gaps.TotalCount(), w.gaps.Min(), w.gaps.Max(); n != 3 || least != 100 || most/10 != 30 {
		t.Errorf("%d pauses of %d to %d ns, want 3 of 100 to 300", n, least, most)
	}
	if took := w.ended - w.began; took != 600 || w.tallies[measuring].Lookups != 3*glance {
		t.Errorf("a window of %v with %d lookups", took, w.tallies[measuring].Lookups)
	}
}

// A teardown's time, operations and counters are those of taking out and having
// all free; one that the window cuts is no whole one.
func TestTeardownTimes(t *testing.T) {
	s := &script{drain: 1000, steps: []scene{
		{7, warming}, {time.Hour, measuring}, // the warm-up's, out and in
		{100, measuring}, {time.Hour, measuring},
		{300, cooling}, {time.Hour, stopping},
	}}
	tr, w := s.play(t, Teardown, removing)
	if err := remove(w); err != nil {
		t.Fatal(err)
	}
	var win Window
	w.ended = s.now()
	win.Tally = w.tallies[measuring]
	win.Counters = sumCounts(tr.workers)
	sumTeardown(tr, &win)
	if win.Ops != 8 || win.Length != 2400 {
		t.Errorf("%d operations in %v, want 8 in 2.4 µs", win.Ops, win.Length)
	}
	if ns, _ := win.Values.Get(NsPerOp.Unit); ns != 300 || win.Counters[0].N/float64(win.Ops) != ns {
		t.Errorf("%v ns/op, and counted %v", ns, win.Counters)
	}
	if ns, _ := win.Values.Get(teardownTime.Unit); ns != 1200 {
		t.Errorf("a teardown took %v ns, want 1200", ns)
	}
	// One cut short adds elements, not a teardown.
	w.busy, w.rounds, w.whole = 2000, 1, 1500
	win = Window{Tally: win.Tally}
	sumTeardown(tr, &win)
	if ns, _ := win.Values.Get(teardownTime.Unit); ns != 1500 {
		t.Errorf("a teardown took %v ns, want 1500", ns)
	}
}

// The drain lasts from the window's end until all is seen to be free.
func TestDrainTime(t *testing.T) {
	s := &script{drain: 5000, stats: []impls.Stats{{}}, steps: []scene{{50, measuring}, {100, cooling}, {0, stopping}}}
	tr, w := s.play(t, Flood, updating)
	w.ended, w.drained = 1000, 6000
	if err := tr.settle(context.Background()); err != nil || tr.drain != 5000 {
		t.Errorf("drained in %v, %v, want 5 µs", tr.drain, err)
	}
	s.looks = 100
	s.clock.Store(7000)
	s.stats = []impls.Stats{{Retained: 2}, {Callbacks: 1}, {}}
	if err := tr.settle(context.Background()); err != nil || tr.drain != 6200 {
		t.Errorf("drained in %v, %v, want 6.2 µs", tr.drain, err)
	}
}

// An updater's own drain is part of the drain, and not of the window.
func TestSettleUp(t *testing.T) {
	s := &script{drain: 5000, steps: []scene{{50, measuring}, {100, cooling}, {0, stopping}}}
	tr, w := s.play(t, Flood, updating)
	tr.phase.enter(stopping)
	w.began = 400
	s.clock.Store(1000)
	if err := w.settleUp(); err != nil || w.ended != 1000 || w.drained != 6000 {
		t.Errorf("%v: ended after %v, drained after %v, want 1 µs and 6 µs", err, w.ended, w.drained)
	}
}

// What is freed is what became reusable, not what was retired.
func TestFreed(t *testing.T) {
	tr := &Trial{}
	tr.first = snapshot{impls.Stats{Retired: 1000, Reclaimed: 100}, time.Second}
	tr.last = snapshot{impls.Stats{Retired: 9000, Reclaimed: 700}, 3 * time.Second}
	if rate, known := tr.freed(5); rate != 300 || !known {
		t.Errorf("%v freed per second, want 300", rate)
	}
}

// No grace period is noted twice or lost.
func TestGracePeriodsAreNotedOnce(t *testing.T) {
	s := &script{periods: []int64{10, 20}}
	tr, _ := s.play(t, Teardown, removing)
	for range 3 {
		if err := tr.noteGracePeriods(); err != nil {
			t.Fatal(err)
		}
	}
	s.periods = []int64{30}
	if err := tr.noteGracePeriods(); err != nil || tr.gracePeriods.TotalCount() != 3 || tr.gracePeriods.Max() != 30 {
		t.Errorf("%v, %d grace periods up to %d, want 3 up to 30", err, tr.gracePeriods.TotalCount(), tr.gracePeriods.Max())
	}
}

// Patience ends after time in which nothing moved and the process ran.
func TestPatience(t *testing.T) {
	s := &script{}
	s.play(t, Flood, updating)
	v := newVigil(time.Second, 1)
	for range 9 {
		if s.pass(time.Hour); v.over(1) { // stopped for an hour each time
			t.Fatal("over while the process was stopped")
		}
	}
	if s.pass(moment); !v.over(1) {
		t.Error("not over after ten moments")
	}
	if s.pass(moment); v.over(2) {
		t.Error("over although something has moved")
	}
}

// A map that reclaims slowly is not stuck, nor one beside which the process was
// stopped.
func TestReclaimIsAwaited(t *testing.T) {
	s := &script{looks: time.Hour}
	for n := range uint64(500) {
		s.stats = append(s.stats, impls.Stats{Retained: 500 - n})
	}
	s.stats = append(s.stats, impls.Stats{})
	_, w := s.play(t, Teardown, removing)
	if err := w.awaitReclaim(); err != nil || w.steps.Load() != 500 {
		t.Errorf("error %v, %d steps", err, w.steps.Load())
	}
	s.stats = []impls.Stats{{Retained: 1}}
	if err := w.awaitReclaim(); err == nil {
		t.Error("a map that reclaims nothing is awaited for ever")
	}
}

func TestWindowsMustOverlap(t *testing.T) {
	window := func(began, ended time.Duration) *worker {
		w := &worker{}
		w.look.member = &member{}
		w.began, w.ended = began, ended
		w.tallies[measuring].Lookups = 100
		return w
	}
	sum := func(win *Window, workers ...*worker) error {
		tr := &Trial{scene: Mix, workers: workers}
		for _, w := range workers {
			w.trial = tr
		}
		return tr.sum(win)
	}
	var win Window
	if err := sum(&win, window(0, 10), window(10, 20)); err == nil {
		t.Error("windows that don't overlap are no error")
	}
	win = Window{}
	if err := sum(&win, window(0, 100), window(50, 350)); err != nil {
		t.Fatal(err)
	}
	ns, _ := win.Values.Get(NsPerOp.Unit)
	if win.Length != 50 || ns != 2 || math.Abs(win.Rate-(1e9+1e9/3)) > 1 {
		t.Errorf("window %v, %v ns/op, %v ops/s", win.Length, ns, win.Rate)
	}
}

// An event's share of running is the least of all workers', and one that a worker
// could not count is unknown.
func TestCountersOfAllWorkers(t *testing.T) {
	a, b := perf.Event{Name: "a"}, perf.Event{Name: "b"}
	counted := func(readings ...perf.Reading) *worker {
		w := &worker{}
		w.look.member = &member{counter: counter{readings: readings}}
		return w
	}
	got := sumCounts([]*worker{
		counted(perf.Reading{Event: a, Value: 10, Running: 0.75}, perf.Reading{Event: b, Value: 5, Running: 1}),
		counted(perf.Reading{Event: a, Value: 30, Running: 0.5}),
		counted(perf.Reading{Event: a, Value: 2, Running: 1}, perf.Reading{Event: b, Value: 5, Running: 1}),
	})
	if len(got) != 2 || got[0] != (Count{Event: a, N: 42, Running: 0.5}) || got[1].Running != 0 || !math.IsNaN(got[1].N) {
		t.Errorf("%+v, want a's 42 and nothing known of b", got)
	}
}
