package workloads

import (
	"context"
	"testing"
	"time"

	"readmostly/impls"
)

// A sample weighs as long as it stands for, so that those that come late weigh more.
func TestMeanOverTime(t *testing.T) {
	var m mean
	if m.add(0, 6); m.get() != 6 {
		t.Errorf("the mean of one sample of 6 is %v", m.get())
	}
	m.add(10, 6)  // 60
	m.add(20, 0)  // 30
	m.add(120, 0) // 0
	if got := m.get(); got != 0.75 {
		t.Errorf("mean %v, want 90/120", got)
	}
}

// A timedMap says what it is told to of elements that are timed.
type timedMap struct {
	scriptMap
	every []uint64
}

func (m *timedMap) TimeResidence(every uint64) { m.every = append(m.every, every) }

// growing returns n samples of a map that retires 100 elements from one to the next
// and retains 500.
func growing(n int) (stats []impls.Stats) {
	for k := range uint64(n) {
		stats = append(stats, impls.Stats{Retired: 500 + 100*k, Reclaimed: 100 * k, Retained: 500, Timed: 10 * k, Residence: 300 * time.Duration(k)})
	}
	return stats
}

// A window lasts until what is retained has been replaced often enough and as many
// grace periods have ended, or as long as it may.
func TestLongWindowsLastLongEnough(t *testing.T) {
	const length = samples * 100 * time.Nanosecond
	periods := func(n int) (d []int64) {
		for range n {
			d = append(d, 7)
		}
		return d
	}
	for _, tt := range []struct {
		name     string
		most     time.Duration
		retained uint64
		periods  int
		want     time.Duration
	}{
		{"short against nothing", 64 * length, 500, enough, length},
		{"few turnovers", 64 * length, 5000, enough, 8 * length}, // 128 samples are 2.5 of them
		{"few turnovers, and no time", 4 * length, 5000, enough, 4 * length},
		{"few grace periods", 16 * length, 500, enough - 1, 16 * length},
		{"a fixed length", 0, 5000, 0, length},
	} {
		s := &script{looks: 100, stats: growing(100_000), periods: periods(tt.periods)}
		for i := range s.stats {
			s.stats[i].Retained = tt.retained
		}
		tr, _ := s.play(t, Mix, playing)
		tr.first = snapshot{Stats: s.stats[0]}
		if err := tr.watch(context.Background(), Look{Length: length, Most: tt.most, Sample: true}); err != nil {
			t.Fatal(err)
		}
		if tr.watched != tt.want {
			t.Errorf("%s: looked for %v, want %v", tt.name, tr.watched, tt.want)
		}
	}
}

// What is retained is the product of how fast elements are retired and how long they
// stay so, each measured for itself over the same time, from when those that were
// retired untimed are free.
func TestRetentionOfAWindow(t *testing.T) {
	s := &script{looks: 100, stats: growing(10_000)}
	m := &timedMap{scriptMap: scriptMap{s}}
	tr, _ := s.play(t, Mix, playing)
	tr.impl = m
	stop, err := tr.timeResidence(context.Background(), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if tr.first, err = tr.snapshot(); err != nil || tr.first.Reclaimed < 500 {
		t.Errorf("%v: the window begins with %+v, and 500 were retired before", err, tr.first.Stats)
	}
	if err := tr.watch(context.Background(), Look{Length: 12800, Sample: true}); err != nil {
		t.Fatal(err)
	}
	if tr.last, err = tr.snapshot(); err != nil {
		t.Fatal(err)
	}
	tr.turned = tr.turnovers(tr.last)
	stop()
	if len(m.every) != 2 || m.every[0] != timing || m.every[1] != 0 {
		t.Errorf("elements were timed %v", m.every)
	}
	var win Window
	tr.sumRetention(&win)
	for unit, want := range map[string]float64{"retained-elems": 500, "retires/s": 1e9, "residence-ns": 30} {
		if got, _ := win.Values.Get(unit); got < 0.999*want || got > 1.001*want {
			t.Errorf("%v %s, want %v", got, unit, want)
		}
	}
	if got, ok := win.Values.Get("turnovers"); !ok || got < 20 || got > 30 {
		t.Errorf("%v turnovers, %v", got, ok)
	}
}

// Grace periods of which none ended have no rate and no duration, and are counted.
func TestNoGracePeriodHasNoRate(t *testing.T) {
	s := &script{}
	tr, _ := s.play(t, Mix, playing)
	if err := tr.noteGracePeriods(); err != nil {
		t.Fatal(err)
	}
	var win Window
	tr.sumGracePeriods(&win)
	if n, ok := win.Values.Get(GPs.Unit); !ok || n != 0 || len(win.Values) != 1 {
		t.Errorf("%v; want that there was none, and nothing else", win.Values)
	}
}

// Behind the collector, its cycles are what a window is long against, and what it has
// not freed is reported.
func TestWhatTheCollectorHasNotFreed(t *testing.T) {
	s := &script{looks: 100, stats: []impls.Stats{{Uncollected: 6400}}}
	tr, _ := s.play(t, Mix, playing)
	tr.caps.NeedsGC = true
	tr.cycles = collections()
	if err := tr.watch(context.Background(), Look{Length: 12800, Most: 25600, Sample: true}); err != nil {
		t.Fatal(err)
	}
	tr.gcCycles, tr.last.Stats = 3, s.stats[0]
	if tr.watched != 25600 {
		t.Errorf("looked for %v: there were few cycles", tr.watched)
	}
	var win Window
	tr.sumRetention(&win)
	b, _ := win.Values.Get(Uncollected.Unit)
	n, _ := win.Values.Get(Collections.Unit)
	if _, retains := win.Values.Get(Retained.Unit); b != 6400 || n != 3 || retains {
		t.Errorf("%v", win.Values)
	}
	if tr.workload.Updates = 0.1; !tr.Retires() {
		t.Error("no long window is there to see it")
	}
}
