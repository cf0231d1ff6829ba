package rcu

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"readmostly/internal/litmus"
	"readmostly/internal/mem"
)

// meet runs both sides of a store-buffering litmus at the same moment, over and
// over: each stores, then looks for the other's store. bad is asked after each
// round whether both have missed it. Stores of both sides are made late. It ends
// after enough rounds or when its time is over, so that a busy machine finds less.
func meet(t *testing.T, a, b func(i uint64), bad func(i uint64) bool) {
	t.Helper()
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		t.Skip("nothing happens at the same time")
	}
	const rounds, budget = 200000, time.Second
	const over = 1 << 62
	type padded struct {
		mem.Uint64
		_ mem.Pad
	}
	var round, done padded
	stuck := new(litmus.Backlog)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := uint64(1); ; i++ {
			litmus.Await(func() bool { return round.Load() >= i })
			if round.Load() == over {
				return
			}
			stuck.Fill(i)
			a(i)
			done.Store(i)
		}
	})
	missed, end := 0, time.Now().Add(budget)
	i := uint64(1)
	for ; i <= rounds && (i%64 != 0 || time.Now().Before(end)); i++ {
		stuck.Fill(i)
		round.Store(i)
		for range i % 256 { // at different moments
		}
		b(i)
		litmus.Await(func() bool { return done.Load() == i })
		if bad(i) {
			missed++
		}
	}
	round.Store(over)
	wg.Wait()
	if missed > 0 {
		t.Errorf("in %d of %d rounds neither side saw the other's store", missed, i-1)
	}
}

// TestCookieIsTakenBehindTheUnlink is (A) and (B) of gp.go: a driver that doesn't
// see the unlink has begun a grace period that the cookie doesn't name.
func TestCookieIsTakenBehindTheUnlink(t *testing.T) {
	for name, take := range map[string]func(*gracePeriods) Cookie{
		"GetState":  (*gracePeriods).GetState,
		"StartPoll": (*gracePeriods).StartPoll,
	} {
		t.Run(name, func(t *testing.T) {
			var x mem.Uint64
			m := newManual()
			var cookie Cookie
			var seen uint64
			meet(t, func(i uint64) {
				mem.StoreRelease(&x, i) // the unlink
				cookie = take(&m.gracePeriods)
			}, func(i uint64) {
				m.gracePeriods.begin()
				seen = x.Load() // what a reader finds
			}, func(i uint64) bool {
				mem.StoreRelaxed(&m.seq, m.seq.Load()+1) // the end
				return seen != i && m.done(cookie)
			})
		})
	}
}

// TestRestingReclaimerIsWoken is (1) to (4) of callbacks_reclaimer.go, with the
// test as the goroutine: nothing is left behind by one that rests.
func TestRestingReclaimerIsWoken(t *testing.T) {
	r := newReclaimer(newFake(true), Options{}, 1)
	r.running.Store(1)
	heads := make([]Head, 2)
	meet(t, func(i uint64) {
		r.Add(&heads[i%2], func(*Head) {})
	}, func(i uint64) {
		if !r.rest() {
			for r.round() {
			}
			r.running.Store(0)
		}
	}, func(i uint64) bool {
		until(r.idle) // the goroutine that Add may have started
		lost := !r.empty()
		r.running.Store(1)
		for r.round() {
		}
		return lost
	})
	r.running.Store(0)
	r.Close()
}

// TestReclaimerLooksAgain is the same without chance: what was pushed before the
// mark is found behind it.
func TestReclaimerLooksAgain(t *testing.T) {
	r := newReclaimer(newFake(true), Options{}, 4)
	for i := range r.shards {
		r.running.Store(1)
		called := false
		r.add(&r.shards[i], new(Head), func(*Head) { called = true })
		if r.rest() {
			t.Fatalf("the goroutine rests with an object in shard %d", i)
		}
		if r.running.Load() != 1 {
			t.Fatal("the goroutine goes on, and is not marked as running")
		}
		r.round()
		if !called || !r.rest() || r.running.Load() != 0 {
			t.Errorf("called %v, running %d after the round; want it to rest", called, r.running.Load())
		}
	}
	// Another goroutine may have taken over in between.
	r.running.Store(1)
	d := r.domain.(*fakeDomain)
	d.setAuto(false)
	r.add(&r.shards[0], new(Head), func(*Head) {})
	stop := make(chan bool)
	go func() {
		for r.running.Load() != 0 {
			runtime.Gosched()
		}
		close(stop)
	}()
	r.running.Store(0)
	<-stop
	r.add(&r.shards[1], new(Head), func(*Head) {}) // starts a goroutine
	if r.running.Load() != 1 {
		t.Error("nobody was started")
	}
	d.setAuto(true)
	r.Close()
	if n := r.Len(); n != 0 {
		t.Errorf("%d objects are left", n)
	}
}

// TestThrottledCallerIsSeen: a caller that goes to sleep has not seen the count,
// and is seen by who counted.
func TestThrottledCallerIsSeen(t *testing.T) {
	r := newReclaimer(newFake(true), Options{}, 1)
	invoked := &r.shards[0].invoked
	var seen uint64
	var awaited bool
	meet(t, func(i uint64) {
		r.waiters.Add(1)
		seen = r.invoked()
	}, func(i uint64) {
		bump(invoked)
		awaited = r.awaited()
	}, func(i uint64) bool {
		r.waiters.Store(0)
		return seen != i && !awaited
	})
}

// TestThrottledCallerIsWoken runs the real ends of that pair. A caller that is not
// woken hangs.
func TestThrottledCallerIsWoken(t *testing.T) {
	r := newReclaimer(newFake(true), Options{HighWater: 1}, 1)
	s := &r.shards[0]
	s.queued.Store(1)
	meet(t, func(i uint64) {
		s.queued.Add(1) // above the mark
		r.throttle()
	}, func(i uint64) {
		litmus.Await(func() bool { return s.queued.Load() == i+1 })
		bump(&s.invoked)
		r.release()
	}, func(i uint64) bool { return r.waiters.Load() != 0 })
}

// TestSRCUSumsExitsFirst: a reader is inside for as long as it lasts, and others
// come and go. Whoever sums the entries first takes an exit of those that come
// between for that of the first.
func TestSRCUSumsExitsFirst(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		t.Skip("nothing happens at the same time")
	}
	for _, fenced := range []bool{true, !mem.Asymmetric()} {
		d := newSRCU(fenced)
		set := d.index.Load() & 1
		inside := d.ReadLock()
		var stop mem.Uint64
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := 0; stop.Load() == 0; n++ {
				d.ReadUnlock(d.ReadLock())
			}
		})
		const rounds, budget = 500000, time.Second
		early, end := 0, time.Now().Add(budget)
		for i := 1; i <= rounds && (i%64 != 0 || time.Now().Before(end)); i++ {
			if d.drained(set) {
				early++
			}
		}
		stop.Store(1)
		wg.Wait()
		if early != 0 {
			t.Errorf("fenced %v: taken for drained %d times with a reader inside", fenced, early)
		}
		d.ReadUnlock(inside)
		if !d.drained(set) {
			t.Errorf("fenced %v: not drained after all have left", fenced)
		}
	}
}

// TestWantedGoesForward: a caller of StartPoll that stalled since it took its
// cookie does not take back what others want, also where the numbers wrap.
func TestWantedGoesForward(t *testing.T) {
	for _, base := range []uint64{0, ^uint64(0) - 5, 1<<63 - 5} {
		m := newManual()
		setNumber := base &^ 1
		m.seq.Store(setNumber)
		m.wanted.Store(setNumber)
		early, late := Cookie(setNumber+2), Cookie(setNumber+6)
		m.want(late)
		m.want(early)
		if got := Cookie(m.wanted.Load()); got != late {
			t.Errorf("wanted went from %#x to %#x", late, got)
		}
		for range 3 {
			m.Poll(late)
		}
		if !m.Poll(late) || !m.Poll(early) {
			t.Errorf("from %#x: polling does not complete what was asked for", base)
		}
	}
}

// TestNumberIsOddBeforeTheReadersAreLookedAt is (B): a cookie that is taken while
// a grace period looks at the readers names the next one.
func TestNumberIsOddBeforeTheReadersAreLookedAt(t *testing.T) {
	f := &faulty{}
	f.init(&inspected{f, func() {
		if f.seq.Load()&seqInProgress == 0 {
			t.Error("a grace period begins before its number says so")
		}
	}}, newTracker("inspected"))
	f.onQuiet = func() bool { return true }
	f.Synchronize()
	c := f.StartPoll()
	f.Poll(c)
	if f.seq.Load() != 4 {
		t.Errorf("number %d after two grace periods, want 4", f.seq.Load())
	}
}

// inspected is a flavour whose beginning is looked at.
type inspected struct {
	*faulty
	onBegin func()
}

func (f *inspected) begin() { f.onBegin() }
