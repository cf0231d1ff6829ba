package rwlock

import (
	"sync"
	"testing"

	"readmostly/internal/mem"
)

func TestQueue(t *testing.T) {
	for _, first := range []uint64{0, ticketMask - 1} { // tickets wrap in the second
		var w mem.Uint64
		w.Store(first<<nextShift | first<<servedShift)
		want := func(length int, announced bool) {
			t.Helper()
			if l, a := Queue(&w); l != length || a != announced {
				t.Fatalf("queue of %d, announced %v: want %d, %v", l, a, length, announced)
			}
		}
		want(0, false)
		RLock(&w)
		want(0, false)
		var wg sync.WaitGroup
		wg.Go(func() { Lock(&w); Unlock(&w) })
		await(func() bool { _, announced := Queue(&w); return announced })
		want(1, true)
		for i := range 3 {
			wg.Go(func() { RLock(&w); RUnlock(&w) })
			await(func() bool { l, _ := Queue(&w); return l == 2+i })
		}
		want(4, true)
		RUnlock(&w)
		wg.Wait()
		want(0, false)
		Lock(&w)
		want(0, false)
		Unlock(&w)
	}
}
