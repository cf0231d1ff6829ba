package rcu

import (
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// All readers are witnesses, and so are the domains whose readers keep no state.
var _ = []Witness{
	(*ClassicReader)(nil), (*QSBRReader)(nil), (*SchedReader)(nil), (*Sched)(nil), (*SRCU)(nil),
}

func TestPointer(t *testing.T) {
	var p Pointer[int]
	a, b := new(int), new(int)
	if p.Access() != nil || p.Dereference() != nil {
		t.Error("the zero Pointer is not nil")
	}
	p.Assign(a)
	if p.Access() != a || p.Dereference() != a || p.Protected() != a {
		t.Error("Assign did not publish")
	}
	if old := p.Exchange(b); old != a || p.Access() != b {
		t.Error("Exchange did not exchange")
	}
	if p.CompareAndExchange(a, a) || p.Access() != b {
		t.Error("CompareAndExchange replaced what was not current")
	}
	if !p.CompareAndExchange(b, nil) || p.Access() != nil {
		t.Error("CompareAndExchange did not replace the current version")
	}
}

// TestPublishedIsInitialised: the fields are plain, so that the race detector
// too says whether publishing orders them.
func TestPublishedIsInitialised(t *testing.T) {
	type pair struct{ a, b int }
	var p Pointer[pair]
	var stop mem.Uint64
	var wg sync.WaitGroup
	wg.Go(func() {
		last := 0
		for stop.Load() == 0 {
			if v := p.Dereference(); v != nil {
				if v.a != v.b || v.a < last {
					t.Errorf("saw %+v after %d", *v, last)
					return
				}
				last = v.a
			}
		}
	})
	for i := range 2000 {
		p.Assign(&pair{i, i})
	}
	stop.Store(1)
	wg.Wait()
}

func TestDereferenceCheck(t *testing.T) {
	told := 0
	previous := OnViolation(func(v Violation) {
		if told++; v.Kind != DereferenceOutsideReader {
			t.Errorf("told of %v", v.Kind)
		}
	})
	t.Cleanup(func() { OnViolation(previous) })
	var p Pointer[int]
	r := NewClassic().Register()
	defer r.Unregister()
	token := r.ReadLock()
	p.DereferenceCheck(r)
	r.ReadUnlock(token)
	if told != 0 {
		t.Error("a dereference inside a section was reported")
	}
	p.DereferenceCheck(r)
	if want := map[bool]int{true: 1, false: 0}[debug]; told != want {
		t.Errorf("a dereference outside was reported %d times, want %d (checked mode: %v)", told, want, debug)
	}
}
