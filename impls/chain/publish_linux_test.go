//go:build !race

package chain

import (
	"runtime/debug"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// TestPublicationIsTheLastStore stops an updater at its first store to a new
// element, whose page it may not write: whatever is published by then is
// published too early. (The race detector would take the fault for its own.)
func TestPublicationIsTheLastStore(t *testing.T) {
	page, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(page)
	ref := slab.Ref(uintptr(unsafe.Pointer(&page[0])))
	if err := unix.Mprotect(page, unix.PROT_READ); err != nil {
		t.Fatal(err)
	}
	const end = 5
	for name, publish := range map[string]func(link *mem.Uint64, old slab.Ref){
		"Publish": func(link *mem.Uint64, _ slab.Ref) { Publish(link, ref) },
		"Replace": func(link *mem.Uint64, old slab.Ref) { Replace(link, old, ref) },
	} {
		f := newFixture(t, 1, 1)
		old := f.element(1)
		slab.At(old).Next.Store(end)
		var link mem.Uint64
		link.Store(old)
		if !faults(func() { publish(&link, old) }) {
			t.Errorf("%s: nothing was stored in the element", name)
		}
		if got := link.Load(); got != old {
			t.Errorf("%s: the element was published before its link was stored: a reader would be led to nowhere", name)
		}
		if err := f.slab.Close(1); err != nil {
			t.Error(err)
		}
	}
}

// faults reports whether f accesses memory that it must not.
func faults(f func()) (faulted bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { faulted = recover() != nil }()
	f()
	return
}
