package rcu

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"readmostly/internal/mem"
)

// TestReclaimerOutlivesItsGoroutine: a function that ends the goroutine it runs
// on, as the FailNow of a test does, costs nobody else's function, and is counted.
func TestReclaimerOutlivesItsGoroutine(t *testing.T) {
	const n = 200
	for _, o := range []Options{{}, {HighWater: 20, Batch: 3}, {Lazy: time.Hour}} {
		for name, d := range map[string]Domain{"fake": newFake(true), "classic": NewClassic()} {
			r := newShardedReclaimer(d, o)
			var calls [n]mem.Uint64
			var more mem.Uint64
			heads := make([]Head, n)
			for i := range n {
				r.add(&r.shards[i%len(r.shards)], &heads[i], func(*Head) {
					calls[i].Add(1)
					if i%3 == 0 {
						r.Add(new(Head), func(*Head) { more.Add(1) })
					}
					if i%2 == 0 {
						runtime.Goexit()
					}
				})
			}
			r.Barrier()
			r.Barrier() // of what the functions handed over
			for i := range calls {
				if got := calls[i].Load(); got != 1 {
					t.Fatalf("%s, %+v: function %d called %d times, want 1", name, o, i, got)
				}
			}
			if s := r.Stats(); r.Len() != 0 || s.Invoked != s.Queued || more.Load() != (n+2)/3 {
				t.Errorf("%s, %+v: stats %+v, Len() = %d, %d of %d called that were handed over by functions", name, o, s, r.Len(), more.Load(), (n+2)/3)
			}
			r.Close()
			if !r.idle() {
				t.Errorf("%s, %+v: a goroutine lives after Close", name, o)
			}
		}
	}
}

// TestRoundIsNotCutShort: what a goroutine has taken when it is ended still waits
// for the whole of its grace period, and for one only.
func TestRoundIsNotCutShort(t *testing.T) {
	d := newFake(true)
	r := newReclaimer(d, Options{}, 1)
	r.running.Store(1) // the test is the goroutine
	var called []int
	for i := range 3 {
		r.Add(new(Head), func(*Head) { called = append(called, i); runtime.Goexit() })
	}
	ended := func(f func()) {
		done := make(chan bool)
		go func() {
			defer close(done)
			f()
		}()
		<-done
	}
	d.onWait = runtime.Goexit // as the function of OnViolation may
	ended(func() { r.round() })
	if len(called) != 0 || r.over || !r.underWay() {
		t.Fatalf("after half a grace period: %v called, over %v, under way %v", called, r.over, r.underWay())
	}
	d.onWait = nil
	waits := d.waits
	for i := range 3 {
		ended(func() { r.round() })
		r.settle()
		if len(called) != i+1 || called[i] != i || r.Len() != 2-i {
			t.Errorf("goroutine %d: %v called, %d wait", i, called, r.Len())
		}
	}
	if d.waits != waits+1 {
		t.Errorf("%d grace periods for what was left, want 1", d.waits-waits)
	}
	r.running.Store(0)
	r.Close()
}

// TestReclaimerCallbackMayBlock: functions wait for their turn behind one that
// blocks; nobody who hands over below the mark does.
func TestReclaimerCallbackMayBlock(t *testing.T) {
	r := newShardedReclaimer(newFake(true), Options{HighWater: 1000})
	blocked, wake := make(chan bool), make(chan bool)
	var calls mem.Uint64
	r.Retire(func() { blocked <- true; <-wake; calls.Add(1) })
	<-blocked
	for range 100 {
		r.Retire(func() { calls.Add(1) })
	}
	if n := r.Len(); n != 101 || calls.Load() != 0 {
		t.Errorf("%d wait, %d called while the first blocks, want 101 and 0", n, calls.Load())
	}
	wake <- true
	r.Close()
	if n := calls.Load(); n != 101 {
		t.Errorf("%d called, want 101", n)
	}
}

// TestReclaimerCallbackMayWaitForReaders of the same domain.
func TestReclaimerCallbackMayWaitForReaders(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, _ := f.make()
		r := NewReclaimer(d, Options{})
		calls := 0
		for _, w := range waysToWait {
			r.Retire(func() { w.wait(d); calls++ })
		}
		r.Close()
		if calls != len(waysToWait) {
			t.Errorf("%d functions called, want %d", calls, len(waysToWait))
		}
	})
}

// TestOwnerOutlivesItsCallbacks: an owner whose callback panics goes on after a
// recovery, and one whose callback ends its goroutine can still close the queue.
func TestOwnerOutlivesItsCallbacks(t *testing.T) {
	for name, leave := range map[string]func(){
		"panic":  func() { panic("on purpose") },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			eachQueue(t, func(t *testing.T, newQueue queueMaker) {
				const n = 100
				d, o := newFake(false), newObjects(n)
				d.onWait = d.end
				q, call := newQueue(d, o, Options{HighWater: 40, Gather: 8, Batch: 4})
				left := 0
				o.onReclaim = func(h int) {
					if h%7 == 3 {
						left++
						leave()
					}
				}
				attempt := func(f func()) {
					done := make(chan bool)
					go func() {
						defer close(done)
						defer func() { _ = recover() }()
						f()
					}()
					<-done
				}
				for h := range n {
					attempt(func() { call(h) })
				}
				for range n {
					attempt(q.Barrier)
				}
				attempt(q.Close)
				if s := q.Stats(); q.Len() != 0 || s.Invoked != n || s.Queued != n || left == 0 {
					t.Errorf("Len() = %d, stats %+v, %d callbacks did not return; want 0, all %d, and some", q.Len(), s, left, n)
				}
				for h, got := range o.reclaimed {
					if got > 1 {
						t.Errorf("object %d reclaimed %d times", h, got)
					}
				}
			})
		})
	}
}

// TestPagesComeBackFromCallbacks: no page is lost with a callback that does not
// return, and none is used while it holds what is being reclaimed.
func TestPagesComeBackFromCallbacks(t *testing.T) {
	d, o := newFake(true), newObjects(3000)
	budget := NewBudget(100)
	b := NewBulk(d, o, Options{Memory: budget})
	o.onReclaim = func(h int) {
		if h%512 == 0 {
			panic("on purpose")
		}
	}
	for h := range 3000 {
		func() {
			defer func() { _ = recover() }()
			b.Free(h)
		}()
	}
	func() {
		defer func() { _ = recover() }()
		b.Barrier()
	}()
	b.Barrier()
	b.Close()
	if budget.Used() != 0 || b.Len() != 0 {
		t.Errorf("%d pages used and %d objects wait after Close, want none", budget.Used(), b.Len())
	}
}

// TestDriverMayEnd: where the function of [OnViolation] ends the goroutine that
// drives a grace period, or panics, another goes on with it.
func TestDriverMayEnd(t *testing.T) {
	for name, leave := range map[string]func(){
		"panic":  func() { panic("on purpose") },
		"Goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			f := &faulty{}
			f.init(f, newTracker("faulty"))
			c := f.StartPoll()
			var inside, others sync.WaitGroup
			inside.Add(1)
			f.onQuiet = func() bool {
				inside.Done()
				until(func() bool { // others wait for this one and for the next
					f.mu.Lock()
					defer f.mu.Unlock()
					return f.queues[0].waiting+f.queues[1].waiting == 3
				})
				f.onQuiet = func() bool { return true }
				leave()
				return false
			}
			others.Go(func() {
				defer func() { _ = recover() }()
				f.Synchronize()
			})
			inside.Wait()
			for range 3 {
				others.Go(f.Synchronize)
			}
			others.Wait()
			if !f.Poll(c) || f.Stats().GracePeriods != 2 {
				t.Errorf("done: %v, after %d grace periods; want 2", f.Poll(c), f.Stats().GracePeriods)
			}
			// The same inside Poll, which holds the lock.
			f.onQuiet = func() bool { f.onQuiet = func() bool { return true }; leave(); return false }
			c = f.StartPoll()
			others.Go(func() {
				defer func() { _ = recover() }()
				f.Poll(c)
			})
			others.Wait()
			if f.Poll(c); !f.Poll(c) {
				t.Error("Poll does not go on with what another left")
			}
			f.Synchronize()
		})
	}
}

// TestHelperMayEnd likewise.
func TestHelperMayEnd(t *testing.T) {
	f := &faulty{}
	f.init(f, newTracker("faulty"))
	f.blocking.Store(1)
	f.onQuiet = func() bool { f.onQuiet = func() bool { return true }; runtime.Goexit(); return false }
	pollUntilDone(f)
	until(func() bool { return f.helper.Load() == 0 })
}

// faulty is a flavour whose look at the readers is scripted.
type faulty struct {
	gracePeriods
	onQuiet func() bool
}

func (f *faulty) begin()       {}
func (f *faulty) quiet() bool  { return f.onQuiet() }
func (f *faulty) Stats() Stats { return f.stats() }

// TestRetireGivesItsHeadBack also for a function that ends its goroutine.
func TestRetireGivesItsHeadBack(t *testing.T) {
	heads := NewBudget(3)
	r := NewReclaimer(newFake(true), Options{Memory: heads})
	for range 10 {
		done := make(chan bool)
		r.Retire(func() { defer close(done); runtime.Goexit() })
		<-done
	}
	r.Close()
	if heads.Used() != 0 || r.Stats().Synchronized != 0 {
		t.Errorf("%d heads used after Close, %d functions without one; want none", heads.Used(), r.Stats().Synchronized)
	}
}

// TestCloseWaitsForWhoWasAccepted: a caller may stall between being counted and
// pushing its object. Close returns when that has been reclaimed, however lazy the
// reclaimer, and refuses who comes later.
func TestCloseWaitsForWhoWasAccepted(t *testing.T) {
	for _, o := range []Options{{}, {Lazy: time.Hour}} {
		r := newReclaimer(newFake(true), o, 2)
		s := &r.shards[1]
		called := false
		h := new(Head)
		h.prepare(func(*Head) { called = true }, headWaiting)
		if _, ok := s.accept(); !ok {
			t.Fatal("an open shard refuses")
		}
		closed := make(chan bool)
		go func() {
			r.Close()
			closed <- called
		}()
		until(func() bool { return s.closed() && r.shards[0].closed() && r.idle() && r.empty() })
		for range 1000 {
			runtime.Gosched()
		}
		if len(closed) != 0 || r.Add(new(Head), func(*Head) {}) {
			t.Error("Close returned before an object that was accepted, or accepts more")
		}
		if n := r.Len(); n != 1 {
			t.Errorf("Len() = %d, want 1", n)
		}
		s.push(h)
		r.wake(false)
		if !<-closed {
			t.Error("Close returned before the function was called")
		}
		if st := r.Stats(); st.Queued != 1 || st.Invoked != 1 || st.Refused != 1 {
			t.Errorf("stats %+v, want 1 queued, invoked and refused", st)
		}
	}
}

// TestThrottledCallerIsNotHeldByReposts: a caller is let go when all that was there
// has had its turn, even if functions hand as much over again.
func TestThrottledCallerIsNotHeldByReposts(t *testing.T) {
	r := newReclaimer(newFake(true), Options{HighWater: 5}, 1)
	heads := make([]Head, 30)
	var again func(*Head)
	again = func(h *Head) { r.Add(h, again) }
	for i := range heads {
		r.Add(&heads[i], again)
	}
	for range 3 {
		r.Call(new(Head), func(*Head) {})
	}
	if r.Stats().Throttled == 0 {
		t.Error("nobody was throttled")
	}
	r.Close()
}
