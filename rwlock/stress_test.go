package rwlock

import (
	"runtime"
	"strconv"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

func atProcs(t *testing.T, test func(t *testing.T)) {
	for _, n := range []int{1, 2, 8} {
		t.Run("procs="+strconv.Itoa(n), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
			test(t)
		})
	}
}

// TestExclusion keeps plain variables under the lock: the race detector sees a
// writer that isn't alone, and the counts see it without the detector.
func TestExclusion(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		const goroutines, rounds = 6, 400
		var l RWLock
		var a, b, tries int
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				for i := range rounds {
					switch (g + i) % 4 {
					case 0:
						l.Lock()
						a++
						b++
						l.Unlock()
					case 1:
						if l.TryLock() {
							a++
							b++
							tries++
							l.Unlock()
						}
					case 2:
						l.RLock()
						if a != b {
							t.Errorf("read %d and %d", a, b)
						}
						l.RUnlock()
					case 3:
						if l.TryRLock() {
							if a != b {
								t.Errorf("read %d and %d", a, b)
							}
							l.RUnlock()
						}
					}
				}
			})
		}
		wg.Wait()
		if want := goroutines*rounds/4 + tries; a != want || b != want {
			t.Errorf("counted %d and %d writes, want %d", a, b, want)
		}
		if s := l.word.Load(); s&held != 0 || queued(s) {
			t.Errorf("word %#x at the end", s)
		}
	})
}

func TestSpinLock(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		const goroutines, rounds = 6, 30000
		var w mem.Uint64
		var count, tries int
		var wg sync.WaitGroup
		for range goroutines {
			wg.Go(func() {
				for i := range rounds {
					if i%2 == 0 && TrySpinLock(&w) {
						tries++
					} else {
						SpinLock(&w)
					}
					count++
					SpinUnlock(&w)
				}
			})
		}
		wg.Wait()
		if count != goroutines*rounds || w.Load() != 0 {
			t.Errorf("counted %d, want %d; word %#x", count, goroutines*rounds, w.Load())
		}
	})
}

func TestTrySpinLock(t *testing.T) {
	var w mem.Uint64
	if !TrySpinLock(&w) || TrySpinLock(&w) {
		t.Error("not exactly one of two attempts succeeds")
	}
	SpinUnlock(&w)
	if !TrySpinLock(&w) {
		t.Error("fails after the unlock")
	}
}
