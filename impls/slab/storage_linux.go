package slab

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// HugePages says what is asked of the kernel for element memory.
const HugePages = "madvise"

// storage is address space outside the Go heap: zeroed, touched lazily, in huge
// pages where the kernel grants them.
type storage struct{ bytes []byte }

func reserveStorage(size uintptr) (storage, error) {
	b, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE,
		unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err != nil {
		return storage{}, err
	}
	// Refused advice costs speed only, and alike for all.
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
	return storage{b}, nil
}

func (s storage) base() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s.bytes)) }

func (s storage) release() error { return unix.Munmap(s.bytes) }
