package rcu

import (
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestBarrierCoversEveryShard is rule (16).
func TestBarrierCoversEveryShard(t *testing.T) {
	r := newShardedReclaimer(newFake(true), Options{})
	for range 100 {
		for i := range r.shards {
			called := false
			r.add(&r.shards[i], new(Head), func(*Head) { called = true })
			r.Barrier()
			if !called {
				t.Fatalf("Barrier returned before the function of shard %d was called", i)
			}
		}
	}
	r.Close()
}

// TestBarrierCoversARoundUnderWay is rule (16) for objects that are in no queue
// any more, but in the hands of the goroutine.
func TestBarrierCoversARoundUnderWay(t *testing.T) {
	d := newFake(false)
	r := newShardedReclaimer(d, Options{})
	called := false
	r.Call(new(Head), func(*Head) { called = true })
	until(func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.waits == 1 })
	done := make(chan bool)
	go func() {
		r.Barrier()
		done <- called
	}()
	until(func() bool { return !r.empty() || len(done) > 0 })
	d.setAuto(true)
	if !<-done {
		t.Error("Barrier returned before a function that was in the round under way")
	}
	r.Close()
}

func TestBarrierUnderConcurrency(t *testing.T) {
	const producers, rounds, each = 6, 50, 20
	r := newShardedReclaimer(NewClassic(), Options{HighWater: 100, Batch: 7})
	var wg sync.WaitGroup
	for range producers {
		wg.Go(func() {
			var called mem.Uint64
			for round := range uint64(rounds) {
				for range each {
					r.Retire(func() { called.Add(1) })
				}
				r.Barrier()
				if got := called.Load(); got != (round+1)*each {
					t.Errorf("%d functions called at the end of the barrier, want %d", got, (round+1)*each)
					return
				}
			}
		})
	}
	wg.Wait()
	r.Close()
}

func TestReclaimerBarrierInACallbackPanics(t *testing.T) {
	r := NewReclaimer(newFake(true), Options{})
	r.Retire(func() {
		mustPanic(t, "Barrier in a callback", r.Barrier)
		mustPanic(t, "Close in a callback", r.Close)
		func() { // from deep in the stack
			var deep func(n int)
			deep = func(n int) {
				if n > 0 {
					deep(n - 1)
					return
				}
				mustPanic(t, "Barrier deep in a callback", r.Barrier)
			}
			deep(300)
		}()
	})
	r.Close()
}

func TestBarrierInACallbackPanics(t *testing.T) {
	d, o := newFake(true), newObjects(1)
	c := NewCallbacks(d, o, Options{})
	o.onReclaim = func(int) { mustPanic(t, "Barrier in a callback", c.Barrier) }
	c.Call(0)
	c.Close()
	o.wantReclaimed(t, 1)
}

// TestCallbackThatRepostsStopsAtClose is rule (22).
func TestCallbackThatRepostsStopsAtClose(t *testing.T) {
	eachQueue(t, func(t *testing.T, make queueMaker) {
		for _, n := range []int{1, 50} { // below and above the mark
			d, o := newFake(true), newObjects(n)
			q, call := make(d, o, Options{HighWater: 20, Batch: 4})
			refused := 0
			o.onReclaim = func(h int) {
				if !call(h) {
					refused++
				}
			}
			for h := range n {
				call(h)
			}
			for range 100 {
				q.Poll()
			}
			if s := q.Stats(); s.Invoked < 100 || q.Len() != n {
				t.Errorf("%d callbacks, %d of %d objects wait", s.Invoked, q.Len(), n)
			}
			q.Barrier() // ends, though the queue does not run dry
			q.Close()
			if q.Len() != 0 || refused != n || q.Stats().Refused != uint64(n) {
				t.Errorf("Len() = %d, %d refused (%d counted), want 0 and %d", q.Len(), refused, q.Stats().Refused, n)
			}
			if call(0) || q.Add(0) || q.Len() != 0 {
				t.Error("a closed queue accepts objects")
			}
			q.Close()
		}
	})
}
