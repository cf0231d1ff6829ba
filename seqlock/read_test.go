package seqlock

import "testing"

// TestReadFallsBackToTheLock starves a reader: every attempt without the lock
// meets a write.
func TestReadFallsBackToTheLock(t *testing.T) {
	for writes := 0; writes <= ReadAttempts; writes++ {
		var l SeqLock
		runs := 0
		retries := l.Read(func() {
			runs++
			if runs <= writes {
				l.WriteLock()
				l.WriteUnlock()
			}
			if got, want := l.word.Load()&locked != 0, runs > ReadAttempts; got != want {
				t.Errorf("run %d: writers held off: %v, want %v", runs, got, want)
			}
		})
		if retries != writes || runs != writes+1 {
			t.Errorf("%d writes: %d retries in %d runs", writes, retries, runs)
		}
		if l.word.Load()&locked != 0 {
			t.Errorf("%d writes: the lock is still held", writes)
		}
	}
}

func TestReadUnlocksWhenItPanics(t *testing.T) {
	var l SeqLock
	func() {
		defer func() { _ = recover() }()
		runs := 0
		l.Read(func() {
			if runs++; runs > ReadAttempts {
				panic("reader")
			}
			l.WriteLock()
			l.WriteUnlock()
		})
	}()
	if got, want := l.word.Load(), uint64(ReadAttempts*4); got != want {
		t.Errorf("word %#x, want %#x: unlocked after %d writes", got, want, ReadAttempts)
	}
}
