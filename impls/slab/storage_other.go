//go:build !linux

package slab

import "unsafe"

// HugePages says what is asked of the kernel for element memory.
const HugePages = "none"

// storage is one allocation without pointers in the Go heap.
type storage struct{ words []line }

type line [ElemSize / 8]uint64

func reserveStorage(size uintptr) (storage, error) {
	return storage{make([]line, (size+ElemSize-1)/ElemSize)}, nil
}

func (s storage) base() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s.words)) }

func (s storage) release() error { return nil }
