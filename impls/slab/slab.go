// Package slab is the element memory that all mechanisms share.
//
// In a garbage-collected heap an element that is freed too early can't be seen
// and a free costs nothing, so a comparison of ways to reclaim memory would
// compare nothing. Here freed means reusable: an element is one cache line of
// memory that the collector doesn't know, named by its address, never moved,
// poisoned when it is freed and handed out again at once. A mechanism that frees
// too early hands a reader somebody else's element, and the reader's check
// finds it.
//
// The memory is type-stable: a line that has once been an element is an element
// for ever, so a stale reference always leads to words that may be loaded. The
// nulls list (SLAB_TYPESAFE_BY_RCU) and the seqlock list rest on that.
package slab

import (
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"readmostly/internal/mem"
	_ "readmostly/internal/platform" // a reference is an address of at most 63 bits
)

// A Ref names an element by its address, a multiple of [ElemSize]. Values with
// the uppermost bit set, which no address has, name no element: they end chains
// (see [IsEnd]). 0 is never an element.
//
// An address needs no base in a register and no addition on the way from one
// element to the next, which an offset does. Being a word and not a pointer, it
// is invisible to the collector, which has no business with this memory.
type Ref = uint64

// ElemSize is the size of an element in bytes: one cache line.
const ElemSize = 64

// References that name no element and that no chain ends with.
const (
	// Dead is the link of an element that is free. A reader that comes across it
	// has been led to freed memory.
	Dead Ref = 1<<64 - 1
	// Removed is the link of an element that has been unlinked, in mechanisms
	// whose readers must not walk on from there (hazard pointers, counts).
	Removed Ref = 1<<64 - 2
)

// IsEnd reports whether r ends a chain instead of naming an element: the sign is
// what a processor tests at the least cost.
func IsEnd(r Ref) bool { return int64(r) < 0 }

// EndAt returns the end marker of the chain whose head is the word at p. Words
// have different addresses, so chains have different ends. The word must not
// move: it is not on a goroutine's stack.
func EndAt(p *mem.Uint64) Ref { return ^Ref(uintptr(unsafe.Pointer(p))) }

// An Elem is an element's memory. Its fields are shared words: readers load them
// at any time, and only the element's owner stores.
type Elem struct {
	Next  mem.Uint64 // the link of the chain
	Key   mem.Uint64
	A     mem.Uint64
	B     mem.Uint64
	C     mem.Uint64
	Count mem.Uint64 // references or generation, as the mechanism needs
	Link  mem.Uint64 // of no interest to readers: a back link, then the link of whatever list waits for the element to be freed
	state mem.Uint64 // who owns the element: free, allocated or retired, and maybe since when
}

// The states of an element. Storage that was never handed out is free. Greater
// values are those of retired elements that are timed: see timing.go.
const (
	stateFree uint64 = iota
	stateAllocated
	stateRetired
)

// poison is what a freed element's fields hold: no valid element has it.
const poison = 0x6B6B6B6B6B6B6B6B

// At returns the element that r names. r must not be 0 or an end.
func At(r Ref) *Elem {
	if scripted {
		visit(r)
	}
	return (*Elem)(unsafe.Add(nil, r))
}

// A Slab is the memory of one map. Its address space is reserved when it is made
// and touched as it is used.
type Slab struct {
	storage storage
	start   uint64 // address of the first element
	limit   uint64 // address behind the last

	_    mem.Pad
	next mem.Uint64 // address of the storage that is in no block yet
	_    mem.Pad

	timing mem.Uint64 // of how many retired elements one is timed, 0 for none; caches look now and then
	_      mem.Pad

	mu       sync.Mutex
	block    block    // whose elements are handed out at present
	promised uint64   // elements that [New] was asked for and no block has yet
	depot    [][]Ref  // full magazines
	empty    [][]Ref  // magazines to fill
	caches   []*Cache // all that were ever made
	reserved uint64   // bytes that are not elements
}

// New reserves a slab for the given number of elements and for reserve bytes of
// other shared words, such as the heads of chains.
func New(elements int, reserve uintptr) (*Slab, error) {
	if elements <= 0 {
		return nil, fmt.Errorf("slab: capacity of %d elements: want at least one", elements)
	}
	bytes := uint64(elements)*ElemSize + uint64(reserve)
	st, err := reserveStorage(uintptr(bytes))
	if err != nil {
		return nil, fmt.Errorf("slab: reserving %d MiB of address space: %w", bytes>>20, err)
	}
	start := uint64(st.base())
	s := &Slab{storage: st, start: start, limit: start + bytes&^(ElemSize-1), promised: uint64(elements)}
	s.next.Store(start)
	return s, nil
}

// Reserve takes size bytes of zeroed storage out of the slab, aligned to
// [mem.FalseSharingRange] and alone in its lines, for words that are not
// elements. It lives as long as the slab.
func (s *Slab) Reserve(size uintptr) (unsafe.Pointer, error) {
	const align = mem.FalseSharingRange
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.next.Load()
	start := (next + align - 1) &^ (align - 1)
	end := (start + uint64(size) + align - 1) &^ (align - 1)
	if end > s.limit {
		return nil, fmt.Errorf("slab: reserving %d bytes: only %d are left", size, s.limit-next)
	}
	s.next.Store(end)
	s.reserved += end - next
	return unsafe.Add(nil, start), nil
}

// Stats are a slab's accounts. While workers run they are approximate.
type Stats struct {
	Allocated  uint64 // elements handed out since the slab was made
	Freed      uint64 // elements taken back since then
	Retired    uint64 // elements unlinked and waiting for reclamation, since then
	Reclaimed  uint64 // elements freed after they had been retired, since then
	Violations uint64 // frees and retirements of elements in the wrong state

	Timed     uint64        // those of the reclaimed elements that were timed
	Residence time.Duration // for how long these were retired, together
}

// Live returns the number of elements that are in use or retired.
func (s Stats) Live() uint64 { return sub(s.Allocated, s.Freed) }

// Retained returns the number of elements that are retired and not yet free.
func (s Stats) Retained() uint64 { return sub(s.Retired, s.Reclaimed) }

// sub returns a-b, or 0 where a sample taken in motion has b ahead of a.
func sub(a, b uint64) uint64 {
	if a < b {
		return 0
	}
	return a - b
}

// Stats samples the accounts. It may be called at any time.
func (s *Slab) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	var t Stats
	for _, c := range s.caches {
		t.Freed += c.freed.Load()
		t.Reclaimed += c.reclaimed.Load()
		t.Retired += c.retired.Load()
		t.Allocated += c.allocated.Load()
		t.Violations += c.violations.Load()
		t.Timed += c.timed.Load()
		t.Residence += time.Duration(c.residence.Load())
	}
	return t
}

// A FullError says that a slab has no element left, and who holds them.
type FullError struct {
	Capacity uint64 // elements
	Stats    Stats
}

func (e *FullError) Error() string {
	return fmt.Sprintf("element memory is full: of %d elements %d are in use or about to be, %d are retired and wait for reclamation, the rest is in other workers' magazines",
		e.Capacity, sub(e.Stats.Live(), e.Stats.Retained()), e.Stats.Retained())
}

// Close checks the accounts against the number of elements that the map still
// holds, and frees the memory. Nobody may use the slab any more.
func (s *Slab) Close(resident uint64) error {
	t := s.Stats()
	var errs []error
	if t.Violations > 0 {
		errs = append(errs, fmt.Errorf("slab: %d elements were freed or retired in the wrong state (twice, or never allocated)", t.Violations))
	}
	if t.Retained() > 0 {
		errs = append(errs, fmt.Errorf("slab: %d retired elements were never freed", t.Retained()))
	}
	if live := t.Live(); live != resident {
		errs = append(errs, fmt.Errorf("slab: %d elements are allocated, but the map holds %d", live, resident))
	}
	errs = append(errs, s.storage.release())
	return errors.Join(errs...)
}
