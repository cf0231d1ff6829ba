package gomaps

import (
	"sync"

	"readmostly/impls"
)

// sync.Map: since Go 1.24 a concurrent hash trie (internal/sync.HashTrieMap).
// Readers take no lock; updaters lock a node of the trie. Its keys are
// interfaces: a uint64 that becomes one is allocated where the map may keep it, and
// not at a lookup.

func init() {
	impls.Register(impls.Backend{
		Name:      "go-syncmap",
		Mechanism: "Go map",
		Doc:       "sync.Map, a concurrent hash trie; each key becomes an interface",
		Source:    "Go sync.Map, internal/sync/hashtriemap.go",
		Plain:     true,
		Caps:      caps,
		New:       func(impls.Config) (impls.Map, error) { return new(syncMap), nil },
	})
}

type syncMap struct {
	m sync.Map
	population
}

func (m *syncMap) Fill(elements []impls.Element) error {
	for _, e := range elements {
		m.m.Store(e.Key, newValue(e))
	}
	m.filled += int64(len(elements))
	return nil
}

func (m *syncMap) NewWorker() (impls.Worker, error) {
	return &syncMapWorker{member: m.newMember(), m: &m.m}, nil
}

type syncMapWorker struct {
	member
	m *sync.Map
}

func (w *syncMapWorker) Run(ops []impls.Op, t *impls.Tally) {
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
		if v, ok := m.Load(key); ok {
			t.Hits++
			if e := v.(*value); e.Key != key || !e.Valid() {
				t.Check(op, e.Element)
			}
		}
	}
}

func (w *syncMapWorker) Lookup(key uint64) (impls.Element, bool) {
	if v, ok := w.m.Load(key); ok {
		return v.(*value).Element, true
	}
	return impls.Element{}, false
}

func (w *syncMapWorker) Insert(e impls.Element) (bool, error) {
	_, there := w.m.LoadOrStore(e.Key, newValue(e))
	if !there {
		w.share.add(1)
	}
	return !there, nil
}

func (w *syncMapWorker) Delete(key uint64) (bool, error) {
	_, there := w.m.LoadAndDelete(key)
	if there {
		w.share.add(-1)
	}
	return there, nil
}

func (w *syncMapWorker) Replace(e impls.Element) (bool, error) {
	v := newValue(e)
	for {
		old, there := w.m.Load(e.Key)
		if !there {
			return false, nil
		}
		if w.m.CompareAndSwap(e.Key, old, v) {
			return true, nil
		}
	}
}

func (w *syncMapWorker) Walk(yield func(impls.Element) bool) {
	w.m.Range(func(_, v any) bool { return yield(v.(*value).Element) })
}
