package gomaps

import (
	"sync"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// A Go map under a sync.RWMutex, as a Go program has it until somebody profiles
// it, and the same map cut into shards. Every reader adds to the lock's count.

func init() {
	impls.Register(impls.Backend{
		Name:      "go-rwmutex-map",
		Mechanism: "Go map",
		Doc:       "a Go map under one sync.RWMutex",
		Source:    "Go sync/rwmutex.go, internal/runtime/maps",
		Plain:     true,
		Caps:      locked,
		New:       func(c impls.Config) (impls.Map, error) { return newRWMutexMap(c, 1) },
	})
	impls.Register(impls.Backend{
		Name:      "go-rwmutex-shards",
		Mechanism: "Go map",
		Doc:       "64 Go maps, each under a sync.RWMutex of its own",
		Source:    "Go sync/rwmutex.go, internal/runtime/maps",
		Caps:      locked,
		New:       func(c impls.Config) (impls.Map, error) { return newRWMutexMap(c, rwMutexShards) },
	})
}

const rwMutexShards = 64

// A rwMutexShard is one lock and what it covers, on lines of its own.
type rwMutexShard struct {
	mu sync.RWMutex
	m  map[uint64]*value
	_  mem.Pad
}

type rwMutexMap struct {
	shards []rwMutexShard // a power of two
	population
}

func newRWMutexMap(c impls.Config, shards int) (impls.Map, error) {
	m := &rwMutexMap{shards: make([]rwMutexShard, shards)}
	for i := range m.shards {
		s := &m.shards[i]
		s.m = make(map[uint64]*value, c.Buckets/shards)
	}
	return m, nil
}

func (m *rwMutexMap) Fill(elements []impls.Element) error {
	for _, e := range elements {
		rwMutexOf(m.shards, e.Key).m[e.Key] = newValue(e)
	}
	m.filled += int64(len(elements))
	return nil
}

func (m *rwMutexMap) NewWorker() (impls.Worker, error) {
	return &rwMutexWorker{member: m.newMember(), shards: m.shards}, nil
}

type rwMutexWorker struct {
	member
	shards []rwMutexShard
}

func rwMutexOf(shards []rwMutexShard, key uint64) *rwMutexShard {
	return &shards[impls.Hash(key)>>32&uint64(len(shards)-1)]
}

func (w *rwMutexWorker) Run(ops []impls.Op, t *impls.Tally) {
	shards := w.shards
	for _, op := range ops {
		if !op.IsLookup() {
			if impls.Update(w, &w.versions, op, t); t.Err != nil {
				return
			}
			continue
		}
		t.Lookups++
		key := uint64(op)
		s := rwMutexOf(shards, key)
		s.mu.RLock()
		e := s.m[key]
		s.mu.RUnlock()
		if e != nil {
			t.Hits++
			if e.Key != key || !e.Valid() {
				t.Check(op, e.Element)
			}
		}
	}
}

func (w *rwMutexWorker) Lookup(key uint64) (impls.Element, bool) {
	s := rwMutexOf(w.shards, key)
	s.mu.RLock()
	e := s.m[key]
	s.mu.RUnlock()
	if e == nil {
		return impls.Element{}, false
	}
	return e.Element, true
}

// update puts v in the place of what is there for the key, nil to take it out, if
// the key's presence is as wanted.
func (w *rwMutexWorker) update(key uint64, present bool, v *value) bool {
	s := rwMutexOf(w.shards, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.m[key]; there != present {
		return false
	}
	if v == nil {
		delete(s.m, key)
		return true
	}
	s.m[key] = v
	return true
}

func (w *rwMutexWorker) Insert(e impls.Element) (bool, error) {
	ok := w.update(e.Key, false, newValue(e))
	if ok {
		w.share.add(1)
	}
	return ok, nil
}

func (w *rwMutexWorker) Delete(key uint64) (bool, error) {
	ok := w.update(key, true, nil)
	if ok {
		w.share.add(-1)
	}
	return ok, nil
}

func (w *rwMutexWorker) Replace(e impls.Element) (bool, error) {
	return w.update(e.Key, true, newValue(e)), nil
}

// Walk sees each shard as it is at one instant.
func (w *rwMutexWorker) Walk(yield func(impls.Element) bool) {
	for i := range w.shards {
		if !w.walk(&w.shards[i], yield) {
			return
		}
	}
}

func (w *rwMutexWorker) walk(s *rwMutexShard, yield func(impls.Element) bool) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, e := range s.m {
		if !yield(e.Element) {
			return false
		}
	}
	return true
}
