// Package cow is a mechanism for readmostly from outside. Each chain is a sorted
// slice that never changes once it is published: an update publishes a changed
// copy, and the Go collector frees what no reader sees any more. A lookup sees
// the slice that is current at some instant of the call, a walk one a chain.
package cow

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"readmostly/impls"
)

// Backend describes the mechanism to the harness.
var Backend = impls.Backend{
	Name:      "cow",
	Mechanism: "copy-on-write",
	Doc:       "sorted slices behind atomic.Pointer, copied by every update",
	Source:    "LWN 2007, What is RCU, Fundamentally?, with the Go collector for its grace period",
	Plain:     true,
	Caps:      impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, SleepInReader: true, BoundedGarbage: true, NeedsGC: true},
	New:       newMap,
}

func init() { impls.Register(Backend) }

type chain struct {
	updating sync.Mutex // readers don't know of it
	current  atomic.Pointer[[]impls.Element]
}

type cowMap struct {
	chains   []chain
	resident atomic.Int64
	workers  atomic.Uint64
}

func newMap(c impls.Config) (impls.Map, error) {
	m := &cowMap{chains: make([]chain, c.Buckets)}
	for i := range m.chains {
		m.chains[i].current.Store(new([]impls.Element))
	}
	return m, nil
}

func (m *cowMap) of(key uint64) *chain {
	return &m.chains[impls.Hash(key)>>32&uint64(len(m.chains)-1)]
}

func byKey(e impls.Element, key uint64) int { return cmp.Compare(e.Key, key) }

// Fill spares the harness a copy an element: nobody reads yet.
func (m *cowMap) Fill(elements []impls.Element) error {
	for _, e := range elements {
		s := m.of(e.Key).current.Load()
		*s = append(*s, e)
	}
	for i := range m.chains {
		slices.SortFunc(*m.chains[i].current.Load(), func(a, b impls.Element) int { return byKey(a, b.Key) })
	}
	m.resident.Add(int64(len(elements)))
	return nil
}

func (m *cowMap) Stats() impls.Stats { return impls.Stats{Resident: uint64(m.resident.Load())} }
func (m *cowMap) Close() error       { return nil }

func (m *cowMap) NewWorker() (impls.Worker, error) {
	return &worker{m, impls.NewVersions(m.workers.Add(1))}, nil
}

type worker struct {
	*cowMap
	versions impls.Versions
}

func (w *worker) Close() {}

// Run leaves the loop to the contract's helper.
func (w *worker) Run(ops []impls.Op, t *impls.Tally) { impls.Run(w, &w.versions, ops, t) }

func (w *worker) Lookup(key uint64) (impls.Element, bool) {
	s := *w.of(key).current.Load()
	if i, found := slices.BinarySearchFunc(s, key, byKey); found {
		return s[i], true
	}
	return impls.Element{}, false
}

func (w *worker) Walk(yield func(impls.Element) bool) {
	for i := range w.chains {
		for _, e := range *w.chains[i].current.Load() {
			if !yield(e) {
				return
			}
		}
	}
}

// update publishes what change makes of a copy of the key's chain, if the key's
// presence is as wanted.
func (w *worker) update(key uint64, present bool, change func(s []impls.Element, i int) []impls.Element) bool {
	c := w.of(key)
	c.updating.Lock()
	defer c.updating.Unlock()
	old := *c.current.Load()
	i, found := slices.BinarySearchFunc(old, key, byKey)
	if found != present {
		return false
	}
	s := change(slices.Clone(old), i)
	c.current.Store(&s)
	w.resident.Add(int64(len(s) - len(old)))
	return true
}

func (w *worker) Insert(e impls.Element) (bool, error) {
	return w.update(e.Key, false, func(s []impls.Element, i int) []impls.Element { return slices.Insert(s, i, e) }), nil
}

func (w *worker) Delete(key uint64) (bool, error) {
	return w.update(key, true, func(s []impls.Element, i int) []impls.Element { return slices.Delete(s, i, i+1) }), nil
}

func (w *worker) Replace(e impls.Element) (bool, error) {
	return w.update(e.Key, true, func(s []impls.Element, i int) []impls.Element { s[i] = e; return s }), nil
}
