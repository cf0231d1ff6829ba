package implstest

import (
	"readmostly/impls"
	"readmostly/internal/mem"
)

// A register is a key with a single writer, which numbers its writes. The number
// of a write tells the state that it leaves, so whatever a reader sees can be
// placed: it must lie between the last write that had ended when the reader began
// and the last one that had begun when the reader returned.
//
// Write 0 is the absence at the beginning. The writes of a cycle of n are one
// insertion, n-2 replacements and one deletion; a cycle of 0 never deletes.
// Write v leaves version v of the element.
type register struct {
	key   uint64
	cycle uint64
	_     mem.Pad
	begun mem.Uint64 // stored before the operation; readers load it last
	ended mem.Uint64 // stored after it; readers load it first
	_     mem.Pad
}

// present reports whether the key is there after write v.
func (r *register) present(v uint64) bool {
	if r.cycle == 0 {
		return v > 0
	}
	return v%r.cycle != 0
}

// absence returns the first write from v on that leaves the key absent, if that
// is no later than limit.
func (r *register) absence(v, limit uint64) (uint64, bool) {
	if r.cycle == 0 {
		return 0, v == 0
	}
	v = (v + r.cycle - 1) / r.cycle * r.cycle
	return v, v <= limit
}

// next returns the kind of the write that follows v, if there is one.
func (r *register) next(v uint64, c impls.Caps) (impls.Kind, bool) {
	switch {
	case !r.present(v):
		return impls.Insert, c.Insert
	case r.present(v + 1):
		return impls.Replace, c.Replace
	}
	return impls.Delete, c.Delete
}

// write executes the next write. Only the register's writer may call it. If
// there is none, or every so often, it tries an operation that must not find
// what it needs.
func (r *register) write(t *trial, w impls.Worker, vain bool) {
	v := r.ended.Load() + 1
	kind, can := r.next(v-1, t.b.Caps)
	if vain || !can {
		r.inVain(t, w, v-1)
		return
	}
	var ok bool
	var err error
	r.begun.Store(v)
	switch e := impls.MakeElement(r.key, v); kind {
	case impls.Insert:
		ok, err = w.Insert(e)
	case impls.Replace:
		ok, err = w.Replace(e)
	case impls.Delete:
		ok, err = w.Delete(r.key)
	}
	r.ended.Store(v)
	if !ok || err != nil {
		t.failf("%v of key %#x by its only writer, write %d, = %v, %v; want true, nil", kind, r.key, v, ok, err)
	}
}

// inVain tries to insert what is present, or to delete or replace what is absent.
func (r *register) inVain(t *trial, w impls.Worker, v uint64) {
	var ok bool
	var err error
	var kind impls.Kind
	switch c := t.b.Caps; {
	case r.present(v) && c.Insert:
		kind = impls.Insert
		ok, err = w.Insert(impls.MakeElement(r.key, v+1))
	case !r.present(v) && c.Delete && v&1 == 0:
		kind = impls.Delete
		ok, err = w.Delete(r.key)
	case !r.present(v) && c.Replace:
		kind = impls.Replace
		ok, err = w.Replace(impls.MakeElement(r.key, v+1))
	}
	if ok || err != nil {
		t.failf("%v of key %#x, present: %v, by its only writer, after write %d, = %v, %v; want false, nil",
			kind, r.key, r.present(v), v, ok, err)
	}
}

// see checks what a reader saw of the key: e if found. from is the last write
// that had ended when it began, or one that it has seen; to is the last that had
// begun when it returned. It returns the write that it saw at least.
func (r *register) see(t *trial, how string, e impls.Element, found bool, from, to uint64) uint64 {
	if !found {
		v, ok := r.absence(from, to)
		if !ok {
			t.failf("%s missed key %#x, which was present throughout writes %d to %d", how, r.key, from, to)
			return from
		}
		return v
	}
	v, whole := versionOf(e)
	switch {
	case e.Key != r.key:
		t.failf("%s of key %#x saw the element of key %#x: %+v", how, r.key, e.Key, e)
	case !whole:
		t.failf("%s of key %#x saw an element whose fields don't belong together (valid: %v): %+v, during writes %d to %d",
			how, r.key, e.Valid(), e, from, to)
	case v < from:
		t.failf("%s of key %#x saw version %d again after write %d", how, r.key, v, from)
	case v > to || !r.present(v):
		t.failf("%s of key %#x saw version %d, which was not written by then: writes %d to %d", how, r.key, v, from, to)
	default:
		return v
	}
	return from
}
