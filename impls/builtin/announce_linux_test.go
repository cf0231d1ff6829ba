//go:build !race

package builtin

import (
	"fmt"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"readmostly/hazard"
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
)

// TestHazardReadersStandOnWhatTheyAnnounced stops a reader at a load of an
// element that lies across two pages, of which it may load from one only: the
// element must be announced from the first load of it, its key (rule 37), to the
// last, its link, which leads to the next (rule 40).
func TestHazardReadersStandOnWhatTheyAnnounced(t *testing.T) {
	look := map[string]func(w *hazardWorker){
		"batch":  func(w *hazardWorker) { w.read([]impls.Op{impls.MakeOp(impls.Lookup, 9)}) },
		"lookup": func(w *hazardWorker) { w.find(9) },
		"walk":   func(w *hazardWorker) { w.copyAnnounced(0) },
	}
	for name, look := range look {
		for _, fenced := range []bool{false, true} {
			for _, stop := range []string{"key", "link"} {
				for before := range hazardSlots + 1 {
					standOn(t, fmt.Sprintf("%s, fenced %v, behind %d", name, fenced, before), fenced, stop, before, look)
				}
			}
		}
	}
}

// standOn stops a reader at the element behind that many others.
func standOn(t *testing.T, name string, fenced bool, stop string, before int, look func(w *hazardWorker)) {
	size := unix.Getpagesize()
	pages, err := unix.Mmap(-1, 0, 2*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(pages)
	// The link is the last word of the first page, the key the first of the second.
	ref := slab.Ref(uintptr(unsafe.Pointer(&pages[size]))) - slab.Ref(unsafe.Offsetof(slab.Elem{}.Key))
	d := hazard.NewDomain(hazardSlots)
	if fenced {
		d = hazard.NewDomain(hazardSlots, hazard.Fenced())
	}
	m, err := newHazardMap(impls.Config{Buckets: 1, Capacity: 10}, d)
	if err != nil {
		t.Fatal(err)
	}
	worker, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	w := worker.(*hazardWorker)
	chain.Fill(slab.At(ref), impls.MakeElement(7, 1))
	w.table.Bucket(0).AddHead(ref)
	for key := range uint64(before) {
		if ok, err := w.Insert(impls.MakeElement(key, 1)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	forbidden := pages[:size]
	if stop == "key" {
		forbidden = pages[size:]
	}
	if err := unix.Mprotect(forbidden, unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	if !faults(func() { look(w) }) {
		t.Errorf("%s: the reader did without the element's %s", name, stop)
	}
	announced := []slab.Ref{w.slots[0].Load(), w.slots[1].Load()}
	if !slices.Contains(announced, ref) {
		t.Errorf("%s: at the load of the %s the element %#x is not announced: %#x", name, stop, ref, announced)
	}
}

// TestReferencesAreTakenInsideTheSection stops a reader of refcount-rcu at the
// count of an element that lies across two pages, of which it may not touch the
// count's: it must be inside its critical section, which keeps in place what it
// has no reference to yet (rule 25).
func TestReferencesAreTakenInsideTheSection(t *testing.T) {
	size := unix.Getpagesize()
	pages, err := unix.Mmap(-1, 0, 2*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(pages)
	ref := slab.Ref(uintptr(unsafe.Pointer(&pages[size]))) - slab.Ref(unsafe.Offsetof(slab.Elem{}.Count))
	m, err := newOf("refcount-rcu")(impls.Config{Buckets: 1, Capacity: 10})
	if err != nil {
		t.Fatal(err)
	}
	made, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	w := made.(*countedWorker)
	chain.Fill(slab.At(ref), impls.MakeElement(7, 1))
	w.table.Bucket(0).AddHead(ref)
	if err := unix.Mprotect(pages[size:], unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	outside := w.reader.ReadLock()
	w.reader.ReadUnlock(outside)
	for name, look := range map[string]func(){
		"batch":  func() { w.read([]impls.Op{impls.MakeOp(impls.Lookup, 7)}) },
		"lookup": func() { w.find(7) },
	} {
		if !faults(look) {
			t.Errorf("%s: the reader did without the element's count", name)
		}
		if !w.reader.Held() {
			t.Errorf("%s: the reader has left its section before it takes the reference", name)
			continue
		}
		w.reader.ReadUnlock(outside) // which the fault has kept it from
	}
}

// TestClassicReadersLoadInside stops a reader of rcu-classic at its first load, that
// of a chain's head, and at its last, that of an element's fields: it must be inside
// its critical section (rule 4).
func TestClassicReadersLoadInside(t *testing.T) {
	size := unix.Getpagesize()
	m, err := newOf("rcu-classic")(impls.Config{Buckets: 4 * size, Capacity: 10})
	if err != nil {
		t.Fatal(err)
	}
	made, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	w := made.(*rcuWorker)
	outside := w.registered().ReadLock()
	w.reader.ReadUnlock(outside)
	const key = 7
	pages, err := unix.Mmap(-1, 0, 2*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(pages)
	ref := slab.Ref(uintptr(unsafe.Pointer(&pages[size]))) - slab.Ref(unsafe.Offsetof(slab.Elem{}.C))
	chain.Fill(slab.At(ref), impls.MakeElement(key, 1))
	w.table.Of(key).AddHead(ref)
	last := pages[size:]

	// A page of buckets only, of another chain.
	other := uint64(key)
	var first []byte
	for first == nil {
		other++
		b := unsafe.Pointer(w.table.Of(other))
		begin := unsafe.Add(b, -int(uintptr(b)%uintptr(size)))
		end := unsafe.Add(begin, size)
		inside := func(p *chain.Bucket) bool {
			return uintptr(unsafe.Pointer(p)) >= uintptr(begin) && uintptr(unsafe.Pointer(p)) < uintptr(end)
		}
		if !inside(w.table.Bucket(0)) && !inside(w.table.Bucket(w.table.Len()-1)) && !inside(w.table.Of(key)) {
			first = unsafe.Slice((*byte)(begin), size)
		}
	}
	for _, stop := range []struct {
		what string
		page []byte
		key  uint64
	}{{"first", first, other}, {"last", last, key}} {
		for name, look := range map[string]func(){
			"batch":  func() { w.read([]impls.Op{impls.MakeOp(impls.Lookup, stop.key)}) },
			"lookup": func() { w.Lookup(stop.key) },
		} {
			if err := unix.Mprotect(stop.page, unix.PROT_NONE); err != nil {
				t.Fatal(err)
			}
			faulted := faults(look)
			if err := unix.Mprotect(stop.page, unix.PROT_READ|unix.PROT_WRITE); err != nil {
				t.Fatal(err)
			}
			if !faulted {
				t.Errorf("%s: the reader did without the %s load", name, stop.what)
			}
			if !w.reader.Held() {
				t.Errorf("%s: the reader is outside its section at the %s load", name, stop.what)
			}
			w.reader.ReadUnlock(outside) // which the fault has kept it from
		}
	}
}
