package workloads

import (
	"math"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/impls"
	"readmostly/internal/cycles"
)

// A slowMap's operations take as many ticks of a counter as the test says, and so
// does everything else that it does.
type slowMap struct {
	script
	ticks           uint64
	lookups, update []uint64 // what they take, in turn
	nl, nu          int
}

func (m *slowMap) Lookup(key uint64) (impls.Element, bool) {
	m.ticks += m.lookups[m.nl%len(m.lookups)]
	m.nl++
	return impls.MakeElement(key, 1), true
}

func (m *slowMap) Replace(impls.Element) (bool, error) {
	m.ticks += m.update[m.nu%len(m.update)]
	m.nu++
	return true, nil
}

func (m *slowMap) BeginBatch() { m.ticks += 1e6 }
func (m *slowMap) EndBatch()   { m.ticks += 1e6 }

// Each reading takes a tick.
func (m *slowMap) clock() *cycles.Clock {
	return &cycles.Clock{Tick: 0.5, Cost: 7, Read: func() uint64 { m.ticks++; return m.ticks }}
}

// near reports whether a histogram of two digits holds the value as what it is.
func near(got int64, want float64) bool { return math.Abs(float64(got)-want) <= want/100 }

// The histograms show what the operations took, by the counter, and nothing of what
// is between them.
func TestLatencyOfAKnownDelay(t *testing.T) {
	m := &slowMap{update: []uint64{20_000}}
	for i := range 1000 { // 1 in 100 takes 1 µs, 1 in 1,000 takes 1 ms
		switch {
		case i == 500:
			m.lookups = append(m.lookups, 2_000_000)
		case i%100 == 0:
			m.lookups = append(m.lookups, 2_000)
		default:
			m.lookups = append(m.lookups, 200)
		}
	}
	ops := make(tape, 0, 20_000)
	for i := range 10_000 {
		ops = append(ops, impls.Op(i))
		if i%10 == 0 {
			ops = append(ops, impls.MakeOp(impls.Replace, 1))
		}
	}
	s := &stopwatch{clock: m.clock(), versions: impls.NewVersions(0)}
	var tally impls.Tally
	times := newLatency()
	s.run(m, ops, &tally, nil) // nowhere to note it
	s.run(m, ops, &tally, times)
	if tally.Lookups != 20_000 || tally.Hits != 20_000 || tally.Replaced != 2_000 || tally.Bad != 0 {
		t.Errorf("%+v", tally)
	}
	if n, u := times.Lookups.TotalCount(), times.Updates.TotalCount(); n != 10_000 || u != 1_000 {
		t.Fatalf("%d lookups and %d updates were timed", n, u)
	}
	for _, test := range []struct {
		percent float64
		want    float64
	}{{50, 100}, {90, 100}, {98.9, 100}, {99.5, 1000}, {99.89, 1000}, {99.95, 1e6}, {100, 1e6}} {
		if got := times.Lookups.ValueAtQuantile(test.percent); !near(got, test.want) {
			t.Errorf("%v %% of the lookups took up to %d ns, want %v", test.percent, got, test.want)
		}
	}
	if least, most := times.Updates.Min(), times.Updates.Max(); !near(least, 10_000) || !near(most, 10_000) {
		t.Errorf("updates took %d to %d ns, want 10,000", least, most)
	}
}

// A quantile beyond which there are few operations is none, and what was not timed
// has no value.
func TestLatencyValues(t *testing.T) {
	l := newLatency()
	for i := range 9_999 {
		record(l.Lookups, time.Duration(i))
	}
	l.Clock, l.Step = 9, 10
	values := l.Values()
	for unit, want := range map[string]float64{"lookup-p50-ns": 5_000, "lookup-p90-ns": 9_000, "lookup-p99-ns": 9_900, "lookup-max-ns": 9_998, "clock-ns": 9, "clock-step-ns": 10} {
		if got, ok := values.Get(unit); !ok || !near(int64(got), want) {
			t.Errorf("%v %s, want %v", got, unit, want)
		}
	}
	if len(values) != 6 {
		t.Errorf("%v, want nothing of updates, and p99.9 only of 10,000", values)
	}
	record(l.Lookups, 1)
	if _, ok := l.Values().Get("lookup-p99.9-ns"); !ok {
		t.Error("10,000 lookups have no p99.9")
	}
}

// Operations of all windows are one distribution.
func TestLatencyOfWindows(t *testing.T) {
	if l := LatencyOf([]Window{{}, {}}); l != nil {
		t.Errorf("%+v of windows that time nothing", l)
	}
	var windows []Window
	for range 3 {
		l := newLatency()
		l.Clock = 20
		record(l.Lookups, 100)
		record(l.Updates, 1000)
		windows = append(windows, Window{Latency: l})
	}
	all := LatencyOf(windows)
	if all.Lookups.TotalCount() != 3 || all.Updates.TotalCount() != 3 || all.Clock != 20 || windows[0].Latency.Lookups.TotalCount() != 1 {
		t.Errorf("%d lookups, %d updates", all.Lookups.TotalCount(), all.Updates.TotalCount())
	}
}

// Every operation of the window is timed, and none of the warm-up.
func TestTimedTrials(t *testing.T) {
	for _, w := range []Workload{
		{Structure: Hash, Size: 40, Threads: 2, Seed: 3},
		{Structure: List, Size: 16, Threads: 2, Updates: 0.3, Seed: 3},
		{Scenario: Apart.Name, Structure: Hash, Size: 40, Threads: 3, Updaters: 1, Updates: 1, Seed: 3},
	} {
		w.Latency = true
		wins, err := measure(testBackend(faults{clean: true}), "", w, Hands{}, brief(), brief())
		if err != nil {
			t.Errorf("%v: %v", w, err)
			continue
		}
		for _, win := range wins {
			lookups, updates := win.Latency.Lookups.TotalCount(), win.Latency.Updates.TotalCount()
			if uint64(lookups) != win.Tally.Lookups || (updates > 0) != (w.Updates > 0) || w.Scene() == Mix && uint64(updates) != win.Tally.Updates() {
				t.Errorf("%v: %d lookups and %d updates were timed, %d and %d made", w, lookups, updates, win.Tally.Lookups, win.Tally.Updates())
			}
			if _, ok := win.Values.Get(nodes.Unit); ok || win.Latency.Clock < 0 {
				t.Errorf("%v: %v", w, win.Values)
			}
		}
	}
}

// In a stall with timed operations lookups are due beside the updates, and both count
// from then.
func TestStallOfTimedOperations(t *testing.T) {
	s := &script{ends: true, steps: []scene{
		{0, warming}, {0, measuring},
		{200 * time.Millisecond, cooling},
	}}
	_, w := s.play(t, Stall, updating)
	w.times = newLatency()
	for i := range w.tape {
		if w.tape[i] = impls.Op(1); i%2 == 0 {
			w.tape[i] = impls.MakeOp(impls.Replace, 1)
		}
	}
	s.runningClock(100)
	if err := pace(w); err != nil {
		t.Fatal(err)
	}
	for _, h := range []*hdrhistogram.Histogram{w.times.Lookups, w.times.Updates} {
		if n := h.TotalCount(); n < 9_999 || n > 10_001 || !near(h.ValueAtQuantile(50)/1e6, 100) {
			t.Errorf("%d that took up to %d ns half of the time", n, h.ValueAtQuantile(50))
		}
	}
	if w.gaps.TotalCount() != w.times.Updates.TotalCount() {
		t.Errorf("%d updates, want %d", w.gaps.TotalCount(), w.times.Updates.TotalCount())
	}
}

// Half of a stall's operations are lookups, where they are timed.
func TestStallTapes(t *testing.T) {
	w := Workload{Scenario: Stall.Name, Structure: Hash, Size: 40, Threads: 2, Seed: 2, Latency: true}
	wins, err := measure(testBackend(faults{clean: true}), "", w, Hands{}, brief())
	if err != nil {
		t.Fatal(err)
	}
	lookups, updates := wins[0].Latency.Lookups.TotalCount(), wins[0].Latency.Updates.TotalCount()
	if lookups == 0 || updates == 0 || wins[0].Ops > uint64(updates) {
		t.Errorf("%d lookups, %d updates of which %d were made", lookups, updates, wins[0].Ops)
	}
}
