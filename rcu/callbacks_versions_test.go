package rcu

import (
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// How many versions of one object live at once is the updaters' doing (LWN,
// "What is RCU, Fundamentally?", quick quizzes 4 and 5). A lock that is held
// until the grace period has ended bounds them to two, the current one and the
// one that readers may still have. A lock that is dropped before lets updaters
// go on, and every reader may have another version.

// versions counts those that live.
type versions struct {
	current Pointer[version]
	alive   int
	peak    int
}

func (v *versions) replace() (old *version) {
	v.alive++
	v.peak = max(v.peak, v.alive)
	return v.current.Exchange(new(version))
}

func TestLockAcrossTheGracePeriodBoundsVersionsToTwo(t *testing.T) {
	d := newFake(false)
	d.onWait = d.end // the readers leave when they are waited for, and not before
	var v versions
	v.alive = 1
	v.current.Assign(new(version))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				mu.Lock()
				v.replace()
				d.Synchronize()
				v.alive-- // the old version is free now
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if v.peak != 2 {
		t.Errorf("%d versions at once, want 2", v.peak)
	}
}

func TestWithoutTheLockVersionsPileUpWhileAReaderStays(t *testing.T) {
	d := NewClassic()
	r := d.Register()
	held := make(chan struct{})
	leave := make(chan struct{})
	var v versions
	var seen *version
	v.alive = 1
	v.current.Assign(new(version))
	var reader sync.WaitGroup
	reader.Go(func() { // has the first version all the time
		token := r.ReadLock()
		seen = v.current.DereferenceCheck(r)
		close(held)
		<-leave
		if seen.freed.Load() != 0 {
			t.Error("the reader's version was freed under it")
		}
		r.ReadUnlock(token)
		r.Unregister()
	})
	<-held
	rec := NewReclaimer(d, Options{})
	var mu sync.Mutex
	var freed mem.Uint64
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			for range 20 {
				mu.Lock()
				old := v.replace()
				mu.Unlock()
				rec.Call(&old.Head, func(*Head) { old.freed.Store(1); freed.Add(1) })
			}
		})
	}
	wg.Wait()
	if v.peak != 101 || freed.Load() != 0 {
		t.Errorf("%d versions at once, %d freed, want 101 and 0", v.peak, freed.Load())
	}
	close(leave)
	reader.Wait()
	rec.Close()
	if freed.Load() != 100 {
		t.Errorf("%d versions freed after the reader left, want all but the current one: 100", freed.Load())
	}
}
