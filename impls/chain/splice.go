package chain

import (
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// Moving all elements of one list to another. The invariant: no reader that came
// to the elements through the source is left when they are linked into the
// destination, or it would walk to the destination's end. So the source is
// emptied first, in one store, and then a grace period passes in which the
// elements lead such readers to the source's end as before.

// SpliceHead moves all elements of src, in their order, to the head of l, and
// leaves src empty. sync waits for a grace period of the readers of src, for
// example with the Synchronize of an rcu.Domain; it is not called if src is
// empty. A reader that walks l sees none of them, or all; one that walks src
// sees all, or none. During the wait they are on neither.
//
// Updaters of both lists are kept out for the whole call, the wait included. The
// caller is in no read-side critical section. It panics if src is l.
// (Kernel: list_splice_init_rcu.)
func (l *List) SpliceHead(src *List, sync func()) { l.splice(l.end, src, sync) }

// SpliceTail is [List.SpliceHead] to the tail of l: a reader that has passed l's
// last element already doesn't see them.
// (Kernel: list_splice_tail_init_rcu.)
func (l *List) SpliceTail(src *List, sync func()) { l.splice(l.tail.Load(), src, sync) }

// splice moves src's elements in behind prev.
func (l *List) splice(prev slab.Ref, src *List, sync func()) {
	if src == l {
		panic("chain: splicing a list onto itself")
	}
	first, last := src.head.Load(), src.tail.Load()
	if slab.IsEnd(first) {
		return
	}
	mem.StoreRelease(&src.head, src.end)
	mem.StoreRelaxed(&src.tail, src.end)
	sync()
	link := l.link(prev)
	next := link.Load()
	mem.StoreRelease(&slab.At(last).Next, next)
	mem.StoreRelaxed(&slab.At(first).Link, prev)
	// Publishes all of them; pairs with the load of the same link in a reader.
	mem.StoreRelease(link, first)
	mem.StoreRelaxed(l.back(next), last)
}
