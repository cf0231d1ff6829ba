package rwlock

import (
	"runtime"
	"testing"

	"readmostly/internal/mem"
)

// TestWhoWaitsForWhom holds the lock in each way while another wants it.
func TestWhoWaitsForWhom(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that who doesn't wait is done when we have yielded
	read := func(w *mem.Uint64) { RLock(w); RUnlock(w) }
	write := func(w *mem.Uint64) { Lock(w); Unlock(w) }
	spin := func(w *mem.Uint64) { SpinLock(w); SpinUnlock(w) }
	nothing := func(*mem.Uint64) {}
	for _, tc := range []struct {
		name      string
		hold, let func(*mem.Uint64)
		want      func(*mem.Uint64)
		mustWait  bool
	}{
		{"a reader for nobody", nothing, nothing, read, false},
		{"a reader for a reader", RLock, RUnlock, read, false},
		{"a reader for a writer", Lock, Unlock, read, true},
		{"a writer for nobody", nothing, nothing, write, false},
		{"a writer for a reader", RLock, RUnlock, write, true},
		{"a writer for a writer", Lock, Unlock, write, true},
		{"a spinner for nobody", nothing, nothing, spin, false},
		{"a spinner for another", SpinLock, SpinUnlock, spin, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var w mem.Uint64
			tc.hold(&w)
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
			}
			tc.let(&w)
			<-done
			if s := w.Load(); s&held != 0 || queued(s) {
				t.Errorf("word %#x afterwards", s)
			}
		})
	}
}
