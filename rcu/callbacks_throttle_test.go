package rcu

import (
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestReclaimerFloodIsBounded is rule (19).
func TestReclaimerFloodIsBounded(t *testing.T) {
	const producers, each, mark = 4, 1000, 100
	d := newFake(false)
	r := newShardedReclaimer(d, Options{HighWater: mark, Batch: 10})
	var wg sync.WaitGroup
	for range producers {
		wg.Go(func() {
			for range each {
				r.Retire(func() {})
			}
		})
	}
	until(func() bool { return r.Stats().Throttled == producers })
	const excess = mark/8 + 4 + producers // see stride
	if n := r.Len(); n <= mark || n > mark+excess {
		t.Errorf("all producers are throttled at %d objects, want over %d, by %d at most", n, mark, excess)
	}
	d.setAuto(true)
	wg.Wait()
	r.Close()
	s := r.Stats()
	if r.Len() != 0 || s.Invoked != producers*each {
		t.Errorf("Len() = %d, %d functions called, want 0 and %d", r.Len(), s.Invoked, producers*each)
	}
	if s.Peak > 2*mark {
		t.Errorf("%d objects waited at once, with a mark of %d", s.Peak, mark)
	}
}

func TestReclaimerAddNeverWaits(t *testing.T) {
	d := newFake(false)
	r := newShardedReclaimer(d, Options{HighWater: 10})
	heads := make([]Head, 100)
	for i := range heads {
		r.Add(&heads[i], func(*Head) {})
	}
	if s := r.Stats(); r.Len() != 100 || s.Throttled != 0 {
		t.Errorf("Len() = %d, throttled %d times, want 100 and 0", r.Len(), s.Throttled)
	}
	d.setAuto(true)
	r.Close()
}

// TestRetireFallsBackToWaiting is rule (20): no memory for a head.
func TestRetireFallsBackToWaiting(t *testing.T) {
	d := newFake(false)
	heads := NewBudget(2)
	r := NewReclaimer(d, Options{Memory: heads})
	var calls, now int
	r.Retire(func() { calls++ })
	r.Retire(func() { calls++ })
	until(func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.waits == 1 })
	d.setAuto(true)
	d.mu.Lock()
	d.auto = false
	d.mu.Unlock()
	heads.SetLimit(0)
	go func() { until(func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.waits >= 2 }); d.setAuto(true) }()
	r.Retire(func() { now++ })
	if s := r.Stats(); now != 1 || s.Synchronized != 1 {
		t.Errorf("%d calls on return (%d counted), want 1", now, s.Synchronized)
	}
	r.Close()
	if calls != 2 || heads.Used() != 0 {
		t.Errorf("%d calls, %d heads used after Close, want 2 and 0", calls, heads.Used())
	}
}

func TestWaitingForCallbacksInASectionIsTold(t *testing.T) {
	if !debug {
		t.Skip("needs -tags rcudebug")
	}
	told := 0
	previous := OnViolation(func(v Violation) {
		if v.Kind == SynchronizeInReader {
			told++
		}
	})
	t.Cleanup(func() { OnViolation(previous) })
	d := NewClassic()
	r := d.Register()
	rec := NewReclaimer(d, Options{HighWater: 2, Memory: NewBudget(3)})
	own := NewCallbacks(d, Heads{}, Options{HighWater: 2})
	var calls mem.Uint64
	token := r.ReadLock()
	rec.Barrier()
	for range 3 {
		rec.Retire(func() { calls.Add(1) }) // the third is above the mark
	}
	rec.Retire(func() { calls.Add(1) }) // and the fourth has no head
	for range 3 {
		own.Call(new(Head).With(func(*Head) { calls.Add(1) }))
	}
	own.Barrier()
	if told != 6 || calls.Load() != 0 {
		t.Errorf("told %d times, %d functions called inside the section, want 6 and 0", told, calls.Load())
	}
	r.ReadUnlock(token)
	r.Unregister()
	rec.Close()
	own.Close()
	if calls.Load() != 7 {
		t.Errorf("%d functions called, want 7", calls.Load())
	}
}
