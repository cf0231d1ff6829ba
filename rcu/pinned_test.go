package rcu

import (
	"runtime"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestReadersMayCallWhilePinned calls everything that is promised for use inside a
// section from sections that are pinned to their P, where whoever blocks ends the
// process, beside goroutines that hold every lock of the domain and the reclaimer
// as much as they can. Ps are many, few, and more than there are shards.
func TestReadersMayCallWhilePinned(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	pin := NewSched()
	for _, f := range testFlavours {
		t.Run(f.name, func(t *testing.T) {
			rounds := f.rounds(4000)
			d, newReader := f.make()
			r := NewReclaimer(d, Options{HighWater: 100, Lazy: 1})
			var called, queued mem.Uint64
			fn := func(*Head) { called.Add(1) }
			var stop mem.Uint64
			var others, readers sync.WaitGroup
			for _, other := range []func(){
				d.Synchronize,
				d.SynchronizeExpedited,
				func() { pollUntilDone(d) },
				func() { queued.Add(1); r.Call(new(Head), fn) },
				func() { queued.Add(1); r.Call(new(Head), fn) },
				func() { queued.Add(1); r.Retire(func() { called.Add(1) }) },
				r.Barrier,
			} {
				others.Go(func() {
					for stop.Load() == 0 {
						other()
					}
				})
			}
			for range 4 {
				readers.Go(func() {
					reader := newReader()
					own := NewCallbacks(d, Heads{}, Options{})
					bulk := NewBulk(d, Heads{}, Options{Memory: NewBudget(1)})
					for i := range rounds {
						heads := make([]Head, 3)
						if i%(rounds/4+1) == 0 {
							runtime.GOMAXPROCS([]int{1, 8, 70, 2}[i/(rounds/4+1)])
						}
						pin.ReadLock()
						reader.lock()
						queued.Add(1)
						r.Add(&heads[0], fn)
						own.Add(heads[1].With(fn))
						bulk.Add(heads[2].With(fn))
						d.Poll(d.StartPoll())
						d.Poll(d.GetState())
						d.Stats()
						r.Stats()
						reader.unlock()
						pin.ReadUnlock()
						if i%16 == 0 {
							runtime.Gosched()
						}
					}
					reader.leave()
					own.Close()
					bulk.Close()
					queued.Add(2 * uint64(rounds))
				})
			}
			readers.Wait()
			stop.Store(1)
			others.Wait()
			r.Close()
			if called.Load() != queued.Load() {
				t.Errorf("%d of %d functions called", called.Load(), queued.Load())
			}
		})
	}
}
