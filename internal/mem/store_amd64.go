//go:build amd64 && !race

package mem

import "unsafe"

// StoreRelease stores v after all accesses that precede it in program order.
// On amd64 this is a plain MOV: stores are not reordered with earlier accesses
// (Intel SDM vol. 3, 8.2.2). A later load may still pass it.
func StoreRelease(p *Uint64, v uint64) {
	*(*uint64)(unsafe.Pointer(p)) = v
}

// LoadAcquire is Uint64.Load in a form that the compiler may fold into the
// instruction that uses the value, which saves a walk a register and an
// instruction an element. On amd64 every load is an acquire.
//
// The compiler keeps it in its place among stores and the words' methods, but
// not among other LoadAcquires, and it may take two of one word for the same if
// nothing of that kind stands between: where their order or their repetition
// matters, one of them is Uint64.Load.
func LoadAcquire(p *Uint64) uint64 {
	return *(*uint64)(unsafe.Pointer(p))
}
