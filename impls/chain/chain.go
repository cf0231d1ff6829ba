package chain

import (
	"fmt"
	"math/bits"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// Every chain ends with a marker of its own (the kernel's hlist_nulls): a word
// that names no element but the head of the chain. A reader that reaches a marker that
// is not its chain's has been led astray by an element that moved, which the
// mechanisms that allow it use to start again, and the others report.

// A Bucket is the head of one chain and a word for whatever protects it: a
// spinlock, a sequence, a reader-writer lock. (Kernel: hlist_head,
// hlist_nulls_head.)
type Bucket struct {
	Head mem.Uint64
	Word mem.Uint64
}

const (
	bucketSize  = unsafe.Sizeof(Bucket{})
	bucketShift = 4 // the logarithm of bucketSize
)

var _ = [1]struct{}{}[bucketSize-1<<bucketShift]

// A Table is an array of chains over one slab: a hash table, or a list when there
// is one chain. It is a small value that never changes: copy it into a worker and
// into a local variable before a loop, so that it stays in registers. What its
// methods compute from a key is a multiplication, a shift, an AND and an addition.
type Table struct {
	buckets unsafe.Pointer
	mask    uint64 // of the offset of a chain in buckets, in bytes
	factor  uint64 // the hash's: a field, as a constant would be loaded again for each key
}

// A Holder is a map that keeps its elements in a table. Whoever compares reader's
// loops over one memory reads them there beside the map's own workers, while
// nobody updates and until the map is closed.
type Holder interface{ Chains() Table }

// ReserveFor returns what a slab must reserve for a table of that many buckets.
func ReserveFor(buckets int) uintptr {
	return uintptr(buckets)*bucketSize + 2*mem.FalseSharingRange
}

// New makes a table of empty chains. The number of buckets must be a power of
// two, at most 1<<31.
func New(s *slab.Slab, buckets int) (Table, error) {
	if buckets <= 0 || bits.OnesCount(uint(buckets)) != 1 || buckets > 1<<31 {
		return Table{}, fmt.Errorf("chain: %d buckets: want a power of two, at most 1<<31", buckets)
	}
	words, err := s.Reserve(uintptr(buckets) * bucketSize)
	if err != nil {
		return Table{}, err
	}
	t := Table{buckets: words, mask: uint64(buckets-1) << bucketShift, factor: impls.Hash(1)}
	for i := range t.Len() {
		mem.StoreRelaxed(&t.Bucket(i).Head, t.End(i))
	}
	return t, nil
}

// Folded returns t with the hash's factor as a constant. It is for a loop that has
// no register left for the factor: the constant is loaded for each key, in the place
// of the copy that a multiplication takes of a key that is needed afterwards.
func (t Table) Folded() Table {
	t.factor = impls.Hash(1)
	return t
}

// Len returns the number of chains.
func (t Table) Len() uint64 { return t.mask>>bucketShift + 1 }

// Index returns the number of the key's chain, which is from the upper half of the
// key's hash.
func (t Table) Index(key uint64) uint64 {
	return key * t.factor >> (32 - bucketShift) & t.mask >> bucketShift
}

// Bucket returns the i-th chain.
func (t Table) Bucket(i uint64) *Bucket {
	return (*Bucket)(unsafe.Add(t.buckets, i*uint64(bucketSize)))
}

// Of returns the key's chain.
func (t Table) Of(key uint64) *Bucket {
	return (*Bucket)(unsafe.Add(t.buckets, key*t.factor>>(32-bucketShift)&t.mask))
}

// End returns the marker that ends the i-th chain and no other.
func (t Table) End(i uint64) slab.Ref { return slab.EndAt(&t.Bucket(i).Head) }

// Seek returns the link that leads to the key's element and the element, or the
// link that holds the end marker, and the marker.
func (t Table) Seek(b *Bucket, key uint64) (link *mem.Uint64, ref slab.Ref) {
	link = &b.Head
	for ref = link.Load(); !slab.IsEnd(ref); ref = link.Load() {
		e := slab.At(ref)
		if mem.LoadAcquire(&e.Key) == key {
			break
		}
		link = &e.Next
	}
	return link, ref
}

// Count returns the number of elements, while nobody updates.
func (t Table) Count() uint64 {
	n := uint64(0)
	for i := range t.Len() {
		for ref := t.Bucket(i).Head.Load(); !slab.IsEnd(ref); ref = slab.At(ref).Next.Load() {
			n++
		}
	}
	return n
}

// Fill stores the fields of an element that is not yet published. The stores are
// releases, as the memory is type-stable: a stale reader may be looking at the
// element that stood here before, and whatever told it so (a generation, a
// sequence) must stay ahead of them.
func Fill(e *slab.Elem, v impls.Element) {
	mem.StoreRelease(&e.Key, v.Key)
	mem.StoreRelease(&e.A, v.A)
	mem.StoreRelease(&e.B, v.B)
	mem.StoreRelease(&e.C, v.C)
}

// Find returns a copy of the key's element: the body of a reader that needs no
// more than the links' acquire loads on its way.
func (t Table) Find(key uint64) (impls.Element, bool) {
	if _, ref := t.Seek(t.Of(key), key); !slab.IsEnd(ref) {
		return Load(slab.At(ref)), true
	}
	return impls.Element{}, false
}

// Valid reports whether an element that holds the key is whole: not torn, not
// freed, not being filled.
func Valid(e *slab.Elem, key uint64) bool {
	return mem.LoadAcquire(&e.C) == impls.Derive(key, mem.LoadAcquire(&e.A), mem.LoadAcquire(&e.B))
}

// Load copies an element's fields. Whether they belong together is for the
// mechanism to know.
func Load(e *slab.Elem) impls.Element {
	return impls.Element{
		Key: mem.LoadAcquire(&e.Key),
		A:   mem.LoadAcquire(&e.A),
		B:   mem.LoadAcquire(&e.B),
		C:   mem.LoadAcquire(&e.C),
	}
}
