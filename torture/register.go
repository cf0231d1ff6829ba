package torture

import (
	"readmostly/impls"
	"readmostly/internal/mem"
)

// A register is a key with a single writer, which numbers its writes. Whatever a
// reader sees of it must be the state after some write between the last one that
// had ended when the reader began and the last one that had begun when it
// returned. After write v the key holds version v, or nothing if v is the last of
// a cycle of insertion, replacements and deletion; a cycle of 0 never deletes.
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

// write executes the register's next write with w. Only the register's writer
// may call it.
func (r *register) write(m *updater, w impls.Worker) {
	v := r.ended.Load() + 1
	caps := m.a.backend.Caps
	e := impls.MakeElement(r.key, v)
	var ok bool
	var err error
	var d deed
	r.begun.Store(v)
	switch {
	case !r.present(v-1) && caps.Insert:
		d = inserting
		m.at(d, r.key)
		ok, err = w.Insert(e)
	case r.present(v-1) && r.present(v) && caps.Replace:
		d = replacing
		m.at(d, r.key)
		ok, err = w.Replace(e)
	case r.present(v-1) && !r.present(v):
		d = deleting
		m.at(d, r.key)
		ok, err = w.Delete(r.key)
	default: // add-only, and there already
		r.begun.Store(v - 1)
		r.inVain(m, w)
		return
	}
	if err != nil && m.full(err) {
		return // the write has not happened; readers allow for both
	}
	m.note(d, r.key, v)
	r.ended.Store(v)
	m.updates++
	if !ok || err != nil {
		m.fail([]uint64{r.key}, "%v of key %#x by its only writer, write %d, returned %v, %v; want true", d, r.key, v, ok, err)
	}
}

// inVain tries an operation that must not find what it needs.
func (r *register) inVain(m *updater, w impls.Worker) {
	var ok bool
	var err error
	v := r.ended.Load()
	d, caps := inserting, m.a.backend.Caps
	m.at(d, r.key)
	switch {
	case r.present(v) && caps.Insert:
		ok, err = w.Insert(impls.MakeElement(r.key, v+1))
	case !r.present(v) && caps.Delete && m.oneIn(2):
		d = deleting
		ok, err = w.Delete(r.key)
	case !r.present(v) && caps.Replace:
		d = replacing
		ok, err = w.Replace(impls.MakeElement(r.key, v+1))
	}
	if err != nil && m.full(err) {
		return
	}
	if ok || err != nil {
		m.fail([]uint64{r.key}, "%v of key %#x (present: %v) by its only writer, after write %d, returned %v, %v; want false",
			d, r.key, r.present(v), v, ok, err)
	}
}

// see checks what a reader saw of the key: e if found. from is the last write
// that had ended when it began, or one that it has seen; to is the last that had
// begun when it returned. It returns the write that it saw at least.
func (r *register) see(m *member, how deed, e impls.Element, found bool, from, to uint64) uint64 {
	ids := []uint64{r.key}
	if !found {
		v, ok := r.absence(from, to)
		if !ok {
			m.fail(ids, "%v missed key %#x, which was present throughout writes %d to %d", how, r.key, from, to)
			return from
		}
		return v
	}
	v, whole := versionOf(e)
	switch {
	case e.Key != r.key:
		m.fail(append(ids, e.Key), "%v of key %#x saw the element of key %#x: %+v", how, r.key, e.Key, e)
	case !whole:
		m.fail(ids, "%v of key %#x saw an element whose fields don't belong together: %+v, during writes %d to %d", how, r.key, e, from, to)
	case v < from:
		m.fail(ids, "%v of key %#x saw version %d again after write %d", how, r.key, v, from)
	case v > to || !r.present(v):
		m.fail(ids, "%v of key %#x saw version %d, which was not written by then: writes %d to %d", how, r.key, v, from, to)
	default:
		return v
	}
	return from
}

// versionOf returns the number of the element's version, and whether it is the
// element that [impls.MakeElement] makes of it.
func versionOf(e impls.Element) (uint64, bool) {
	v := e.A * versionFactorInverse
	return v, impls.MakeElement(e.Key, v) == e
}

// versionFactorInverse undoes MakeElement's multiplication of the version
// (Newton's iteration doubles the correct bits each time).
var versionFactorInverse = func() uint64 {
	factor := impls.MakeElement(0, 1).A
	x := factor
	for range 6 {
		x *= 2 - factor*x
	}
	return x
}()
