package gomaps

import (
	"github.com/alphadose/haxmap"

	"readmostly/impls"
)

// haxmap.Map: a sorted linked list with an index into it, after Harris. Nobody
// takes a lock. Its checks fail: two goroutines that insert one key may both be told
// that they did. (Reported: alphadose/haxmap issues 23, 32.)

func init() {
	impls.Register(impls.Backend{
		Name:      "go-haxmap",
		Mechanism: "Go map",
		Doc:       "haxmap.Map, a lock-free list with an index",
		Source:    "github.com/alphadose/haxmap; Harris, A Pragmatic Implementation of Non-Blocking Linked-Lists (2001)",
		Caps:      caps,
		Fault:     "of two inserts of one key at once both may succeed, and elements are lost",
		New: func(c impls.Config) (impls.Map, error) {
			return &haxMap{m: haxmap.New[uint64, *value](uintptr(c.Buckets))}, nil
		},
	})
}

type haxMap struct {
	m *haxmap.Map[uint64, *value]
	population
}

func (m *haxMap) Fill(elements []impls.Element) error {
	for _, e := range elements {
		m.m.Set(e.Key, newValue(e))
	}
	m.filled += int64(len(elements))
	return nil
}

func (m *haxMap) NewWorker() (impls.Worker, error) {
	return &haxWorker{member: m.newMember(), m: m.m}, nil
}

type haxWorker struct {
	member
	m *haxmap.Map[uint64, *value]
}

func (w *haxWorker) Run(ops []impls.Op, t *impls.Tally) {
	m := w.m
	for _, op := range ops {
		if !op.IsLookup() {
			if impls.Update(w, &w.versions, op, t); t.Err != nil {
				return
			}
			continue
		}
		t.Lookups++
		key := uint64(op)
		if e, ok := m.Get(key); ok {
			t.Hits++
			if e.Key != key || !e.Valid() {
				t.Check(op, e.Element)
			}
		}
	}
}

func (w *haxWorker) Lookup(key uint64) (impls.Element, bool) {
	if v, ok := w.m.Get(key); ok {
		return v.Element, true
	}
	return impls.Element{}, false
}

func (w *haxWorker) Insert(e impls.Element) (bool, error) {
	_, there := w.m.GetOrSet(e.Key, newValue(e))
	if !there {
		w.share.add(1)
	}
	return !there, nil
}

func (w *haxWorker) Delete(key uint64) (bool, error) {
	_, there := w.m.GetAndDel(key)
	if there {
		w.share.add(-1)
	}
	return there, nil
}

func (w *haxWorker) Replace(e impls.Element) (bool, error) {
	v := newValue(e)
	for {
		old, there := w.m.Get(e.Key)
		if !there {
			return false, nil
		}
		if w.m.CompareAndSwap(e.Key, old, v) {
			return true, nil
		}
	}
}

func (w *haxWorker) Walk(yield func(impls.Element) bool) {
	w.m.ForEach(func(_ uint64, v *value) bool { return yield(v.Element) })
}
