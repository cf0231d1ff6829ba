package rcu

import "readmostly/internal/mem"

// Budget bounds allocations that serve only to let memory go: there must be a
// way without them, as memory may be let go exactly because it is short. Many
// queues may share one. What a unit is depends on them: a page of 4 KiB for a
// [Bulk], a head for [Reclaimer.Retire]. All methods may be called by any
// goroutine at any time.
type Budget struct {
	limit, used mem.Uint64
}

// NewBudget returns a budget of so many units.
func NewBudget(units int) *Budget {
	b := &Budget{}
	b.SetLimit(units)
	return b
}

// SetLimit changes the budget, as a reaction to memory pressure for example.
// What is used beyond it is given back as it falls free.
func (b *Budget) SetLimit(units int) { b.limit.Store(uint64(max(0, units))) }

// Used returns the number of units that are used now.
func (b *Budget) Used() int {
	if b == nil {
		return 0
	}
	return int(b.used.Load())
}

// take takes a unit if there is one.
func (b *Budget) take() bool {
	if b == nil {
		return true
	}
	if b.used.Add(1) <= b.limit.Load() {
		return true
	}
	b.give()
	return false
}

// force takes a unit whether or not there is one.
func (b *Budget) force() {
	if b != nil {
		b.used.Add(1)
	}
}

func (b *Budget) give() {
	if b != nil {
		b.used.Add(^uint64(0))
	}
}

// exceeded reports whether somebody should give units back.
func (b *Budget) exceeded() bool { return b != nil && b.used.Load() > b.limit.Load() }

// pagePool hands out one owner's pages. It keeps as many as a queue that is full
// to the mark needs, so that a flood allocates nothing.
type pagePool[H any] struct {
	budget  *Budget
	handles int // in a page
	spare   [][]H
	keep    int
}

func (p *pagePool[H]) init(o Options, handles int) {
	p.budget, p.handles = o.Memory, handles
	p.keep = o.HighWater/handles + 2
}

// take returns an empty page, or nil if none can be had.
func (p *pagePool[H]) take() []H {
	for len(p.spare) > 0 {
		last := len(p.spare) - 1
		page := p.spare[last]
		p.spare[last] = nil
		p.spare = p.spare[:last]
		if !p.budget.exceeded() {
			return page
		}
		p.budget.give()
	}
	if !p.budget.take() {
		return nil
	}
	return make([]H, p.handles)
}

// force returns an empty page whatever the budget says.
func (p *pagePool[H]) force() []H {
	p.budget.force()
	return make([]H, p.handles)
}

// give takes a cleared page back; any part of it that begins at its beginning
// will do.
func (p *pagePool[H]) give(page []H) {
	if len(p.spare) >= p.keep || p.budget.exceeded() {
		p.budget.give()
		return
	}
	p.spare = append(p.spare, page[:p.handles])
}

// drop gives all spare pages back.
func (p *pagePool[H]) drop() {
	for range p.spare {
		p.budget.give()
	}
	p.spare = nil
}
