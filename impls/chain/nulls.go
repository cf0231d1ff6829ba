package chain

import (
	"iter"

	"readmostly/impls/slab"
)

// The nulls form: the hlist form over memory that is reused without a grace
// period. The invariant: a reader that ends on its own chain's marker has passed
// every element that was in the chain throughout. Three things make it hold.
//
// Elements are added at the head only. A reader whose element was reused in the
// same chain goes on from the head, and passes the whole chain again; added
// anywhere else, the element could lead the reader past others. So AddTail,
// AddBefore, AddBehind and Replace are not for this form, and an element is
// replaced by changing it where it stands.
//
// No two chains over one slab share a marker. A reader whose element was reused
// in another chain ends on that chain's.
//
// The element that a reader takes is checked after it has been taken, by its
// generation or by a reference to it: until then it may have become another
// one, with another key. That is the mechanism's part.

// Nulls is [Bucket.All] over memory that is reused without a grace period. When
// the walk is over it stores what it ended on: the marker of the chain that it
// was then on, to be compared with [Table.End], or the element at which the
// loop was left. On another chain's marker, or on [slab.Dead], the reader
// discards what it saw and walks again.
// (Kernel: hlist_nulls_for_each_entry_rcu, and the test of get_nulls_value behind
// it.)
func (b *Bucket) Nulls(end *slab.Ref) iter.Seq2[slab.Ref, *slab.Elem] {
	return func(yield func(slab.Ref, *slab.Elem) bool) { *end = follow(b.Head.Load(), yield) }
}
