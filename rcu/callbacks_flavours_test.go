package rcu

import (
	"runtime"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// version is an object that knows whether it may be seen.
type version struct {
	Head
	freed mem.Uint64
}

// lettingGo are the ways for one updater to let versions go.
var lettingGo = []struct {
	name string
	make func(Domain) (retire func(*version), closeAll func(), length func() int)
}{
	{"call", func(d Domain) (func(*version), func(), func() int) {
		c := NewCallbacks(d, Heads{}, Options{HighWater: 40, Gather: 8, Batch: 5})
		return func(v *version) { c.Call(v.With(func(*Head) { v.freed.Store(1) })) }, c.Close, c.Len
	}},
	{"bulk", func(d Domain) (func(*version), func(), func() int) {
		b := NewBulk(d, Heads{}, Options{HighWater: 40, Gather: 8})
		return func(v *version) { b.Free(v.With(func(*Head) { v.freed.Store(1) })) }, b.Close, b.Len
	}},
	{"chained bulk", func(d Domain) (func(*version), func(), func() int) {
		b := NewBulk(d, Heads{}, Options{HighWater: 40, Gather: 8, Memory: NewBudget(0)})
		return func(v *version) { b.Free(v.With(func(*Head) { v.freed.Store(1) })) }, b.Close, b.Len
	}},
	{"reclaimer", func(d Domain) (func(*version), func(), func() int) {
		r := NewReclaimer(d, Options{HighWater: 40})
		return func(v *version) { r.Call(&v.Head, func(*Head) { v.freed.Store(1) }) }, r.Close, r.Len
	}},
	{"retire", func(d Domain) (func(*version), func(), func() int) {
		r := NewReclaimer(d, Options{HighWater: 40, Memory: NewBudget(10)})
		return func(v *version) { r.Retire(func() { v.freed.Store(1) }) }, r.Close, r.Len
	}},
}

// TestNoReaderSeesWhatWasReclaimed runs readers of every flavour against an
// updater that lets go in every way.
func TestNoReaderSeesWhatWasReclaimed(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		for _, way := range lettingGo {
			t.Run(way.name, func(t *testing.T) {
				d, register := f.make()
				retire, closeAll, length := way.make(d)
				var current Pointer[version]
				current.Assign(new(version))
				var stop, seen mem.Uint64
				var wg sync.WaitGroup
				for range 2 {
					wg.Go(func() {
						r := register()
						defer r.leave()
						for stop.Load() == 0 {
							r.lock()
							v := current.Dereference()
							for range 20 {
								seen.Add(v.freed.Load())
							}
							r.unlock()
							runtime.Gosched()
						}
					})
				}
				for range f.rounds(1500) {
					retire(current.Exchange(new(version)))
				}
				stop.Store(1)
				wg.Wait()
				closeAll()
				if n := seen.Load(); n > 0 {
					t.Errorf("readers saw reclaimed versions %d times", n)
				}
				if n := length(); n != 0 {
					t.Errorf("%d versions wait after Close", n)
				}
				if current.Protected().freed.Load() != 0 {
					t.Error("the current version was reclaimed")
				}
			})
		}
	})
}

// TestStalledReaderHoldsEverything: what is let go while a reader is inside
// stays until it leaves, and then goes.
func TestStalledReaderHoldsEverything(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		if !f.canYield {
			t.Skip("a reader that may not yield can't be held while others run")
		}
		for _, way := range lettingGo {
			if way.name == "retire" {
				continue // it waits when it is out of heads
			}
			t.Run(way.name, func(t *testing.T) {
				const n = 30
				d, register := f.make()
				retire, closeAll, length := way.make(d)
				r := register()
				r.lock()
				vs := make([]version, n)
				in := make(chan struct{})
				go func() { // an updater, which is no reader
					defer close(in)
					for i := range vs {
						retire(&vs[i])
					}
				}()
				<-in
				freed := uint64(0)
				for i := range vs {
					freed += vs[i].freed.Load()
				}
				if freed != 0 || length() != n {
					t.Errorf("%d freed, %d wait under a stalled reader, want 0 and %d", freed, length(), n)
				}
				r.unlock()
				r.leave()
				closeAll()
				for i := range vs {
					if vs[i].freed.Load() != 1 {
						t.Fatalf("version %d not reclaimed after the reader left", i)
					}
				}
			})
		}
	})
}

// TestManyOwnersShareADomain closes many queues of one domain side by side.
func TestManyOwnersShareADomain(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, _ := f.make()
		n := f.rounds(4000)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				o := newObjects(n)
				q, call := queueKinds[i].make(d, o, Options{HighWater: 300})
				for h := range n {
					call(h)
					if h%1000 == 999 {
						q.Barrier()
						o.wantReclaimed(t, h+1)
					}
				}
				q.Close()
				o.wantReclaimed(t, n)
			})
		}
		wg.Wait()
	})
}

// TestPollAloneReclaims: an owner that polls needs nobody else to have a grace
// period.
func TestPollAloneReclaims(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		for _, k := range queueKinds {
			d, _ := f.make()
			o := newObjects(3)
			q, call := k.make(d, o, Options{Gather: 2})
			for h := range o.reclaimed {
				call(h)
			}
			until(func() bool { q.Poll(); return q.Len() == 0 })
			if n := d.Stats().Synchronize; n != 0 {
				t.Errorf("%s: somebody waited %d times", k.name, n)
			}
			q.Close()
		}
	})
}
