package rcu

import (
	"runtime"
	"testing"
)

// TestBarrierIsBehindWhatCameBefore: no order of callbacks is promised (rule 18),
// so what a barrier needs of it, to come behind what is there, it must see to
// itself. The function before it takes its time.
func TestBarrierIsBehindWhatCameBefore(t *testing.T) {
	d := newFake(false)
	r := newShardedReclaimer(d, Options{})
	s := &r.shards[len(r.shards)-1] // the others are worked off before
	r.add(s, new(Head), func(*Head) {})
	until(func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.waits == 1 }) // the first round is under way
	called := false
	r.add(s, new(Head), func(*Head) {
		for range 1000 {
			runtime.Gosched()
		}
		called = true
	})
	done := make(chan bool)
	go func() {
		r.Barrier()
		done <- called
	}()
	until(func() bool {
		waiting := 0
		for h := s.newest.Load(); h != nil; h = h.next {
			waiting++
		}
		return waiting == 2
	})
	d.setAuto(true)
	if !<-done {
		t.Error("Barrier returned before a function that was handed over before")
	}
	r.Close()
}
