package gomaps

import (
	"github.com/puzpuzpuz/xsync/v4"

	"readmostly/impls"
)

// xsync.Map: a cache-line hash table (CLHT). Readers take no lock and look at a
// bucket's line once more only where it has an entry with their hash; updaters
// lock the bucket.

func init() {
	impls.Register(impls.Backend{
		Name:      "go-xsync",
		Mechanism: "Go map",
		Doc:       "xsync.Map, a cache-line hash table with readers that take no lock",
		Source:    "github.com/puzpuzpuz/xsync/v4; David et al., Asynchronized Concurrency (2015)",
		Caps:      caps,
		New: func(c impls.Config) (impls.Map, error) {
			return &xsyncMap{m: xsync.NewMap[uint64, *value](xsync.WithPresize(c.Buckets))}, nil
		},
	})
}

type xsyncMap struct {
	m *xsync.Map[uint64, *value]
	population
}

func (m *xsyncMap) Fill(elements []impls.Element) error {
	for _, e := range elements {
		m.m.Store(e.Key, newValue(e))
	}
	m.filled += int64(len(elements))
	return nil
}

func (m *xsyncMap) NewWorker() (impls.Worker, error) {
	return &xsyncWorker{member: m.newMember(), m: m.m}, nil
}

type xsyncWorker struct {
	member
	m *xsync.Map[uint64, *value]
}

func (w *xsyncWorker) Run(ops []impls.Op, t *impls.Tally) {
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
		if e, ok := m.Load(key); ok {
			t.Hits++
			if e.Key != key || !e.Valid() {
				t.Check(op, e.Element)
			}
		}
	}
}

func (w *xsyncWorker) Lookup(key uint64) (impls.Element, bool) {
	if v, ok := w.m.Load(key); ok {
		return v.Element, true
	}
	return impls.Element{}, false
}

func (w *xsyncWorker) Insert(e impls.Element) (bool, error) {
	_, there := w.m.LoadOrStore(e.Key, newValue(e))
	if !there {
		w.share.add(1)
	}
	return !there, nil
}

func (w *xsyncWorker) Delete(key uint64) (bool, error) {
	_, there := w.m.LoadAndDelete(key)
	if there {
		w.share.add(-1)
	}
	return there, nil
}

func (w *xsyncWorker) Replace(e impls.Element) (bool, error) {
	there := false
	v := newValue(e)
	w.m.Compute(e.Key, func(_ *value, found bool) (*value, xsync.ComputeOp) {
		if there = found; found {
			return v, xsync.UpdateOp
		}
		return nil, xsync.CancelOp
	})
	return there, nil
}

func (w *xsyncWorker) Walk(yield func(impls.Element) bool) {
	w.m.Range(func(_ uint64, v *value) bool { return yield(v.Element) })
}
