//go:build !race

package builtin

import (
	"runtime/debug"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// A frozen exclusion lets nobody store to the page where the chain's head is.
type frozen struct {
	t      *testing.T
	enters func()
	page   []byte
}

func (f *frozen) enter(b *chain.Bucket) {
	f.enters()
	size := uintptr(unix.Getpagesize())
	start := unsafe.Add(unsafe.Pointer(b), -int(uintptr(unsafe.Pointer(b))%size))
	f.page = unsafe.Slice((*byte)(start), size)
	if err := unix.Mprotect(f.page, unix.PROT_READ); err != nil {
		f.t.Fatal(err)
	}
}

func (f *frozen) leave(*chain.Bucket) {
	f.t.Error("the operation went on without storing to the chain's head")
}

// TestElementIsWholeWhenPublished stops an updater at the store that publishes,
// which it must not make: everything that a reader of the element needs has been
// stored by then (rule 1), and its count has left 0 only after its fields were
// stored (rule 26). (The race detector would take the fault for its own.)
func TestElementIsWholeWhenPublished(t *testing.T) {
	const buckets = 1 << 12 // so many that the first page of heads has no elements in it
	for name, update := range map[string]func(w *worker, v impls.Element){
		"add":  func(w *worker, v impls.Element) { w.add(v) },
		"swap": func(w *worker, v impls.Element) { w.swap(v, false) },
	} {
		s, err := newStore(impls.Config{Buckets: buckets, Capacity: 100})
		if err != nil {
			t.Fatal(err)
		}
		key := uint64(0)
		for s.table.Index(key) != 0 {
			key++
		}
		if name == "swap" {
			if err := s.Fill([]impls.Element{impls.MakeElement(key, 1)}); err != nil {
				t.Fatal(err)
			}
		}
		x := &frozen{t: t}
		w := s.newWorker(x)
		ref, err := w.cache.Alloc()
		if err != nil {
			t.Fatal(err)
		}
		w.cache.Free(ref) // so that it is the next to be handed out, poisoned
		e := slab.At(ref)
		mem.StoreRelaxed(&e.Count, 0) // as the last put leaves it
		x.enters = func() {
			if n := e.Count.Load(); n != 0 {
				t.Errorf("%s: the count is %d before the element is published", name, n)
			}
		}
		v := impls.MakeElement(key, 2)
		if !faults(func() { update(&w, v) }) {
			t.Errorf("%s: nothing was published", name)
		}
		if got := chain.Load(e); got != v {
			t.Errorf("%s: published as %+v; want %+v", name, got, v)
		}
		if next := e.Next.Load(); next != s.table.End(0) {
			t.Errorf("%s: published with link %#x; want the chain's end %#x", name, next, s.table.End(0))
		}
		if n := e.Count.Load(); n != 1 {
			t.Errorf("%s: published with count %d; want 1", name, n)
		}
		if err := unix.Mprotect(x.page, unix.PROT_READ|unix.PROT_WRITE); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFieldsChangeWhileTheGenerationIsEven stops a replacement at its first store
// to the fields of an element that lies across two pages, of which it may store
// to the generation's only: a reader that came by now must see the generation
// even, or it would take what it finds for whole (rules 26 and 27).
func TestFieldsChangeWhileTheGenerationIsEven(t *testing.T) {
	size := unix.Getpagesize()
	pages, err := unix.Mmap(-1, 0, 2*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(pages)
	ref := slab.Ref(uintptr(unsafe.Pointer(&pages[size]))) - slab.Ref(unsafe.Offsetof(slab.Elem{}.Count))
	s, err := newStore(impls.Config{Buckets: 1, Capacity: 10})
	if err != nil {
		t.Fatal(err)
	}
	w := &nullsWorker{worker: s.newWorker(spinning{})}
	e := slab.At(ref)
	chain.Fill(e, impls.MakeElement(7, 1))
	s.table.Bucket(0).AddHead(ref)
	turn(e)
	if _, whole := snapshot(e); !whole {
		t.Error("an element that was published is not whole")
	}
	if err := unix.Mprotect(pages[:size], unix.PROT_READ); err != nil {
		t.Fatal(err)
	}
	if !faults(func() { w.Replace(impls.MakeElement(7, 2)) }) {
		t.Error("a replacement changed nothing")
	}
	if _, whole := snapshot(e); whole {
		t.Errorf("the fields change at generation %d, at which readers believe them", e.Count.Load())
	}
}

// faults reports whether f accesses memory that it must not.
func faults(f func()) (faulted bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { faulted = recover() != nil }()
	f()
	return
}

// TestNodeIsLinkedWhenPublished is the same for the collector's nodes.
func TestNodeIsLinkedWhenPublished(t *testing.T) {
	page, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(page)
	link := (*atomic.Pointer[gcNode])(unsafe.Pointer(&page[0]))
	n, next := newGCNode(impls.MakeElement(1, 1)), newGCNode(impls.MakeElement(2, 1))
	if !faults(func() { publish(link, n, next) }) {
		t.Error("nothing was published")
	}
	if got := n.next.Load(); got != next {
		t.Errorf("published with link %p; want %p", got, next)
	}
}
