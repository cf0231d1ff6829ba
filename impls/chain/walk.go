package chain

import (
	"iter"

	"readmostly/impls/slab"
	"readmostly/rcu"
)

// Walks for people; the harness has loops of its own, which a call an element
// would slow down. The invariant: the load of a link is the subscription. It is
// an acquire that pairs with the release in Publish and Replace, so everything
// that was stored in the element before is seen behind it; and each link is
// loaded once, after the loop body is done with the element before it.
//
// The body may therefore unlink the element that it stands on, under the
// exclusion of the updaters, and must not free it. Without a reader's
// protection, or the updaters' exclusion, walks are for chains that elements are
// only ever added to.

// All yields the elements of the chain from its head.
// (Kernel: hlist_for_each_entry_rcu.)
func (b *Bucket) All() iter.Seq2[slab.Ref, *slab.Elem] {
	return func(yield func(slab.Ref, *slab.Elem) bool) { follow(b.Head.Load(), yield) }
}

// All yields the elements of the list from its head.
// (Kernel: list_for_each_entry_rcu, list_for_each_entry_lockless.)
func (l *List) All() iter.Seq2[slab.Ref, *slab.Elem] {
	return func(yield func(slab.Ref, *slab.Elem) bool) { follow(l.head.Load(), yield) }
}

// All yields the elements chain by chain.
func (t Table) All() iter.Seq2[slab.Ref, *slab.Elem] {
	return func(yield func(slab.Ref, *slab.Elem) bool) {
		for i := range t.Len() {
			if !slab.IsEnd(follow(t.Bucket(i).Head.Load(), yield)) {
				return
			}
		}
	}
}

// From yields the element ref and those behind it. The caller came to the element
// in the same read-side critical section, or holds it otherwise.
// (Kernel: list_for_each_entry_from_rcu, hlist_for_each_entry_from_rcu.)
func From(ref slab.Ref) iter.Seq2[slab.Ref, *slab.Elem] {
	return func(yield func(slab.Ref, *slab.Elem) bool) { follow(ref, yield) }
}

// Behind yields the elements behind ref, to go on with a walk that was left
// there, in the same read-side critical section.
// (Kernel: list_for_each_entry_continue_rcu, hlist_for_each_entry_continue_rcu.)
func Behind(ref slab.Ref) iter.Seq2[slab.Ref, *slab.Elem] {
	return func(yield func(slab.Ref, *slab.Elem) bool) { follow(slab.At(ref).Next.Load(), yield) }
}

// follow yields ref and what is behind it, and returns the end that it came to,
// or the element at which yield returned false.
func follow(ref slab.Ref, yield func(slab.Ref, *slab.Elem) bool) slab.Ref {
	for !slab.IsEnd(ref) {
		e := slab.At(ref)
		if !yield(ref, e) {
			break
		}
		ref = e.Next.Load()
	}
	return ref
}

// First returns the first element of the chain. It is one load: ok is false if
// the chain was empty at that instant, and ref then its end marker.
func (b *Bucket) First() (ref slab.Ref, ok bool) { return element(b.Head.Load()) }

// First returns the first element of the list. It is one load: ok is false if the
// list was empty at that instant, and ref then its end marker.
// (Kernel: list_first_or_null_rcu.)
func (l *List) First() (ref slab.Ref, ok bool) { return element(l.head.Load()) }

// Next returns the element behind ref. It is one load: ok is false if ref was the
// last at that instant, and next then the end marker.
// (Kernel: list_next_or_null_rcu.)
func Next(ref slab.Ref) (next slab.Ref, ok bool) { return element(slab.At(ref).Next.Load()) }

func element(ref slab.Ref) (slab.Ref, bool) { return ref, !slab.IsEnd(ref) }

// Checked is the walk under a witness: in checked mode (-tags rcudebug) a step
// outside a read-side critical section is reported as
// [rcu.DereferenceOutsideReader], before it is made. Without the tag it is the
// walk and a call an element.
// (Kernel: list_for_each_entry_rcu with its condition under CONFIG_PROVE_RCU_LIST.)
func Checked(w rcu.Witness, walk iter.Seq2[slab.Ref, *slab.Elem]) iter.Seq2[slab.Ref, *slab.Elem] {
	return func(yield func(slab.Ref, *slab.Elem) bool) {
		var step rcu.Pointer[slab.Elem] // stands for the links, which are words
		step.DereferenceCheck(w)
		walk(func(ref slab.Ref, e *slab.Elem) bool {
			if !yield(ref, e) {
				return false
			}
			step.DereferenceCheck(w)
			return true
		})
	}
}
