package rwlock

import (
	"testing"
	"time"

	"readmostly/internal/mem"
)

// waiting returns how many tickets are drawn and not done with.
func waiting(w *mem.Uint64) uint64 {
	n, _ := Queue(w)
	return uint64(n)
}

func inside(w *mem.Uint64) uint64 { return w.Load() & readers / reader }

// await waits for a state. It gives up only when that has failed for good.
func await(cond func() bool) {
	for n, end := 0, time.Now().Add(time.Minute); !cond(); n++ {
		mem.Spin(n)
		if time.Now().After(end) {
			panic("rwlock: a state that must come doesn't")
		}
	}
}

func TestTry(t *testing.T) {
	free := func(*mem.Uint64) {}
	for _, tc := range []struct {
		name        string
		before      func(*mem.Uint64)
		read, write bool
	}{
		{"free", free, true, true},
		{"read", RLock, true, false},
		{"written", Lock, false, false},
		{"writer waits", func(w *mem.Uint64) { RLock(w); w.Add(next + writerWaiting) }, false, false},
		{"somebody queues", func(w *mem.Uint64) { w.Add(next) }, true, false},
		{"was read", func(w *mem.Uint64) { RLock(w); RUnlock(w) }, true, true},
		{"was written", func(w *mem.Uint64) { Lock(w); Unlock(w) }, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, try := range []struct {
				name string
				f    func(*mem.Uint64) bool
				undo func(*mem.Uint64)
				want bool
			}{
				{"TryRLock", TryRLock, RUnlock, tc.read},
				{"TryLock", TryLock, Unlock, tc.write},
			} {
				var w mem.Uint64
				tc.before(&w)
				before := w.Load()
				got := try.f(&w)
				if got != try.want {
					t.Errorf("%s: %v", try.name, got)
				}
				if got {
					try.undo(&w)
				}
				if w.Load() != before {
					t.Errorf("%s left word %#x, was %#x", try.name, w.Load(), before)
				}
			}
		})
	}
}

func TestMisusePanics(t *testing.T) {
	for name, unlock := range map[string]func(*mem.Uint64){"Unlock": Unlock, "RUnlock": RUnlock} {
		for held, lock := range map[string]func(*mem.Uint64){"nobody": nil, "writer": Lock, "reader": RLock} {
			if (name == "Unlock") == (held == "writer") && held != "nobody" {
				continue // no misuse
			}
			t.Run(name+" with "+held+" inside", func(t *testing.T) {
				var w mem.Uint64
				if lock != nil {
					lock(&w)
				}
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				unlock(&w)
			})
		}
	}
}

func TestServeNextWraps(t *testing.T) {
	for _, drawn := range []uint64{0, 1, 7, ticketMask - 1, ticketMask} {
		for _, ticket := range []uint64{0, 5, ticketMask - 1, ticketMask} {
			low := uint64(3*reader + writerWaiting)
			s := drawn<<nextShift | ticket<<servedShift | low
			want := drawn<<nextShift | (ticket+1)&ticketMask<<servedShift | low
			if got := s + serveNext(ticket); got != want {
				t.Errorf("ticket %#x of %#x: word %#x, want %#x", ticket, drawn, got, want)
			}
		}
	}
}

// TestTicketsWrap runs the queue across its last number.
func TestTicketsWrap(t *testing.T) {
	var w mem.Uint64
	const first = ticketMask - 2
	w.Store(first<<nextShift | first<<servedShift)
	for i := range uint64(6) {
		Lock(&w)
		done := make(chan bool)
		go func() {
			if i%2 == 0 {
				Lock(&w)
				Unlock(&w)
			} else {
				RLock(&w)
				RUnlock(&w)
			}
			close(done)
		}()
		await(func() bool { return waiting(&w) == 1 })
		Unlock(&w)
		<-done
		ticket := (first + i + 1) & ticketMask
		if got, want := w.Load(), uint64(ticket<<nextShift|ticket<<servedShift); got != want {
			t.Fatalf("after %d: word %#x, want %#x", i+1, got, want)
		}
	}
}
