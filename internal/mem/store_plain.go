//go:build (amd64 || arm64) && !race

package mem

import "unsafe"

// StoreRelaxed stores v without ordering it against accesses to other words.
// The store is single (never torn) and the compiler keeps it in program order
// with atomic accesses, as both are part of one chain of memory states in its
// intermediate form.
func StoreRelaxed(p *Uint64, v uint64) {
	*(*uint64)(unsafe.Pointer(p)) = v
}
