//go:build rcudebug

package rcu

import (
	"testing"
	"time"
)

// scriptClock puts a clock in place that moves only when the test says so.
func scriptClock(t *testing.T) (advance func(time.Duration)) {
	at := time.Unix(0, 0)
	now = func() time.Time { return at }
	t.Cleanup(func() { now = time.Now })
	return func(d time.Duration) { at = at.Add(d) }
}

// TestStopIsNoStall: the time in which the process was stopped does not count,
// however long and whichever way one waits.
func TestStopIsNoStall(t *testing.T) {
	const timeout = 10 * time.Second
	defer SetStallTimeout(SetStallTimeout(timeout))
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		if f.slow {
			t.Skip("only a helper may look: see TestStallIsToldOnTime")
		}
		advance := scriptClock(t)
		seen := record(t)
		d, newReader := f.make()
		r := newReader()
		r.lock()
		c := d.StartPoll()
		d.Poll(c)
		for range 9 {
			advance(time.Hour)
			d.Poll(c)
		}
		if len(*seen) != 0 {
			t.Errorf("told of a stall after 9 looks: %v", (*seen)[0])
		}
		advance(timeout / 10)
		d.Poll(c)
		if len(*seen) != 1 || (*seen)[0].Kind != StalledGracePeriod || (*seen)[0].For != timeout {
			t.Errorf("told %v, want one stall for %v", *seen, timeout)
		}
		r.unlock()
		r.leave()
		if !d.Poll(c) {
			t.Error("not done after the reader left")
		}
	})
}

// TestStallIsToldOnTime scripts the time of one grace period exactly, over two
// sections.
func TestStallIsToldOnTime(t *testing.T) {
	const timeout = 10 * time.Second
	defer SetStallTimeout(SetStallTimeout(timeout))
	advance := scriptClock(t)
	seen := record(t)
	sections := newTracker("scripted")
	first, second := sections.enter(), sections.enter()
	var w stallWatch
	w.begin(sections)
	late := sections.enter() // not waited for
	told := 0
	look := func(after time.Duration, want int) {
		t.Helper()
		advance(after)
		w.check(sections)
		if got := len(*seen) - told; got != want {
			t.Errorf("told %d times, want %d", got, want)
		}
		told = len(*seen)
	}
	for range 10 {
		look(timeout/10-1, 0)
	}
	sections.leave(first)
	look(10, 0) // the time is over, but somebody has left: it begins again
	for range 9 {
		look(time.Hour, 0)
	}
	sections.leave(late)
	look(timeout/10, 1)
	if v := (*seen)[0]; v.For != timeout || len(v.Holders) != 1 {
		t.Errorf("told of %v and %d holders, want %v and 1", v.For, len(v.Holders), timeout)
	}
	for range 19 {
		look(timeout/10, 0)
	}
	look(timeout/10, 1) // three times as long
	if v := (*seen)[1]; v.For != 3*timeout {
		t.Errorf("told of %v, want %v", v.For, 3*timeout)
	}
	sections.leave(second)
}

// TestTravellingTokenOutlastsAStop: a token that somebody else is about to return
// has the timeout in looks, whatever the clock says.
func TestTravellingTokenOutlastsAStop(t *testing.T) {
	defer SetStallTimeout(SetStallTimeout(10 * time.Second))
	seen := record(t)
	d := NewSRCU()
	token := d.ReadLock()
	at, looks := time.Unix(0, 0), 0
	now = func() time.Time {
		at = at.Add(time.Hour)
		if looks++; looks == 9 {
			d.ReadUnlock(token)
		}
		return at
	}
	t.Cleanup(func() { now = time.Now })
	d.Synchronize()
	if len(*seen) != 0 {
		t.Errorf("told: %v", *seen)
	}
}
