package rwlock

import (
	"runtime"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestSpinLockStopped stops the world again and again, which leaves whoever was
// trying to get the lock between any two instructions while others get it.
func TestSpinLockStopped(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const goroutines, rounds, stopEvery, overlap = 4, 40000, 100, 3
	var w, inside mem.Uint64
	count := 0
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range rounds {
				SpinLock(&w)
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d are inside", n)
				}
				count++
				if i%stopEvery == g*stopEvery/goroutines {
					// Stops the world before it looks at the buffer: once
					// in a while inside, for others to come in meanwhile.
					if i%overlap == 0 {
						runtime.Stack(nil, true)
					}
				}
				inside.Add(^uint64(0))
				SpinUnlock(&w)
				if i%stopEvery == g {
					runtime.Stack(nil, true)
				}
			}
		})
	}
	wg.Wait()
	if count != goroutines*rounds {
		t.Errorf("counted %d, want %d", count, goroutines*rounds)
	}
}
