//go:build !race

package chain

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// TestSplicePublishesLast stops a splice at its store to the destination's head,
// whose page it may not write: by then the elements must lead on to those of the
// destination, and the readers of the source have been waited for.
func TestSplicePublishesLast(t *testing.T) {
	page, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(page)
	f := newFixture(t, 3, 1)
	src, dst := NewList(), (*List)(unsafe.Pointer(&page[0]))
	dst.end = f.End(0)
	mem.StoreRelaxed(&dst.head, dst.end)
	mem.StoreRelaxed(&dst.tail, dst.end)
	next, first, last := f.element(3), f.element(1), f.element(2)
	dst.AddHead(next)
	src.AddTail(first)
	src.AddTail(last)
	if err := unix.Mprotect(page, unix.PROT_READ); err != nil {
		t.Fatal(err)
	}
	waited := false
	if !faults(func() { dst.SpliceHead(src, func() { waited = true }) }) {
		t.Error("nothing was stored in the destination's head")
	}
	if !waited {
		t.Error("the elements are published before the readers of the source have been waited for")
	}
	if a, b := slab.At(first).Next.Load(), slab.At(last).Next.Load(); a != last || b != next {
		t.Errorf("when they are published the elements lead to %#x and %#x; want %#x and %#x", a, b, last, next)
	}
	if ref, ok := src.First(); ok {
		t.Errorf("when the elements are published the source starts with %#x; want it empty", ref)
	}
}
