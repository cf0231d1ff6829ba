package rcu

import (
	"sync"
	"sync/atomic"

	"readmostly/internal/mem"
)

// A registry lists the readers that a grace period has to look at. Readers come
// and go at any time, also while a grace period scans: it scans the table that
// it found at its beginning. A reader that is missing there registered after
// the table was loaded; its registration ends with a full fence (the store to
// the entry), and the table was loaded after the unlink and a full fence, so
// its sections see the unlink and need not be waited for. A reader that has
// left stays in an old table, outside any section, which holds nobody up.
//
// Readers themselves never touch the registry between joining and leaving.
type registry[T any] struct {
	mu    sync.Mutex
	table atomic.Pointer[[]atomic.Pointer[T]] // grows by replacement
	free  []int                               // entries of the table without a reader
	count mem.Uint64
}

const registryMin = 8

// add lists r and returns its place.
func (g *registry[T]) add(r *T) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.free) == 0 {
		g.grow()
	}
	place := g.free[len(g.free)-1]
	g.free = g.free[:len(g.free)-1]
	(*g.table.Load())[place].Store(r)
	g.count.Add(1)
	return place
}

// remove takes r off the list, where it is at place.
func (g *registry[T]) remove(place int, r *T) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !(*g.table.Load())[place].CompareAndSwap(r, nil) {
		panic("rcu: reader is not registered")
	}
	g.free = append(g.free, place)
	g.count.Add(^uint64(0))
}

func (g *registry[T]) grow() {
	old := g.load()
	table := make([]atomic.Pointer[T], max(registryMin, 2*len(old)))
	for i := range old {
		table[i].Store(old[i].Load())
	}
	for i := len(table) - 1; i >= len(old); i-- {
		g.free = append(g.free, i)
	}
	g.table.Store(&table)
}

// load returns the table to scan; entries may be nil.
func (g *registry[T]) load() []atomic.Pointer[T] {
	if t := g.table.Load(); t != nil {
		return *t
	}
	return nil
}

// len returns how many readers are registered.
func (g *registry[T]) len() int { return int(g.count.Load()) }
