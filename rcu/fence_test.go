//go:build !rcudebug

package rcu

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"readmostly/internal/litmus"
	"readmostly/internal/mem"
)

// TestFenceReachesReaders covers rule 9 where it is hardest: {y=1; synchronize;
// r2=x} against one section {x=1; r1=y} whose stores, the mark of its entry among
// them, are stuck in the store buffer. If the section doesn't see y, it began
// before the grace period, and must be over at its end: not both read 0. Without
// the updater's heavy fence, or in the fenced form the reader's, they do.
func TestFenceReachesReaders(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 || runtime.NumCPU() < 2 {
		t.Skip("nothing happens at the same time")
	}
	const enough, budget = 20000, time.Second // meetings, or whichever ends first
	const over = 1 << 62
	for _, f := range testFlavours {
		if f.name != "classic" && f.name != "classic-fenced" && f.name != "srcu" {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			if f.name != "classic-fenced" && !mem.Asymmetric() {
				t.Skip(mem.AsymmetricError())
			}
			type padded struct {
				mem.Uint64
				_ mem.Pad
			}
			var x, y, round, seen padded
			d, newReader := f.make()
			begin, quiet := drive(d)
			r := newReader()
			stuck := new(litmus.Backlog)
			var wg sync.WaitGroup
			wg.Go(func() {
				defer r.leave()
				for i := uint64(1); ; i++ {
					litmus.Await(func() bool { return round.Load() >= i })
					if round.Load() == over {
						return
					}
					stuck.Fill(i)
					r.lock()
					mem.StoreRelease(&x.Uint64, i)
					r1 := y.Load()
					r.unlock()
					old := uint64(0)
					if r1 != i {
						old = 1
					}
					seen.Store(i<<1 | old)
				}
			})
			missed, met, end := 0, 0, time.Now().Add(budget)
			for i := uint64(1); met < enough && time.Now().Before(end); i++ {
				stuck.Fill(i)
				round.Store(i)
				for range i % 2500 { // meet the reader at different moments
				}
				mem.StoreRelease(&y.Uint64, i)
				begin()
				litmus.Await(quiet)
				r2 := x.Load()
				litmus.Await(func() bool { return seen.Load()>>1 == i })
				if seen.Load()&1 != 0 {
					met++
					if r2 != i {
						missed++
					}
				}
			}
			round.Store(over)
			wg.Wait()
			if missed > 0 {
				t.Errorf("of %d sections that did not see what came before the grace period, %d were not over at its end", met, missed)
			}
			t.Logf("%d sections began before the grace period", met)
		})
	}
}

// drive returns what the driver of d does in a grace period, short of whatever
// would leave the reader's stores time to come out by themselves.
func drive(d Domain) (begin func(), quiet func() bool) {
	switch d := d.(type) {
	case *Classic:
		return func() { d.patience = 0; d.begin() }, d.quiet
	case *SRCU:
		return func() {}, func() bool { return d.drained(0) } // where readers are that nobody turned away
	}
	panic("this flavour has no heavy fence")
}
