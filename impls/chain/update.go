package chain

import (
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// The stores that readers see. Everything that changes a chain goes through
// these four, each of which makes one such store, as a release.

// Publish links the filled element ref in where link points: at the head of a
// chain, behind an element (its Next) or before one (the link that leads to it).
// The store to link pairs with its load in a reader, which then sees the
// element's fields and its Next. The caller excludes other updaters.
func Publish(link *mem.Uint64, ref slab.Ref) {
	mem.StoreRelease(&slab.At(ref).Next, link.Load())
	mem.StoreRelease(link, ref)
}

// Unlink takes the element ref, which link leads to, out of its chain. The
// element's own Next stays, as readers may stand on it. The caller excludes other
// updaters.
func Unlink(link *mem.Uint64, ref slab.Ref) {
	mem.StoreRelease(link, slab.At(ref).Next.Load())
}

// Replace puts the filled element ref in the place of old, which link leads to
// and which keeps its Next. Readers see one or the other, never neither. The
// store pairs as Publish's does. The caller excludes other updaters.
func Replace(link *mem.Uint64, old, ref slab.Ref) {
	mem.StoreRelease(&slab.At(ref).Next, slab.At(old).Next.Load())
	mem.StoreRelease(link, ref)
}

// MarkRemoved marks an element that was unlinked, so that a reader that stands
// on it starts again instead of walking on. It is for mechanisms that protect
// only the element that a reader stands on, and not what its link leads to:
// hazard pointers, counts. It pairs with the reader's load of the element's Next.
// (Source: Michael, Hazard Pointers, 2004; the mark of Harris's list.)
func MarkRemoved(ref slab.Ref) {
	mem.StoreRelease(&slab.At(ref).Next, slab.Removed)
}
