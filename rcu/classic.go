package rcu

import (
	"sync/atomic"
	"unsafe"

	"readmostly/internal/mem"
)

// A classic reader has three words of its own. The mark says whether it is inside a
// section. Next is the number of the latest grace period, which the driver writes.
// Seen is the number that the reader has found there: a reader that enters and
// finds news acknowledges them. A grace period waits until each reader is outside
// or has seen its number.
//
// Why one look at each reader is enough, though a reader may stall anywhere, and
// though the mark is a plain store:
//
//	reader:  store mark (1); load next (2); store seen (3); loads of the structure (4); store mark (5)
//	driver:  unlink (6); store next (7); load seen (8); heavy fence (9); load seen, load mark (10)
//
// A number that was seen was loaded by (2) from (7), an acquire from a release, so
// (4) sees (6): the section is new. And (3) is a release, so the reader's earlier
// sections have ended before. That is all there is to wait for, whether (8) or (10)
// finds it and whether the reader is inside or outside now; readers in a tight loop
// hold nobody up and need no fence. The fence, which interrupts other cores, is for
// those who do not enter again soon. It runs on the reader's thread too, somewhere
// in its program order. If (1) comes before it, (10) reads the mark, or one that the
// reader stored later. If (1) comes after it, so does (4), which then sees (6). So
// if (10) finds the reader outside, there is nothing to wait for. A number of one
// bit would need a second round, as the old number that a stalled reader stores late
// would look new; this one has 63 bits and does not come round meanwhile. A reader
// that registers begins with the domain's number, which is stored between (6) and
// (7): see registry.
//
// (5) is a release and pairs with (10), an acquire: all that the reader did comes
// before the end of the grace period.
//
// The fenced form needs no (9): a full fence behind (1) pairs with the one that
// every driver passes when it opens the grace period, between (6) and (10). Its
// numbers are news to every entry, and (3) is a full fence in both forms.
//
// Sections nest by what ReadLock returns: the mark as it was, which (5) puts back.
// At rest that is the least number that would be news, so that one comparison tells
// an entry that there is nothing to do but (1) from all others: one with news, one
// that is fenced, one that is nested, and one of a reader that is not registered.
//
// So a section is five instructions on amd64: load mark, store mark, compare with
// next, branch, store mark. Lookups on a map that is larger than the caches are as
// fast as the processor can have many of them under way, so each of them counts
// there. That is why the number comes to the reader's own line and not to its mark,
// and why there is no depth. The words share a cache line, to which the driver writes
// once per grace period and otherwise only the reader.
//
// Sources: liburcu, src/urcu.c, synchronize_rcu and wait_for_readers (urcu-memb;
// smp_mb_master is (9)), include/urcu/static/urcu-memb.h, _urcu_memb_read_lock;
// M. Desnoyers et al., "User-Level Implementations of Read-Copy Update", IEEE
// TPDS 23(2), 2012. Seen is as in its QSBR, and nesting by value as in the kernel's
// srcu_read_lock.
const (
	inside    = 0         // the mark in a section; outside it is a number less than fencedBit
	fencedBit = 1 << 63   // in the numbers of a fenced domain
	everSeen  = 1<<64 - 1 // seen and next of a reader that has left
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
	owed     bool       // (9) is still to be done
	number   mem.Uint64 // of the last grace period, written by the driver
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
	if d.number.Store(1); d.fenced {
		d.number.Store(fencedBit + 1)
	}
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
	now := d.number.Load() + 1
	d.number.Store(now)
	d.left = d.readers.load()
	for i := range d.left {
		if r := d.left[i].Load(); r != nil {
			mem.StoreRelease(&r.next, now) // (7)
		}
	}
	if d.fenced || d.urgent.Load() == 0 && d.allEnterAgain() {
		d.owed = false
		return
	}
	d.owed = !d.heavyFence() // (9)
}

// Bounds of the driver's patience before it fences, in pauses of some 30 to 50
// nanoseconds each: no more than what the fence may cost.
const (
	patienceMin = 2
	patienceMax = 32
)

// allEnterAgain waits for a moment that the readers see the new number, longer if
// they did so last time.
func (d *Classic) allEnterAgain() bool {
	now := d.number.Load()
	for n := 0; ; n++ {
		d.skip(func(r *ClassicReader) bool { return r.seen.Load() >= now }) // (8)
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
	now := d.number.Load()
	d.skip(func(r *ClassicReader) bool { return r.mark.Load() != inside || r.seen.Load() >= now }) // (10)
	return len(d.left) == 0
}

// skip goes on to the first reader that is not over.
func (d *Classic) skip(over func(*ClassicReader) bool) {
	for ; len(d.left) > 0; d.left = d.left[1:] {
		if r := d.left[0].Load(); r != nil && !over(r) {
			return
		}
	}
}

// ClassicReader is one registered reader, made by [Classic.Register]: the zero
// value panics. One goroutine at a time may use it; a goroutine may have several,
// also of several domains.
type ClassicReader struct {
	mark    mem.Uint64 // written by the reader only; first, for a short instruction
	next    mem.Uint64 // written by the driver
	seen    mem.Uint64 // written by the reader only
	domain  *Classic   // nil after Unregister
	place   int
	section section
	_       [classicBlock - allocHeader - classicFields]byte
}

// A ClassicReader fills a block of the allocator, which is aligned to its size:
// nobody else's words come near, on either side.
const classicBlock = 2 * mem.FalseSharingRange

const (
	wordSize      = unsafe.Sizeof(uintptr(0))
	classicFields = 3*unsafe.Sizeof(mem.Uint64{}) + 2*wordSize + unsafe.Sizeof(section{})

	// allocHeader is what the allocator puts before a reader in its block: 8 bytes
	// where an object with pointers is longer than 32 words of 4 bytes, nothing up
	// to 64 words of 8 (runtime/mbitmap.go, minSizeForMallocHeader).
	allocHeader = 2 * (8 - wordSize)
)

// Register returns a new reader, outside any section. It may be called at any
// time by anybody outside a section of [Sched], and costs a lock and an
// allocation: a goroutine does it once and keeps the reader.
func (d *Classic) Register() *ClassicReader {
	r := &ClassicReader{domain: d}
	r.mark.Store(1) // any number is news
	r.next.Store(d.number.Load())
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
	r.seen.Store(everSeen) // for a driver that has an old table
	r.next.Store(everSeen) // so that ReadLock looks: all its numbers are less, and so are those that a driver may store late
	r.domain = nil
}

// ReadLock enters a read-side critical section and returns the token that ends it:
//
//	defer r.ReadUnlock(r.ReadLock())
//
// Sections nest, to any depth, and end in the reverse order of their beginning.
// What is loaded inside stays valid until the outermost one ends. It never waits.
func (r *ClassicReader) ReadLock() Token {
	if debug {
		return r.section.enterClassic(r)
	}
	m := mem.LoadAcquire(&r.mark)
	mem.StoreRelease(&r.mark, inside) // (1)
	if mem.LoadAcquire(&r.next) >= m {
		if r.domain == nil {
			panic(unregisteredClassic)
		}
		if m != inside {
			m = r.next.Load() // (2): the compiler may put the first load behind some of (4)
			r.seen.Store(m)   // (3)
			m = m&^fencedBit + 1
		}
	}
	return Token(m)
}

// ReadUnlock ends the section whose ReadLock returned t: the last one that r has
// begun and not ended. It never waits.
func (r *ClassicReader) ReadUnlock(t Token) {
	if debug {
		r.section.exitClassic(r, t)
	} else {
		mem.StoreRelease(&r.mark, uint64(t)) // (5)
	}
}

// Held reports whether r is inside a section.
func (r *ClassicReader) Held() bool { return r.mark.Load() == inside && r.domain != nil }

var unregisteredClassic any = Violation{Kind: UnregisteredReader, Domain: "classic"}
