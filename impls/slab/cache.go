package slab

import "readmostly/internal/mem"

// magazine is how many references move between a cache and the slab at once.
const magazine = 64

// A Cache is one worker's share of a slab: allocations and frees touch no shared
// word but the element itself, except once a magazine. It belongs to one
// goroutine at a time.
//
// Freed elements are handed out again last in, first out, while they are warm.
type Cache struct {
	_    mem.Pad
	slab *Slab
	refs []Ref

	allocated, freed, retired, reclaimed, violations mem.Uint64 // stored by the owner, sampled by Stats
	timer                                                       // of some of the elements that it retires

	_ mem.Pad
}

// NewCache returns a cache for one worker. It may be called at any time.
func (s *Slab) NewCache() *Cache {
	c := &Cache{slab: s, refs: make([]Ref, 0, 3*magazine)}
	s.mu.Lock()
	c.random = uint64(len(s.caches))
	s.caches = append(s.caches, c)
	s.mu.Unlock()
	return c
}

// bump adds n to a counter that only the caller stores.
func bump(w *mem.Uint64, n uint64) { mem.StoreRelaxed(w, w.Load()+n) }

// Alloc returns an element that nobody else refers to (stale readers apart), or
// a [*FullError]. Its fields hold whatever its last user or the poison left.
func (c *Cache) Alloc() (Ref, error) {
	if len(c.refs) == 0 {
		if err := c.refill(); err != nil {
			return 0, err
		}
	}
	r := c.refs[len(c.refs)-1]
	c.refs = c.refs[:len(c.refs)-1]
	mem.StoreRelaxed(&At(r).state, stateAllocated)
	bump(&c.allocated, 1)
	return r, nil
}

// refill takes a magazine from the depot, or else storage that was never used.
func (c *Cache) refill() error {
	s := c.slab
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.depot); n > 0 {
		full := s.depot[n-1]
		c.refs = append(c.refs, full...)
		s.depot = s.depot[:n-1]
		s.empty = append(s.empty, full[:0])
		return nil
	}
	for range magazine {
		r, ok := s.fresh()
		if !ok {
			break
		}
		c.refs = append(c.refs, r)
	}
	if len(c.refs) == 0 {
		return s.full()
	}
	return nil
}

// full describes a slab without free elements; the caller holds the mutex.
func (s *Slab) full() error {
	e := &FullError{Capacity: (s.limit - s.start - s.reserved) / ElemSize}
	for _, c := range s.caches {
		e.Stats.Freed += c.freed.Load()
		e.Stats.Reclaimed += c.reclaimed.Load()
		e.Stats.Retired += c.retired.Load()
		e.Stats.Allocated += c.allocated.Load()
	}
	return e
}

// Retire notes that the element was unlinked and waits until no reader can hold
// it. It is the mechanism's business to wait and then to call Free.
func (c *Cache) Retire(r Ref) {
	e := At(r)
	if e.state.Load() != stateAllocated {
		bump(&c.violations, 1)
		return
	}
	n := c.retired.Load() + 1
	state := stateRetired
	if n >= c.due {
		state = c.mark(n)
	}
	mem.StoreRelaxed(&e.state, state)
	mem.StoreRelaxed(&c.retired, n)
}

// Free takes an element back that no reader can hold, retired or never
// published, and poisons it.
func (c *Cache) Free(r Ref) {
	if !c.take(r) {
		return
	}
	c.refs = append(c.refs, r)
	if len(c.refs) >= 2*magazine {
		c.spill()
	}
}

// FreeBulk is Free for many elements at once. Accounts are settled and the depot
// is looked after a magazine at a time, and nothing that is done to one element
// waits for what is done to another.
func (c *Cache) FreeBulk(refs []Ref) {
	for len(refs) > 0 {
		n := min(len(refs), magazine)
		c.freeMagazine(refs[:n])
		refs = refs[n:]
		if len(c.refs) >= 2*magazine {
			c.spill()
		}
	}
}

// freeMagazine takes up to a magazine of elements back.
func (c *Cache) freeMagazine(refs []Ref) {
	room := c.refs[len(c.refs):cap(c.refs)]
	if len(room) < len(refs) { // the cache is closed
		for _, r := range refs {
			c.Free(r)
		}
		return
	}
	room = room[:len(refs)]
	n, reclaimed := 0, uint64(0)
	for _, r := range refs {
		e := At(r)
		state := e.state.Load()
		if state == stateRetired {
			reclaimed++
		} else if state > stateRetired {
			c.settle(state)
			reclaimed++
		} else if state != stateAllocated {
			bump(&c.violations, 1)
			continue
		}
		e.free()
		room[n] = r
		n++
	}
	c.refs = c.refs[:len(c.refs)+n]
	bump(&c.reclaimed, reclaimed)
	bump(&c.freed, uint64(n))
}

// take poisons an element and settles its accounts. It reports whether the
// element was in use.
func (c *Cache) take(r Ref) bool {
	e := At(r)
	switch state := e.state.Load(); state {
	case stateRetired:
		bump(&c.reclaimed, 1)
	case stateAllocated:
	case stateFree:
		bump(&c.violations, 1)
		return false
	default:
		c.settle(state)
		bump(&c.reclaimed, 1)
	}
	bump(&c.freed, 1)
	e.free()
	return true
}

// free marks and poisons an element that nobody uses.
func (e *Elem) free() {
	mem.StoreRelaxed(&e.state, stateFree)
	mem.StoreRelease(&e.Key, poison)
	mem.StoreRelease(&e.A, poison)
	mem.StoreRelease(&e.C, poison)
	mem.StoreRelease(&e.Next, Dead)
}

// spill moves the older half of a full cache to the depot, where other workers
// find it. Magazines are used again, as the collector may be off.
func (c *Cache) spill() {
	s := c.slab
	s.mu.Lock()
	defer s.mu.Unlock()
	var full []Ref
	if n := len(s.empty); n > 0 {
		full = s.empty[n-1]
		s.empty = s.empty[:n-1]
	} else {
		full = make([]Ref, 0, magazine)
	}
	s.depot = append(s.depot, append(full, c.refs[:magazine]...))
	c.refs = c.refs[:copy(c.refs, c.refs[magazine:])]
}

// Close gives the cached elements back. Its accounts stay with the slab. It may
// still take elements back afterwards, on behalf of somebody who left late; they
// are not handed out again.
func (c *Cache) Close() {
	if len(c.refs) > 0 {
		c.slab.mu.Lock()
		c.slab.depot = append(c.slab.depot, c.refs)
		c.slab.mu.Unlock()
		c.refs = nil
	}
}
