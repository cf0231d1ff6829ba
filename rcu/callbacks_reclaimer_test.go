package rcu

import (
	"sync"
	"testing"
	"time"

	"readmostly/internal/mem"
)

// until waits for a state that is sure to come.
func until(state func() bool) {
	for n := 0; !state(); n++ {
		mem.Spin(n)
	}
}

// newShardedReclaimer has several shards on any machine.
func newShardedReclaimer(d Domain, o Options) *Reclaimer {
	return newReclaimer(d, o, 4)
}

func (r *Reclaimer) idle() bool { return r.running.Load() == 0 }

func TestReclaimerCallsEachFunctionOnce(t *testing.T) {
	const producers, each = 8, 2000
	for _, o := range []Options{{}, {HighWater: 50, Batch: 3}, {Lazy: time.Microsecond}} {
		r := newShardedReclaimer(newFake(true), o)
		calls := make([]int, producers*each)
		heads := make([]Head, producers*each)
		var wg sync.WaitGroup
		for p := range producers {
			wg.Go(func() {
				for i := p * each; i < (p+1)*each; i++ {
					r.Call(&heads[i], func(*Head) { calls[i]++ })
				}
			})
		}
		wg.Wait()
		r.Close()
		for i, n := range calls {
			if n != 1 {
				t.Fatalf("%+v: function %d called %d times", o, i, n)
			}
		}
		if s := r.Stats(); s.Queued != producers*each || s.Invoked != s.Queued || r.Len() != 0 {
			t.Errorf("%+v: stats %+v, Len() = %d", o, s, r.Len())
		}
	}
}

// TestReclaimerWaitsForAWholeGracePeriod is rule (21): what comes during a grace
// period is not served by its end.
func TestReclaimerWaitsForAWholeGracePeriod(t *testing.T) {
	d := newFake(false)
	r := newShardedReclaimer(d, Options{})
	var called [2]mem.Uint64
	var heads [2]Head
	waits := func(n int) func() bool {
		return func() bool {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.waits == n
		}
	}
	for i := range heads {
		r.Call(&heads[i], func(*Head) { called[i].Add(1) })
		if i == 0 {
			until(waits(1))
			d.begin()
		}
	}
	d.end()
	until(waits(2))
	if called[0].Load() != 1 || called[1].Load() != 0 {
		t.Errorf("calls after the first grace period: %d, %d, want 1, 0", called[0].Load(), called[1].Load())
	}
	d.setAuto(true)
	r.Close()
	if called[1].Load() != 1 {
		t.Error("the second object was not reclaimed")
	}
}

// TestReclaimerCallbackThatReposts is rule (22), above the mark, where a caller
// would be made to wait for itself.
func TestReclaimerCallbackThatReposts(t *testing.T) {
	const n = 30
	r := newShardedReclaimer(newFake(true), Options{HighWater: 5})
	heads := make([]Head, n)
	var calls, refused mem.Uint64
	var again func(h *Head)
	again = func(h *Head) {
		calls.Add(1)
		if !r.Call(h, again) {
			refused.Add(1)
		}
	}
	for i := range heads {
		r.Add(&heads[i], again)
	}
	until(func() bool { return calls.Load() > 10*n })
	r.Barrier()
	r.Close()
	if got := refused.Load(); got != n || r.Stats().Refused != n || r.Len() != 0 {
		t.Errorf("%d refused (%d counted), Len() = %d, want %d and 0", got, r.Stats().Refused, r.Len(), n)
	}
	calls.Store(0)
	if r.Call(&heads[0], again) || r.Add(&heads[0], again) || r.Retire(func() {}) {
		t.Error("a closed reclaimer accepts objects")
	}
	r.Close()
	if calls.Load() != 0 {
		t.Error("functions are called after Close")
	}
}

func TestReclaimerStopsWhenIdle(t *testing.T) {
	r := NewReclaimer(newFake(true), Options{})
	var calls mem.Uint64
	for want := range uint64(5) {
		until(r.idle)
		r.Retire(func() { calls.Add(1) })
		until(func() bool { return calls.Load() == want+1 })
	}
	r.Close()
	if !r.idle() {
		t.Error("the goroutine lives after Close")
	}
}

func TestReclaimerIsLazy(t *testing.T) {
	d := newFake(false)
	r := newShardedReclaimer(d, Options{HighWater: 100, Lazy: time.Hour})
	var calls mem.Uint64
	waits := func() int { d.mu.Lock(); defer d.mu.Unlock(); return d.waits }
	for range 49 {
		r.Retire(func() { calls.Add(1) })
	}
	if waits() != 0 {
		t.Error("a grace period was asked for below half of the mark")
	}
	r.Retire(func() { calls.Add(1) })
	until(func() bool { return waits() == 1 })
	d.setAuto(true)
	r.Barrier()
	r.Retire(func() { calls.Add(1) })
	r.Barrier() // in less than an hour
	r.Close()
	if calls.Load() != 51 {
		t.Errorf("%d calls, want 51", calls.Load())
	}
}

// TestReclaimerDoubleSubmit is rule (17).
func TestReclaimerDoubleSubmit(t *testing.T) {
	d := newFake(false)
	r := NewReclaimer(d, Options{})
	h, calls := new(Head), 0
	fn := func(*Head) { calls++ }
	r.Call(h, fn)
	wantDouble(t, func() { r.Call(h, fn) })
	wantDouble(t, func() { r.Add(h, fn) })
	d.setAuto(true)
	r.Barrier()
	r.Call(h, fn) // no longer double
	r.Close()
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}

func TestDoubleSubmitIsSkippedInCheckedMode(t *testing.T) {
	if !debug {
		t.Skip("without -tags rcudebug it panics")
	}
	var told []Violation
	previous := OnViolation(func(v Violation) { told = append(told, v) })
	t.Cleanup(func() { OnViolation(previous) })
	d := newFake(true)
	c := NewCallbacks(d, Heads{}, Options{})
	h, calls := new(Head), 0
	c.Call(h.With(func(*Head) { calls++ }))
	c.Call(h)
	c.Close()
	if calls != 1 || len(told) != 1 || len(told[0].Stack) == 0 {
		t.Errorf("%d calls, told %v", calls, told)
	}
}
