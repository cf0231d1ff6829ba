package slab

import "golang.org/x/sys/windows"

// HugePages says what is asked of the kernel for element memory.
const HugePages = "none"

// storage is address space outside the Go heap: zeroed, touched lazily, though
// the system promises memory for all of it when it is reserved.
type storage struct{ address uintptr }

func reserveStorage(size uintptr) (storage, error) {
	address, err := windows.VirtualAlloc(0, size, windows.MEM_RESERVE|windows.MEM_COMMIT, windows.PAGE_READWRITE)
	return storage{address}, err
}

// base returns the address of the first byte, where a page begins.
func (s storage) base() uintptr { return s.address }

func (s storage) release() error { return windows.VirtualFree(s.address, 0, windows.MEM_RELEASE) }
