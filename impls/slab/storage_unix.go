//go:build unix

package slab

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// storage is address space outside the Go heap: zeroed, touched lazily, in huge
// pages where the kernel grants them. It can't be an allocation of the heap, in
// which checkptr lets nobody make a pointer of an address.
type storage struct{ bytes []byte }

// hugePage is the size of a huge page on most systems. Storage begins with one:
// otherwise one map's first elements would lie in huge pages and another's not, by
// chance.
const hugePage = 2 << 20

func reserveStorage(size uintptr) (storage, error) {
	b, err := unix.Mmap(-1, 0, int(size+hugePage), unix.PROT_READ|unix.PROT_WRITE, mapFlags)
	if err != nil {
		return storage{}, err
	}
	advise(b)
	return storage{b}, nil
}

// base returns the address of the first byte that is used, where a page begins.
func (s storage) base() uintptr {
	begin := uintptr(unsafe.Pointer(unsafe.SliceData(s.bytes)))
	return (begin + hugePage - 1) &^ (hugePage - 1)
}

func (s storage) release() error { return unix.Munmap(s.bytes) }
