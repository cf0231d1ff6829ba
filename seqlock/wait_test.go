package seqlock

import (
	"runtime"
	"testing"

	"readmostly/internal/mem"
)

// TestWhoWaitsForWhom holds the word in each way while others want it.
func TestWhoWaitsForWhom(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that who doesn't wait is done when we have yielded
	read := func(w *mem.Uint64) { Begin(w) }
	write := func(w *mem.Uint64) { WriteLock(w); WriteUnlock(w) }
	lock := func(w *mem.Uint64) { ReadLockExcl(w); ReadUnlockExcl(w) }
	nothing := func(*mem.Uint64) {}
	for _, tc := range []struct {
		name       string
		hold, let  func(*mem.Uint64)
		want       func(*mem.Uint64)
		mustWait   bool
		afterwards uint64
	}{
		{"a reader for nobody", nothing, nothing, read, false, 0},
		{"a reader for a writer", WriteLock, WriteUnlock, read, true, 4},
		{"a reader for a locking reader", ReadLockExcl, ReadUnlockExcl, read, false, 0},
		{"a writer for nobody", nothing, nothing, write, false, 4},
		{"a writer for a reader", read, nothing, write, false, 4},
		{"a writer for a writer", WriteLock, WriteUnlock, write, true, 8},
		{"a writer for a locking reader", ReadLockExcl, ReadUnlockExcl, write, true, 4},
		{"a locking reader for a writer", WriteLock, WriteUnlock, lock, true, 4},
		{"a locking reader for a locking reader", ReadLockExcl, ReadUnlockExcl, lock, true, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var w mem.Uint64
			tc.hold(&w)
			held := w.Load()
			done := make(chan bool)
			go func() {
				tc.want(&w)
				close(done)
			}()
			for range 50 {
				runtime.Gosched()
			}
			select {
			case <-done:
				if tc.mustWait {
					t.Error("doesn't wait")
				}
			default:
				if !tc.mustWait {
					t.Error("waits")
				}
				if w.Load() != held {
					t.Errorf("word %#x while another waits, was %#x", w.Load(), held)
				}
			}
			tc.let(&w)
			<-done
			if got := w.Load(); got != tc.afterwards {
				t.Errorf("word %#x afterwards, want %#x", got, tc.afterwards)
			}
		})
	}
}
