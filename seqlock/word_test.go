package seqlock

import (
	"testing"

	"readmostly/internal/mem"
)

func TestStates(t *testing.T) {
	var w mem.Uint64
	for i, step := range []struct {
		name string
		do   func(*mem.Uint64)
		want uint64
	}{
		{"WriteLock", WriteLock, 1<<1 | 1},
		{"WriteUnlock", WriteUnlock, 2 << 1},
		{"ReadLockExcl", ReadLockExcl, 2<<1 | 1},
		{"ReadUnlockExcl", ReadUnlockExcl, 2 << 1},
		{"WriteLock", WriteLock, 3<<1 | 1},
		{"WriteUnlock", WriteUnlock, 4 << 1},
	} {
		step.do(&w)
		if got := w.Load(); got != step.want {
			t.Fatalf("step %d, %s: word %#x, want %#x", i, step.name, got, step.want)
		}
	}
}

func TestRetry(t *testing.T) {
	write := func(w *mem.Uint64) { WriteLock(w); WriteUnlock(w) }
	for _, tc := range []struct {
		name  string
		start uint64
		do    func(*mem.Uint64)
		want  bool
	}{
		{"nothing", 0, func(*mem.Uint64) {}, false},
		{"locking reader came", 0, ReadLockExcl, false},
		{"locking reader went", 8 | locked, ReadUnlockExcl, false},
		{"write begun", 0, WriteLock, true},
		{"write begun and ended", 0, write, true},
		{"many writes", 0, func(w *mem.Uint64) {
			for range 1000 {
				write(w)
			}
		}, true},
		{"the counter wraps, write begun", 1<<64 - 4, WriteLock, true},
		{"the counter wraps", 1<<64 - 4, write, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var w mem.Uint64
			w.Store(tc.start)
			s := Begin(&w)
			tc.do(&w)
			if got := Retry(&w, s); got != tc.want {
				t.Errorf("Retry(%#x) with word %#x: %v, want %v", s, w.Load(), got, tc.want)
			}
		})
	}
}

// TestSequenceIsLong: a reader is not deceived by a number of writes that is a
// power of two, as it is where the sequence has few bits.
func TestSequenceIsLong(t *testing.T) {
	const longest = 1 << 20
	var w mem.Uint64
	s, writes := Begin(&w), 0
	for n := 1; n <= longest; n *= 2 {
		for ; writes < n; writes++ {
			WriteLock(&w)
			WriteUnlock(&w)
		}
		if !Retry(&w, s) {
			t.Errorf("after %d writes a reader takes its sequence for the same", n)
		}
	}
	// The rest of the bits: the word as it is after that many writes.
	for bit := 2; bit < 64; bit++ {
		before := uint64(1)<<bit - 4
		w.Store(before)
		s := Begin(&w)
		WriteLock(&w)
		WriteUnlock(&w)
		if want := before + 4; w.Load() != want || !Retry(&w, s) {
			t.Errorf("word %#x after a write on %#x, want %#x", w.Load(), before, want)
		}
	}
}

func TestWrapStaysUsable(t *testing.T) {
	var w mem.Uint64
	w.Store(1<<64 - 4)
	WriteLock(&w)
	WriteUnlock(&w)
	if got := w.Load(); got != 0 {
		t.Fatalf("word %#x after the last sequence, want 0", got)
	}
	if Retry(&w, Begin(&w)) {
		t.Error("a read section without a writer failed")
	}
}

func TestTryBegin(t *testing.T) {
	var l SeqLock
	if _, ok := l.TryBegin(); !ok {
		t.Error("failed on a free lock")
	}
	l.ReadLockExcl()
	if _, ok := l.TryBegin(); !ok {
		t.Error("failed beside a locking reader")
	}
	l.ReadUnlockExcl()
	l.WriteLock()
	if _, ok := l.TryBegin(); ok {
		t.Error("succeeded during a write")
	}
	l.WriteUnlock()
}

func TestMisusePanics(t *testing.T) {
	for _, tc := range []struct {
		name  string
		start uint64
		do    func(*mem.Uint64)
	}{
		{"WriteUnlock of a free lock", 0, WriteUnlock},
		{"WriteUnlock by a locking reader", locked, WriteUnlock},
		{"ReadUnlockExcl of a free lock", 0, ReadUnlockExcl},
		{"ReadUnlockExcl by a writer", locked | writing, ReadUnlockExcl},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var w mem.Uint64
			w.Store(tc.start)
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
				if got := w.Load(); got != tc.start {
					t.Errorf("word %#x, was %#x", got, tc.start)
				}
			}()
			tc.do(&w)
		})
	}
}
