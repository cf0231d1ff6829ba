package seqlock

import (
	"runtime"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// atProcs runs test with several values of GOMAXPROCS.
func atProcs(t *testing.T, test func(t *testing.T)) {
	for _, n := range []int{1, 2, 8} {
		t.Run(map[int]string{1: "one", 2: "two", 8: "eight"}[n], func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
			test(t)
		})
	}
}

// TestReadersSeeOneState has writers that set all words to one value and
// readers that must never see two values.
func TestReadersSeeOneState(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		const writers, readers, writes = 3, 3, 1000
		var l SeqLock
		var words [8]mem.Uint64
		var wg sync.WaitGroup
		var done mem.Uint64
		for range writers {
			wg.Go(func() {
				for range writes {
					l.WriteLock()
					v := words[0].Load() + 1
					for i := range words {
						mem.StoreRelaxed(&words[i], v)
					}
					l.WriteUnlock()
				}
				done.Add(1)
			})
		}
		check := func() {
			for i := range words {
				if a, b := words[0].Load(), words[i].Load(); a != b {
					t.Errorf("word 0 is %d, word %d is %d", a, i, b)
				}
			}
		}
		for r := range readers {
			wg.Go(func() {
				var copied [len(words)]uint64
				for n := 0; done.Load() < writers; n++ {
					if n%8 == r {
						l.ReadLockExcl()
						check()
						l.ReadUnlockExcl()
						continue
					}
					l.Read(func() {
						for i := range words {
							copied[i] = words[i].Load()
						}
					})
					for i := range copied {
						if copied[i] != copied[0] {
							t.Errorf("read %v: not one state", copied)
							return
						}
					}
				}
			})
		}
		wg.Wait()
		if got, want := words[0].Load(), uint64(writers*writes); got != want {
			t.Errorf("%d writes counted, want %d: writers overlapped", got, want)
		}
		if got, want := l.word.Load(), uint64(writers*writes*4); got != want {
			t.Errorf("word %#x, want %#x", got, want)
		}
	})
}

// TestListWalk walks a list in a type-stable array whose elements are taken out
// and put back at the head all the time. A walk that is not redone has seen
// every element once; one that is redone may go in circles, so it is bounded.
func TestListWalk(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		const elements, moves, end = 16, 1500, 0
		var l SeqLock
		var next [elements + 1]mem.Uint64 // next[0] is the head
		for i := uint64(0); i < elements; i++ {
			next[i].Store(i + 1)
		}
		next[elements].Store(end)
		var done mem.Uint64
		var wg sync.WaitGroup
		wg.Go(func() {
			defer done.Store(1)
			for m := range uint64(moves) {
				l.WriteLock()
				before := m * 7 % elements // moves the one behind it
				if moved := next[before].Load(); before != 0 && moved != end {
					mem.StoreRelaxed(&next[before], next[moved].Load())
					mem.StoreRelaxed(&next[moved], next[0].Load())
					mem.StoreRelaxed(&next[0], moved)
				}
				l.WriteUnlock()
			}
		})
		for range 3 {
			wg.Go(func() {
				for done.Load() == 0 {
					s := l.Begin()
					seen, steps := uint64(0), 0
					for e := next[0].Load(); e != end && steps <= elements; e = next[e].Load() {
						seen |= 1 << e
						steps++
					}
					if !l.Retry(s) && (steps != elements || seen != 1<<(elements+1)-2) {
						t.Errorf("%d steps saw %b", steps, seen)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}
