package hazard

import (
	"runtime"
	"slices"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestMovesUpAreSeen: a reference that its owner copies to a higher slot before it
// leaves the lower one is seen by every scan in between. The scanner is stopped
// between any two of its loads, behind others in the queue, while the owner moves
// one slot up: a scan in the other order would come to a slot that the reference
// has left, and would have passed the other before it came.
func TestMovesUpAreSeen(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const slots, moves, scanners, rest = 4, 3000, 3, 6
	d := NewDomain(slots)
	p := d.Register(drop)
	var held, done mem.Uint64
	var wg sync.WaitGroup
	for range scanners {
		wg.Go(func() {
			var set []uint64
			for n := 0; done.Load() == 0; n++ {
				ref := held.Load()
				set = d.collect(set[:0])
				if ref != 0 && held.Load() == ref && !slices.Contains(set, ref) {
					t.Errorf("a scan missed reference %d, which was protected all the time", ref)
					return
				}
				if n%64 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	for ref := range uint64(moves / slots) {
		p.Protect(0, ref+1)
		held.Store(ref + 1)
		for s := 1; s < slots; s++ {
			runtime.Stack(nil, true) // stops the world before it looks at the buffer
			p.Protect(s, ref+1)
			p.Clear(s - 1)
			for range rest {
				runtime.Gosched()
			}
		}
		held.Store(0)
		p.Clear(slots - 1)
	}
	done.Store(1)
	wg.Wait()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
