package rwlock

import (
	"runtime"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestSpinLockStopped stops the world again and again, which leaves whoever was
// about to take the lock between any two instructions, and behind all others in
// the queue. Who stopped it then takes the lock and stays inside until they have
// all had their turn.
func TestSpinLockStopped(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const goroutines, stops, between = 4, 4000, 50
	var w, inside mem.Uint64
	count := 0
	section := func(yields int) {
		for n := 0; !TrySpinLock(&w); n++ {
			mem.Spin(n)
		}
		if n := inside.Add(1); n != 1 {
			t.Errorf("%d are inside", n)
		}
		count++
		for range yields {
			runtime.Gosched()
		}
		inside.Add(^uint64(0))
		SpinUnlock(&w)
	}
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range stops {
				for range between {
					section(0)
				}
				runtime.Stack(nil, true) // stops the world before it looks at the buffer
				section(2 * goroutines)
			}
		})
	}
	wg.Wait()
	if want := goroutines * stops * (between + 1); count != want {
		t.Errorf("counted %d, want %d", count, want)
	}
}
