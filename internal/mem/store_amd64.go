//go:build amd64 && !race

package mem

import "unsafe"

// StoreRelease stores v after all accesses that precede it in program order.
// On amd64 this is a plain MOV: stores are not reordered with earlier accesses
// (Intel SDM vol. 3, 8.2.2). A later load may still pass it.
func StoreRelease(p *Uint64, v uint64) {
	*(*uint64)(unsafe.Pointer(p)) = v
}
