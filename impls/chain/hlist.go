package chain

import (
	"fmt"

	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// The hlist form. The invariant: an element is on a chain exactly if one link of
// the chain leads to it. The kernel's hlist keeps that link's address in the
// element (pprev), and pays with a store to the next element's line at every
// insertion and deletion. Here an updater that has sought the element by its key
// holds the link already and hands it to Publish, Unlink or Replace; the methods
// below, for callers that hold only the element, find it by walking.
//
// All of them need the exclusion of the chain's updaters. They panic if the
// element that they name as the place is not on the chain.

// AddHead links the filled element ref in at the head.
// (Kernel: hlist_add_head_rcu, hlist_nulls_add_head_rcu.)
func (b *Bucket) AddHead(ref slab.Ref) { Publish(&b.Head, ref) }

// AddTail links the filled element ref in at the end, which it finds by walking.
// Not for elements that may be reused without a grace period: see [Bucket.Nulls].
// (Kernel: hlist_add_tail_rcu.)
func (b *Bucket) AddTail(ref slab.Ref) {
	link := &b.Head
	for r := link.Load(); !slab.IsEnd(r); r = link.Load() {
		link = &slab.At(r).Next
	}
	Publish(link, ref)
}

// AddBefore links the filled element ref in before the element at. Not for
// elements that may be reused without a grace period: see [Bucket.Nulls].
// (Kernel: hlist_add_before_rcu.)
func (b *Bucket) AddBefore(at, ref slab.Ref) { Publish(b.mustLinkTo(at), ref) }

// AddBehind links the filled element ref in behind the element at, which must be
// on the chain (it is not looked for). Not for elements that may be reused
// without a grace period: see [Bucket.Nulls].
// (Kernel: hlist_add_behind_rcu, before Linux 3.17 hlist_add_after_rcu.)
func (b *Bucket) AddBehind(at, ref slab.Ref) { Publish(&slab.At(at).Next, ref) }

// Replace puts the filled element ref in the place of old, which keeps its Next
// and must not be reused before a grace period has passed.
// (Kernel: hlist_replace_rcu.)
func (b *Bucket) Replace(old, ref slab.Ref) { Replace(b.mustLinkTo(old), old, ref) }

// Delete takes the element out of the chain. It keeps its Next and must not be
// reused before a grace period has passed.
// (Kernel: hlist_del_rcu, hlist_nulls_del_rcu.)
func (b *Bucket) Delete(ref slab.Ref) { Unlink(b.mustLinkTo(ref), ref) }

// DeleteInit is Delete for an element that somebody else may have deleted before:
// if it is not on the chain, nothing happens. It reports whether this call
// deleted it, so that of several callers one lets the element go. It must not be
// asked about an element that may have been reused since.
// (Kernel: hlist_del_init_rcu, hlist_nulls_del_init_rcu, with hlist_unhashed.)
func (b *Bucket) DeleteInit(ref slab.Ref) bool {
	link := b.linkTo(ref)
	if link == nil {
		return false
	}
	Unlink(link, ref)
	return true
}

// linkTo returns the link that leads to the element, or nil if none does.
func (b *Bucket) linkTo(ref slab.Ref) *mem.Uint64 {
	link := &b.Head
	for r := link.Load(); r != ref; r = link.Load() {
		if slab.IsEnd(r) {
			return nil
		}
		link = &slab.At(r).Next
	}
	return link
}

func (b *Bucket) mustLinkTo(ref slab.Ref) *mem.Uint64 {
	link := b.linkTo(ref)
	if link == nil {
		panic(fmt.Sprintf("chain: element %#x is not on the chain", ref))
	}
	return link
}
