package rcu

import (
	"runtime"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestSRCUStraggler covers rule 8: a reader loads the index, stalls for a whole
// grace period, and only then counts itself in. The next grace period must wait
// for it, though it is in the set that was drained and turned away from.
func TestSRCUStraggler(t *testing.T) {
	for _, fenced := range []bool{true, !mem.Asymmetric()} {
		for periods := range 4 {
			d := newSRCU(fenced)
			set := d.index.Load() & 1
			for range periods {
				d.Synchronize()
			}
			w := &d.shared[0]
			w.entries[set].Add(1)
			c := d.StartPoll()
			for range 5 {
				if d.Poll(c) {
					t.Fatalf("fenced %v: done with a straggler of %d grace periods inside", fenced, periods)
				}
			}
			w.exits[set].Add(1)
			if !d.Poll(c) {
				t.Errorf("fenced %v: not done after the straggler left", fenced)
			}
		}
	}
}

// TestSRCUTokenTravels covers rule 10: tokens are returned by another goroutine,
// on another P.
func TestSRCUTokenTravels(t *testing.T) {
	d := NewSRCU()
	tokens := make(chan Token)
	var wg sync.WaitGroup
	wg.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for token := range tokens {
			d.ReadUnlock(token)
		}
	})
	for range 100 {
		token := d.ReadLock()
		c := d.StartPoll()
		if d.Poll(c) {
			t.Fatal("done inside")
		}
		tokens <- token
		d.Cond(c)
	}
	close(tokens)
	wg.Wait()
}

// TestSRCUSleeps: a reader blocks inside, and only its own domain waits for it.
func TestSRCUSleeps(t *testing.T) {
	d, other := NewSRCU(), NewSRCU()
	inside, leave := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		token := d.ReadLock()
		inside <- true
		<-leave
		d.ReadUnlock(token)
	})
	<-inside
	other.Synchronize()
	c := d.StartPoll()
	if d.Poll(c) {
		t.Error("done while a reader sleeps inside")
	}
	leave <- true
	d.Cond(c)
	wg.Wait()
}

// TestSRCUMoreProcs raises GOMAXPROCS beyond the table and lowers it again, with
// sections that span the changes.
func TestSRCUMoreProcs(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	d := NewSRCU()
	for _, procs := range []int{len(d.own) + srcuShared + 3, 1, len(d.own) + 2, before} {
		across := d.ReadLock()
		runtime.GOMAXPROCS(procs)
		var wg sync.WaitGroup
		for range 2 * procs {
			wg.Go(func() {
				for range 50 {
					token := d.ReadLock()
					runtime.Gosched()
					d.ReadUnlock(token)
				}
			})
		}
		wg.Wait()
		c := d.StartPoll()
		if d.Poll(c) {
			t.Errorf("%d procs: done with a section under way", procs)
		}
		d.ReadUnlock(across)
		if !d.Poll(c) {
			t.Errorf("%d procs: not done with nobody inside", procs)
		}
	}
}
