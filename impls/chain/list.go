package chain

import (
	"fmt"

	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// A List is a doubly linked list of slab elements (the kernel's list_head). The
// invariant: readers follow Next only, so the list is whole for them at every
// instant; the back links agree with it whenever no update is under way, and
// only updaters load them.
//
// The back link is the element's Link, which is free while the element is linked:
// it is the reclaimer's from the deletion on. The kernel's list is a ring through
// its head. This one ends with a marker of its own instead, by which a reader
// that came to another list's end could tell, and which stands for the head in
// back links.
//
// Methods that store need the exclusion of the list's updaters. They panic if the
// element that they name as the place is not on a list, as a kernel with
// CONFIG_LIST_HARDENED would warn; an element in the middle of another list
// passes.
//
// A List must not be copied. It lives outside the slab, whose elements it links.
type List struct {
	head mem.Uint64 // the first element, or end
	end  slab.Ref
	// Readers load what stands before this, updaters store behind it: adding at
	// the tail would else take the line of the head from all readers.
	_    mem.Pad
	tail mem.Uint64 // the last element, or end
	_    mem.Pad
}

// deleted is the back link of an element that was deleted (LIST_POISON2).
const deleted slab.Ref = 1<<64 - 5

// NewList returns an empty list, for elements of any one slab. It may be called at
// any time. It is not inlined, so that the list, whose address names its end, is
// on the heap, where nothing moves.
//
//go:noinline
func NewList() *List {
	l := new(List)
	l.end = slab.EndAt(&l.head)
	mem.StoreRelaxed(&l.head, l.end)
	mem.StoreRelaxed(&l.tail, l.end)
	return l
}

// End returns the marker that ends this list and no other.
func (l *List) End() slab.Ref { return l.end }

// AddHead links the filled element ref in as the first. (Kernel: list_add_rcu.)
func (l *List) AddHead(ref slab.Ref) { l.add(l.end, ref) }

// AddTail links the filled element ref in as the last.
// (Kernel: list_add_tail_rcu.)
func (l *List) AddTail(ref slab.Ref) { l.add(l.tail.Load(), ref) }

// AddBefore links the filled element ref in before the element at.
// (Kernel: list_add_tail_rcu, given an element in place of the head.)
func (l *List) AddBefore(at, ref slab.Ref) { l.add(l.before(at), ref) }

// AddBehind links the filled element ref in behind the element at.
// (Kernel: list_add_rcu, given an element in place of the head.)
func (l *List) AddBehind(at, ref slab.Ref) {
	l.before(at) // for its check
	l.add(at, ref)
}

// add links ref in behind prev.
func (l *List) add(prev, ref slab.Ref) {
	link := l.link(prev)
	next := link.Load()
	mem.StoreRelaxed(&slab.At(ref).Link, prev)
	Publish(link, ref)
	mem.StoreRelaxed(l.back(next), ref)
}

// Replace puts the filled element ref in the place of old, which keeps its Next,
// loses its back link, and must not be reused before a grace period has passed.
// Readers see one or the other, never neither. (Kernel: list_replace_rcu.)
func (l *List) Replace(old, ref slab.Ref) {
	prev, next := l.before(old), slab.At(old).Next.Load()
	mem.StoreRelaxed(&slab.At(ref).Link, prev)
	Replace(l.link(prev), old, ref)
	mem.StoreRelaxed(l.back(next), ref)
	mem.StoreRelaxed(&slab.At(old).Link, deleted)
}

// Delete takes the element out of the list. It keeps its Next, loses its back
// link, and must not be reused before a grace period has passed.
// (Kernel: list_del_rcu.)
func (l *List) Delete(ref slab.Ref) {
	prev, next := l.before(ref), slab.At(ref).Next.Load()
	Unlink(l.link(prev), ref)
	mem.StoreRelaxed(l.back(next), prev)
	mem.StoreRelaxed(&slab.At(ref).Link, deleted)
}

// before returns what stands before the element, which is the end marker for the
// first, after it has seen that the two links agree and that no end in sight is
// another list's.
func (l *List) before(ref slab.Ref) slab.Ref {
	prev, next := slab.At(ref).Link.Load(), slab.At(ref).Next.Load()
	foreign := func(r slab.Ref) bool { return r != l.end && (r == 0 || slab.IsEnd(r)) }
	if foreign(prev) || foreign(next) || l.link(prev).Load() != ref {
		panic(fmt.Sprintf("chain: element %#x is not on the list: it stands between %#x and %#x", ref, prev, next))
	}
	return prev
}

// link returns the link that leads on from an element, or from the head, for
// which the end marker stands.
func (l *List) link(prev slab.Ref) *mem.Uint64 {
	if prev == l.end {
		return &l.head
	}
	return &slab.At(prev).Next
}

// back returns the back link of an element, or of the end.
func (l *List) back(next slab.Ref) *mem.Uint64 {
	if next == l.end {
		return &l.tail
	}
	return &slab.At(next).Link
}
