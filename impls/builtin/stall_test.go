package builtin_test

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// stallLimit ends a stall whose test has gone wrong: a reader without preemption
// could not be ended from outside.
const stallLimit = 20 * time.Second

// A stalled is a reader that stays inside until it is told to leave.
type stalled struct{ inside, leave mem.Uint64 }

// stallReader holds a reader of m up at the key, on a goroutine of its own, and
// returns when it is inside. left is closed when the reader has gone.
func stallReader(t *testing.T, m impls.Map, key uint64) (s *stalled, left chan struct{}) {
	s, left = &stalled{}, make(chan struct{})
	go func() {
		defer close(left)
		w, err := m.NewWorker()
		if err != nil {
			t.Error(err)
			s.inside.Store(1)
			return
		}
		defer w.Close()
		w.(impls.Staller).Stall(key, func() {
			s.inside.Store(1)
			for began := time.Now(); s.leave.Load() == 0 && time.Since(began) < stallLimit; {
				mem.Pause(8)
			}
		})
		w.(impls.Drainer).Drain() // what it may have put the last reference to
	}()
	for n := 0; s.inside.Load() == 0; n++ {
		mem.Spin(n)
	}
	return s, left
}

func fillMap(t *testing.T, b impls.Backend, reclaim string) (impls.Map, impls.Worker) {
	t.Helper()
	m, err := b.New(impls.Config{Buckets: 16, Capacity: 1 << 20, Reclaim: reclaim})
	if err != nil {
		t.Fatal(err)
	}
	var elements []impls.Element
	for key := uint64(1); key <= 16; key++ {
		elements = append(elements, impls.MakeElement(key, 1))
	}
	if err := m.(impls.Filler).Fill(elements); err != nil {
		t.Fatal(err)
	}
	w, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	return m, w
}

func replaceMany(t *testing.T, w impls.Worker, n int) {
	t.Helper()
	for i := range n {
		if ok, err := w.Replace(impls.MakeElement(uint64(i%16+1), uint64(i+2))); !ok || err != nil {
			t.Fatalf("replace: %v, %v", ok, err)
		}
	}
}

// TestStallRetains is rule 41: under RCU a stalled reader holds up everything
// that is let go meanwhile, with hazard pointers and counts a bounded number of
// elements however much that is. When the reader has left all of it drains.
func TestStallRetains(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0))))
	const many = 5000
	for _, b := range impls.Backends() {
		if _, drains := worker(t, b).(impls.Drainer); !drains || b.Name == "refcount" {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			updates, least, most := many, uint64(many), uint64(many)
			switch {
			case b.Name == "refcount-rcu": // holds the element, not the grace period
				least = 0
			case b.Caps.BoundedGarbage:
				least, most = 1, uint64(b.Retain)+4 // one updater, two workers with two slots each
			case b.Caps.Pinned:
				// Few enough for nobody to ask for a grace period, which would
				// stop the world for as long as the reader stays.
				updates, least, most = rcu.DefaultGather/2, rcu.DefaultGather/2, rcu.DefaultGather/2
				defer debug.SetGCPercent(debug.SetGCPercent(-1))
				runtime.GC()
			}
			m, w := fillMap(t, b, "")
			s, left := stallReader(t, m, 3)
			replaceMany(t, w, updates)
			retained := m.Stats().Retained
			s.leave.Store(1)
			<-left
			if retained < least || retained > most {
				t.Errorf("%d elements are retained after %d updates, want %d to %d", retained, updates, least, most)
			}
			w.(impls.Drainer).Drain()
			if got := m.Stats(); got.Retained != 0 || got.Callbacks != 0 || got.Retired != got.Reclaimed {
				t.Errorf("not drained: %+v", got)
			}
			w.Close()
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestStallThrottles: at the high-water mark updaters are made to wait, so that
// what a stalled reader holds up doesn't grow beyond it.
func TestStallThrottles(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0))))
	for _, b := range impls.Backends() {
		if b.Caps.Pinned || len(b.Reclaims) == 0 || b.Name == "refcount-rcu" || strings.HasPrefix(b.Name, "lockless") {
			continue
		}
		for _, reclaim := range []string{"call", "kfree"} {
			t.Run(b.Name+"/"+reclaim, func(t *testing.T) {
				m, w := fillMap(t, b, reclaim)
				s, left := stallReader(t, m, 3)
				done := make(chan struct{})
				go func() {
					defer close(done)
					replaceMany(t, w, 2*rcu.DefaultHighWater)
				}()
				for n := 0; m.Stats().Throttled == 0; n++ {
					mem.Spin(n)
				}
				got := m.Stats()
				s.leave.Store(1)
				<-left
				<-done
				if got.Retained != rcu.DefaultHighWater+1 || got.Callbacks != got.Retained {
					t.Errorf("%d elements are retained and %d queued when the updater waits, want %d", got.Retained, got.Callbacks, rcu.DefaultHighWater+1)
				}
				w.Close()
				if got := m.Stats(); got.Retained != 0 || got.Throttled == 0 {
					t.Errorf("after the updater has left: %+v", got)
				}
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// worker returns a worker of the backend, which is closed already: good for its
// methods' names only.
func worker(t *testing.T, b impls.Backend) impls.Worker {
	t.Helper()
	m, err := b.New(impls.Config{Buckets: 1, Capacity: 64})
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return w
}
