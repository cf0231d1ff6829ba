package implstest

import (
	"errors"
	"time"

	"readmostly/impls"
	"readmostly/impls/slab"
)

// full inserts until the memory is used up, and checks that the error says so,
// that the map is as it was, and that deletions make room.
//
// A map that takes far more than its Capacity isn't bounded by it (its elements
// may live in the Go heap), and passes.
func full(t *trial) {
	const capacity, beyond = 512, 4096
	t.cfg.Capacity = capacity
	if !t.open() {
		return
	}
	idle, w := t.worker(), t.worker()
	if idle == nil || w == nil {
		return
	}
	idle.Lookup(0)
	var held []impls.Element
	var err error
	for key := uint64(0); key < capacity+beyond; key++ {
		var ok bool
		e := impls.MakeElement(key, 1)
		if ok, err = w.Insert(e); err != nil {
			t.checkFull("Insert", ok, err)
			break
		}
		if !ok {
			t.failf("Insert of absent key %#x, the %d-th, = false, nil; want true or an error", key, key+1)
			break
		}
		held = append(held, e)
	}
	if err != nil && !t.failed() {
		if len(held) < capacity {
			t.failf("full after %d elements of %d: %v", len(held), capacity, err)
		}
		t.whenFull(w, held)
		if t.b.Caps.Delete {
			held = t.makeRoom(w, held)
		}
	}
	t.holds(w, held)
	idle.Close()
	w.Close()
	t.close(len(held))
}

// checkFull checks the error of an operation that found no memory.
func (t *trial) checkFull(op string, ok bool, err error) {
	var e *slab.FullError
	if ok || !errors.As(err, &e) {
		t.failf("%s without memory = %v, %q; want false and a *slab.FullError", op, ok, err)
	}
}

// holds checks that the map has the elements, and none with the next key.
func (t *trial) holds(w impls.Worker, elements []impls.Element) {
	next := uint64(0)
	for _, e := range elements {
		if got, ok := w.Lookup(e.Key); !ok || got != e {
			t.failf("lookup of key %#x = %+v, %v; want %+v, true", e.Key, got, ok, e)
		}
		next = max(next, e.Key+1)
	}
	if _, ok := w.Lookup(next); ok {
		t.failf("lookup found key %#x, whose insertion was refused", next)
	}
}

// whenFull tries what needs memory on a map that has none. A failed Replace must
// leave the old element; one that needs no memory may succeed.
func (t *trial) whenFull(w impls.Worker, held []impls.Element) {
	t.holds(w, held)
	last := &held[len(held)-1]
	if t.b.Caps.Replace {
		e := impls.MakeElement(last.Key, 2)
		if ok, err := w.Replace(e); err != nil {
			t.checkFull("Replace", ok, err)
		} else if *last = e; !ok {
			t.failf("Replace of present key %#x = false, nil", e.Key)
		}
	}
	look, refused := impls.MakeOp(impls.Lookup, last.Key), impls.MakeOp(impls.Insert, last.Key+1)
	var tally impls.Tally
	w.Run([]impls.Op{look, refused, look}, &tally)
	if tally.Lookups != 1 || tally.Hits != 1 || tally.Inserts > 1 || tally.Inserted != 0 || tally.Err == nil {
		t.failf("a batch of a hit, an Insert without memory and a hit tallied %+v; want it to end at the Insert with an error", tally)
	}
	if tally.Err != nil {
		t.checkFull("Run", false, tally.Err)
	}
}

// makeRoom deletes half of the elements and puts some back. Reclamation may need
// time, but not for ever. It returns what the map then holds.
func (t *trial) makeRoom(w impls.Worker, held []impls.Element) []impls.Element {
	const attempts = 5000
	half := len(held) / 2
	for _, e := range held[:half] {
		if ok, err := w.Delete(e.Key); !ok || err != nil {
			t.failf("Delete of present key %#x from a full map = %v, %v; want true, nil", e.Key, ok, err)
		}
	}
	back := held[:half/2]
	held = held[half:]
	for _, e := range back {
		ok, err := w.Insert(e)
		for n := 0; err != nil && n < attempts; n++ {
			time.Sleep(100 * time.Microsecond)
			ok, err = w.Insert(e)
		}
		if err != nil || !ok {
			t.failf("%d elements of a full map were deleted, but Insert of absent key %#x = %v, %v", half, e.Key, ok, err)
			break
		}
		held = append(held, e)
	}
	return held
}
