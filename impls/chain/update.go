package chain

import (
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// Publish links the filled element ref in where link points: at the head of a
// chain (hlist_add_head_rcu), behind an element (its Next) or before one (the
// link that leads to it). The store that publishes is a release: it pairs with
// the load of the same link in a reader, which then sees the element's fields
// and its Next.
func (t Table) Publish(link *mem.Uint64, ref slab.Ref) {
	mem.StoreRelease(&slab.At(ref).Next, link.Load())
	mem.StoreRelease(link, ref)
}

// Unlink takes the element that link leads to out of its chain (hlist_del_rcu).
// The element's own Next stays, as readers may stand on it.
func (t Table) Unlink(link *mem.Uint64, ref slab.Ref) {
	mem.StoreRelease(link, slab.At(ref).Next.Load())
}

// Replace puts the filled element ref in the place of old, which link leads to
// (hlist_replace_rcu). Readers see one or the other. The store pairs as
// Publish's does.
func (t Table) Replace(link *mem.Uint64, old, ref slab.Ref) {
	mem.StoreRelease(&slab.At(ref).Next, slab.At(old).Next.Load())
	mem.StoreRelease(link, ref)
}

// MarkRemoved marks an element that was unlinked, so that a reader that stands
// on it starts again instead of walking on.
func (t Table) MarkRemoved(ref slab.Ref) {
	mem.StoreRelease(&slab.At(ref).Next, slab.Removed)
}
