package hazard

import (
	"readmostly/internal/mem"
)

// Set publishes ref in a slot of a domain that is not fenced: a plain store on
// amd64. Only the slot's owner may call it, and it must load the place where it
// found ref again afterwards: ref is protected if it is still there.
func Set(slot *mem.Uint64, ref uint64) {
	// Release: the reads of what the slot protected before are over. Pairs with
	// the slot loads of a scan. That the later validation stays behind this
	// store is the work of the HeavyFence that a scan begins with.
	mem.StoreRelease(slot, ref)
}

// SetFenced is [Set] for any domain: its store orders the validation behind
// itself, with a locked instruction on amd64.
func SetFenced(slot *mem.Uint64, ref uint64) {
	// Store and the validation's load pair with the fence that a scan begins
	// with and its slot loads: one of the two sees the other's store.
	slot.Store(ref)
}
