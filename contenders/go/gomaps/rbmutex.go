package gomaps

import (
	"github.com/puzpuzpuz/xsync/v4"

	"readmostly/impls"
)

// A Go map under an xsync.RBMutex, a lock that is biased to readers (BRAVO): a
// reader marks a slot that it mostly has for itself, and a writer takes the bias
// away and waits for all slots.

func init() {
	impls.Register(impls.Backend{
		Name:      "go-rbmutex-map",
		Mechanism: "Go map",
		Doc:       "a Go map under one xsync.RBMutex, biased to readers",
		Source:    "github.com/puzpuzpuz/xsync/v4; Dice and Kogan, BRAVO (2019)",
		Caps:      locked,
		New:       func(c impls.Config) (impls.Map, error) { return newRBMutexMap(c) },
	})
}

type rbMutexMap struct {
	mu *xsync.RBMutex
	m  map[uint64]*value
	population
}

func newRBMutexMap(c impls.Config) (impls.Map, error) {
	return &rbMutexMap{mu: xsync.NewRBMutex(), m: make(map[uint64]*value, c.Buckets)}, nil
}

func (m *rbMutexMap) Fill(elements []impls.Element) error {
	for _, e := range elements {
		m.m[e.Key] = newValue(e)
	}
	m.filled += int64(len(elements))
	return nil
}

func (m *rbMutexMap) NewWorker() (impls.Worker, error) {
	return &rbMutexWorker{member: m.newMember(), mu: m.mu, m: m.m}, nil
}

type rbMutexWorker struct {
	member
	mu *xsync.RBMutex
	m  map[uint64]*value
}

func (w *rbMutexWorker) Run(ops []impls.Op, t *impls.Tally) {
	m, mu := w.m, w.mu
	for _, op := range ops {
		if !op.IsLookup() {
			if impls.Update(w, &w.versions, op, t); t.Err != nil {
				return
			}
			continue
		}
		t.Lookups++
		key := uint64(op)
		token := mu.RLock()
		e := m[key]
		mu.RUnlock(token)
		if e != nil {
			t.Hits++
			if e.Key != key || !e.Valid() {
				t.Check(op, e.Element)
			}
		}
	}
}

func (w *rbMutexWorker) Lookup(key uint64) (impls.Element, bool) {
	token := w.mu.RLock()
	e := w.m[key]
	w.mu.RUnlock(token)
	if e == nil {
		return impls.Element{}, false
	}
	return e.Element, true
}

// update puts v in the place of what is there for the key, nil to take it out, if
// the key's presence is as wanted.
func (w *rbMutexWorker) update(key uint64, present bool, v *value) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, there := w.m[key]; there != present {
		return false
	}
	if v == nil {
		delete(w.m, key)
		return true
	}
	w.m[key] = v
	return true
}

func (w *rbMutexWorker) Insert(e impls.Element) (bool, error) {
	ok := w.update(e.Key, false, newValue(e))
	if ok {
		w.share.add(1)
	}
	return ok, nil
}

func (w *rbMutexWorker) Delete(key uint64) (bool, error) {
	ok := w.update(key, true, nil)
	if ok {
		w.share.add(-1)
	}
	return ok, nil
}

func (w *rbMutexWorker) Replace(e impls.Element) (bool, error) {
	return w.update(e.Key, true, newValue(e)), nil
}

// Walk sees the whole as it is at one instant.
func (w *rbMutexWorker) Walk(yield func(impls.Element) bool) {
	token := w.mu.RLock()
	defer w.mu.RUnlock(token)
	for _, e := range w.m {
		if !yield(e.Element) {
			return
		}
	}
}
