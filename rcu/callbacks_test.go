package rcu

import (
	"slices"
	"testing"
	"time"
)

// Rules (16) to (22) of callbacks, on a domain whose grace periods the test
// controls.

func TestNothingIsReclaimedBeforeItsGracePeriod(t *testing.T) {
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(false), newObjects(100)
		q, call := make(d, o, Options{Gather: 10})
		for h := range 100 {
			call(h)
		}
		q.Poll()
		o.wantReclaimed(t, 0)
		d.end()
		for range 3 {
			q.Poll()
		}
		o.wantReclaimed(t, 10) // the rest came after the cookie
		d.end()
		q.Poll()
		o.wantReclaimed(t, 100)
		q.Close()
		if q.Len() != 0 {
			t.Errorf("Len() = %d after Close", q.Len())
		}
	})
}

// TestSnapshotCoversAllWhoJoined is rule (21): a grace period that is under way,
// or has been asked for, when an object comes is not the object's.
func TestSnapshotCoversAllWhoJoined(t *testing.T) {
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(false), newObjects(3)
		q, call := make(d, o, Options{Gather: 1})
		call(0)   // has its cookie at once
		d.begin() // the grace period of object 0 begins
		call(1)   // too late for it
		d.end()
		q.Poll()
		o.wantReclaimed(t, 1)
		d.begin() // object 1 has a cookie for this one
		call(2)
		d.end()
		q.Poll()
		o.wantReclaimed(t, 2)
		// A barrier joins what has no cookie to what has one.
		d.onWait = d.end
		q.Barrier()
		o.wantReclaimed(t, 3)
	})
}

func TestSnapshotIsTakenAgainWhenABarrierJoins(t *testing.T) {
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(false), newObjects(2)
		q, call := make(d, o, Options{Gather: 1})
		call(0)
		d.begin()
		call(1)
		d.onWait = func() {
			d.end() // enough for 0, not for 1
			o.wantReclaimed(t, 0)
			d.end()
		}
		q.Barrier()
		o.wantReclaimed(t, 2)
		if d.seq != 4 {
			t.Errorf("the barrier took %d grace periods, want 2", d.seq/2)
		}
	})
}

// TestFloodIsBounded is rule (19), with readers that let the owner through only
// when it waits.
func TestFloodIsBounded(t *testing.T) {
	const flood, mark, batch = 20000, 500, 50
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(false), newObjects(flood)
		q, call := make(d, o, Options{HighWater: mark, Batch: batch})
		d.onWait = d.end
		for h := range flood {
			call(h)
			if n := q.Len(); n > mark+batch {
				t.Fatalf("%d objects wait, want at most %d + %d", n, mark, batch)
			}
		}
		s := q.Stats()
		if s.Throttled == 0 || d.waits == 0 {
			t.Errorf("throttled %d times in %d waits, want some", s.Throttled, d.waits)
		}
		if s.Peak > mark+1 || s.Peak < mark {
			t.Errorf("peak = %d, want %d or one more", s.Peak, mark)
		}
		q.Barrier()
		if q.Len() != 0 {
			t.Errorf("Len() = %d after the flood", q.Len())
		}
		o.wantReclaimed(t, flood)
	})
}

func TestOwnerWaitsBetweenItsHooks(t *testing.T) {
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(false), newObjects(100)
		var offline, waits int
		d.onWait = func() {
			waits++
			if offline != 1 {
				t.Errorf("waits while BeforeWait was called %d times more than AfterWait", offline)
			}
			d.end()
		}
		q, call := make(d, o, Options{
			HighWater:  10,
			BeforeWait: func() { offline++ },
			AfterWait:  func() { offline-- },
		})
		for h := range 100 {
			call(h)
		}
		q.Close()
		if offline != 0 || waits < 2 {
			t.Errorf("%d waits, hooks unbalanced by %d", waits, offline)
		}
	})
}

func TestAddNeitherWaitsNorReclaims(t *testing.T) {
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(true), newObjects(101)
		d.onWait = func() { t.Error("Add waits") }
		q, call := make(d, o, Options{HighWater: 10})
		for h := range 100 {
			q.Add(h)
		}
		o.wantReclaimed(t, 0)
		if q.Len() != 100 {
			t.Errorf("Len() = %d, want 100", q.Len())
		}
		d.onWait = nil
		call(100)
		if q.Len() > 10 {
			t.Errorf("Len() = %d after Call, want at most 10", q.Len())
		}
		q.Close()
		o.wantReclaimed(t, 101)
	})
}

func TestBatchLimitsCallbacksInARow(t *testing.T) {
	d, o := newFake(false), newObjects(100)
	c := NewCallbacks(d, o, Options{Batch: 7})
	for h := range 100 {
		c.Call(h)
	}
	c.Poll()
	d.end()
	for want := 7; want < 100; want += 7 {
		c.Poll()
		o.wantReclaimed(t, want)
	}
	c.Close()
}

func TestLazyAsksForNothing(t *testing.T) {
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(true), newObjects(1000)
		q, call := make(d, o, Options{HighWater: 1000, Gather: 5, Lazy: time.Hour})
		for h := range 499 {
			call(h)
			q.Poll()
		}
		if d.starts != 0 {
			t.Errorf("%d grace periods asked for below half of the mark", d.starts)
		}
		for h := 499; h < 600; h++ {
			call(h)
		}
		if d.starts != 1 {
			t.Errorf("%d grace periods asked for above half of the mark, want 1", d.starts)
		}
		q.Close()
		o.wantReclaimed(t, 600)
	})
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(true), newObjects(200)
		q, call := make(d, o, Options{Lazy: 1}) // a nanosecond is soon over
		for h := range 200 {
			call(h)
		}
		if d.starts == 0 {
			t.Error("no grace period was asked for after the time of laziness")
		}
		q.Close()
	})
}

// TestOrderIsNotPartOfThePromise is rule (18): the kinds of queue reclaim the
// same objects, each once, and not all in the same order.
func TestOrderIsNotPartOfThePromise(t *testing.T) {
	orders := map[string]bool{}
	eachQueue(t, func(t *testing.T, make queueMaker) {
		d, o := newFake(false), newObjects(2000)
		d.onWait = d.end
		q, call := make(d, o, Options{})
		for h := range 2000 {
			call(h)
		}
		q.Close()
		o.wantReclaimed(t, 2000)
		if slices.IsSorted(o.order) {
			orders["as added"] = true
		} else {
			orders["otherwise"] = true
		}
	})
	if len(orders) != 2 {
		t.Errorf("orders seen: %v; want two, or the documentation may promise one", orders)
	}
}

// TestDoubleSubmit is rule (17), where objects can tell.
func TestDoubleSubmit(t *testing.T) {
	d := newFake(true)
	for name, add := range map[string]func(*Head){
		"call": NewCallbacks(d, Heads{}, Options{}).callHead,
		"bulk": NewBulk(d, Heads{}, Options{}).freeHead,
	} {
		t.Run(name, func(t *testing.T) {
			h := new(Head)
			add(h.With(func(*Head) {}))
			wantDouble(t, func() { add(h) })
			wantDouble(t, func() { h.With(nil) })
		})
	}
}

func (c *Callbacks[H]) callHead(h H) { c.Call(h) }
func (b *Bulk[H]) freeHead(h H)      { b.Free(h) }

// wantDouble expects f to be caught adding an object twice.
func wantDouble(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if v, ok := recover().(Violation); !ok || v.Kind != DoubleRetire {
			t.Errorf("recovered %v, want a violation: %v", v, DoubleRetire)
		}
	}()
	f()
}

func TestHeadsMayComeAgain(t *testing.T) {
	d := newFake(true)
	c := NewCallbacks(d, Heads{}, Options{})
	h, calls := new(Head), 0
	for range 3 {
		c.Call(h.With(func(*Head) { calls++ }))
		c.Barrier()
	}
	c.Close()
	if calls != 3 {
		t.Errorf("%d calls, want 3", calls)
	}
}
