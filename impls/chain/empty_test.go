package chain

import (
	"runtime"
	"sync"
	"testing"

	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// TestEmptyAndFull has readers look at a chain that is empty at every other
// moment. A link that is loaded once is an end or an element; one that is tested,
// and then loaded again, is both (rule 3), and the reader then takes an end for
// an element.
func TestEmptyAndFull(t *testing.T) {
	const changes, breath = 400000, 1 << 10
	f := newFixture(t, 1, 1)
	b := f.Bucket(0)
	ref, end := f.element(7), f.End(0)
	slab.At(ref).Next.Store(end)
	var done mem.Uint64
	var readers sync.WaitGroup
	readers.Go(func() {
		for n := 0; done.Load() == 0; n++ {
			if _, got := f.Seek(b, 7); got != ref && got != end {
				t.Errorf("Seek came to %#x; want the element or the chain's end", got)
				return
			}
			for _, e := range b.All() {
				if got := e.Key.Load(); got != 7 {
					t.Errorf("a walk saw key %d", got)
					return
				}
			}
			if n%breath == 0 {
				runtime.Gosched()
			}
		}
	})
	for i := range changes {
		mem.StoreRelease(&b.Head, ref)
		mem.Pause(1 + uint32(i)%8)
		mem.StoreRelease(&b.Head, end)
		mem.Pause(1 + uint32(i)%5)
		if i%breath == 0 {
			runtime.Gosched()
		}
	}
	done.Store(1)
	readers.Wait()
	if err := f.slab.Close(1); err != nil {
		t.Error(err)
	}
}
