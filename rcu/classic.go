package rcu

import (
	"sync/atomic"
	"unsafe"

	"readmostly/internal/mem"
)

// A classic reader marks its section in a word of its own: the nesting depth in
// the low bits and above it the value that the domain's counter had at entry. A
// grace period advances the counter and waits until each reader is outside or
// entered at the new value.
//
// Why one look at each reader is enough, though a reader may stall between
// loading the counter and storing its mark, and though the mark is a plain store:
//
//	reader:  load counter (1); store mark (2); loads of the structure (3)
//	driver:  unlink (4); store counter (5); load mark (6); heavy fence (7); load mark (8)
//
// A mark with the new value was loaded from (5), so (3) sees (4): the section is
// new. And it is a release, so the reader's earlier sections have ended before.
// That is all there is to wait for, whether (6) or (8) finds it and whether the
// reader is inside or outside now; readers in a tight loop hold nobody up and
// need no fence. The fence, which interrupts other cores, is for those who do
// not enter again soon. It runs on the reader's thread too, somewhere in its
// program order. If (2) comes before it, (8) reads the mark, or one that the
// reader stored later. If (2) comes after it, so does (3), which then sees (4).
// So if (8) finds the reader outside, there is nothing to wait for. A counter of
// one bit would need a second round, as the stale value of a stalled reader
// would look new; this one has 48 bits and does not come round meanwhile.
//
// At the exit a release store ends the section, and (6) and (8) are acquires:
// all that the reader did comes before the end of the grace period.
//
// The fenced form stores the mark with a full fence and needs none at (7)
// beyond the one that every driver passes when it opens the grace period.
//
// Entry and exit are two plain stores each on amd64, all to one cache line of the
// reader's own: the mark, and whether the next entry is a nested one.
//
// Sources: liburcu, src/urcu.c, synchronize_rcu and wait_for_readers (urcu-memb;
// smp_mb_master is (7)), include/urcu/static/urcu-memb.h, _urcu_memb_read_lock;
// M. Desnoyers et al., "User-Level Implementations of Read-Copy Update", IEEE
// TPDS 23(2), 2012.
const (
	stateBits = 16
	stateMask = 1<<stateBits - 1
	slowBit   = 1 << (stateBits - 1) // set in all marks of a reader that is always slow
	nestMask  = slowBit - 1
	// The counter carries a depth of one, so that entering is one store.
	classicStep  = 1 << stateBits
	classicFirst = classicStep + 1
)

// Classic is the RCU for general use: its readers are registered, may nest and
// may be preempted, but should not block for long. Make one with [NewClassic].
// (Kernel: rcu_read_lock and synchronize_rcu.)
type Classic struct {
	gracePeriods
	readers registry[ClassicReader]
	fenced  bool

	left     []atomic.Pointer[ClassicReader] // whom the grace period waits for
	patience int
	owed     bool // (7) is still to be done

	_       mem.Pad
	counter mem.Uint64
	_       mem.Pad
}

// Option is a choice at the making of a [Classic] domain.
type Option func(*Classic)

// Fenced makes readers order their entry with a full fence (an XCHG on amd64, a
// few nanoseconds), which spares the updaters membarrier(2). It is the only form
// where that system call is missing.
func Fenced() Option { return func(d *Classic) { d.fenced = true } }

// NewClassic returns a domain without readers.
func NewClassic(opts ...Option) *Classic {
	d := &Classic{fenced: !mem.Asymmetric(), patience: patienceMin}
	for _, o := range opts {
		o(d)
	}
	d.counter.Store(classicFirst)
	d.init(d, newTracker("classic"))
	return d
}

// Fenced reports whether entering a section passes a full fence.
func (d *Classic) Fenced() bool { return d.fenced }

// Stats returns counts since the domain was made.
func (d *Classic) Stats() Stats {
	s := d.stats()
	s.Readers = d.readers.len()
	return s
}

func (d *Classic) begin() {
	d.counter.Store(d.counter.Load() + classicStep) // (5)
	d.left = d.readers.load()
	if d.fenced || d.urgent.Load() == 0 && d.allEnterAgain() {
		d.owed = false
		return
	}
	d.owed = !d.heavyFence() // (7)
}

// Bounds of the driver's patience before it fences, in pauses of some 30 to 50
// nanoseconds each: no more than what the fence may cost.
const (
	patienceMin = 2
	patienceMax = 32
)

// allEnterAgain waits for a moment that the readers enter at the new value,
// longer if they did so last time.
func (d *Classic) allEnterAgain() bool {
	now := d.counter.Load() &^ stateMask
	for n := 0; ; n++ {
		d.skip(func(m uint64) bool { return m&^stateMask == now }) // (6)
		if len(d.left) == 0 {
			d.patience = min(2*d.patience, patienceMax)
			return true
		}
		if n == d.patience {
			d.patience = max(d.patience/2, patienceMin)
			return false
		}
		mem.Pause(1)
	}
}

func (d *Classic) quiet() bool {
	if d.owed {
		if d.owed = !d.heavyFence(); d.owed {
			return false
		}
	}
	now := d.counter.Load() &^ stateMask
	d.skip(func(m uint64) bool { return m&nestMask == 0 || m&^stateMask == now }) // (8)
	return len(d.left) == 0
}

// skip goes on to the first reader whose mark is not over.
func (d *Classic) skip(over func(mark uint64) bool) {
	for ; len(d.left) > 0; d.left = d.left[1:] {
		if r := d.left[0].Load(); r != nil && !over(r.mark.Load()) {
			return
		}
	}
}

// ClassicReader is one registered reader, made by [Classic.Register]: the zero
// value panics. One goroutine at a time may use it; a goroutine may have several,
// also of several domains.
type ClassicReader struct {
	mark    mem.Uint64 // written by the reader only; first, for the inliner's sake
	counter *mem.Uint64
	domain  *Classic // nil after Unregister
	place   int
	section section
	slow    bool // entering takes more than a store of the mark: see enter
	_       [classicBlock - allocHeader - classicFields]byte
}

// A ClassicReader fills a block of the allocator, which is aligned to its size:
// nobody else's words come near, on either side.
const classicBlock = 2 * mem.FalseSharingRange

const (
	wordSize      = unsafe.Sizeof(uintptr(0))
	classicFields = unsafe.Sizeof(mem.Uint64{}) + 3*wordSize + unsafe.Sizeof(section{}) + unsafe.Sizeof(false)

	// allocHeader is what the allocator puts before a reader in its block: 8 bytes
	// where an object with pointers is longer than 32 words of 4 bytes, nothing up
	// to 64 words of 8 (runtime/mbitmap.go, minSizeForMallocHeader).
	allocHeader = 2 * (8 - wordSize)
)

// Register returns a new reader, outside any section. It may be called at any
// time by anybody outside a section of [Sched], and costs a lock and an
// allocation: a goroutine does it once and keeps the reader.
func (d *Classic) Register() *ClassicReader {
	r := &ClassicReader{counter: &d.counter, domain: d}
	if d.fenced || debug {
		r.slow = true
		r.mark.Store(slowBit)
	}
	r.place = d.readers.add(r)
	return r
}

// Unregister ends the use of r, which must be outside any section (it panics
// otherwise). From then on entering a section panics with a [Violation], as no
// grace period would wait for it. A reader that is forgotten instead costs each
// grace period a look.
func (r *ClassicReader) Unregister() {
	if r.domain == nil {
		reportUnregistered("classic")
		return
	}
	if r.Held() {
		panic("rcu: Unregister inside a read-side critical section")
	}
	r.domain.readers.remove(r.place, r)
	r.domain, r.slow = nil, true // so that ReadLock comes to enter
}

// ReadLock enters a read-side critical section. Sections nest, to a depth of
// 32,767. What is loaded inside stays valid until the matching ReadUnlock of the
// outermost one. It never waits.
func (r *ClassicReader) ReadLock() {
	if debug || r.slow {
		r.enter()
	} else {
		mem.StoreRelease(&r.mark, r.counter.Load()) // (1), (2)
		r.slow = true
	}
}

// enter is ReadLock inside a section, in the fenced form, in the checked mode, and
// after Unregister. It stands apart so that ReadLock can be inlined (which it can by a hair)
// and has no locked instruction, not even behind a branch.
//
//go:noinline
func (r *ClassicReader) enter() {
	if r.domain == nil {
		reportUnregistered("classic")
		return
	}
	if debug {
		r.section.enterClassic(r)
	}
	m := r.mark.Load()
	if m&nestMask != 0 {
		mem.StoreRelease(&r.mark, m+1)
		return
	}
	m = r.counter.Load() | slowBit
	if r.domain.fenced {
		r.mark.Store(m) // full fence before (3)
	} else {
		mem.StoreRelease(&r.mark, m)
	}
}

// ReadUnlock leaves the innermost section. It never waits.
func (r *ClassicReader) ReadUnlock() {
	if debug && !r.section.exitClassic(r) {
		return
	}
	m := r.mark.Load() - 1
	mem.StoreRelease(&r.mark, m) // pairs with (6) and (8)
	r.slow = m&stateMask != 0
}

// Held reports whether r is inside a section.
func (r *ClassicReader) Held() bool { return r.mark.Load()&nestMask != 0 }
