package rcu

import (
	"runtime"

	"readmostly/internal/mem"
)

// An SRCU reader counts itself in and out. There are two sets of counters, and
// in each one a pair for every P: entries and exits. A reader takes the set that
// the index names, counts an entry on the P where it is, and later an exit on
// the P where it is then. A set is drained once its exits equal its entries.
//
// Why the sum of the exits comes first, with a fence before the sum of the
// entries:
//
//	reader:  load index; count entry (1); loads of the structure (2); count exit (3)
//	driver:  unlink (4); sum exits (5); heavy fence (6); sum entries (7)
//
// An exit that (5) saw has its entry seen by (7). An entry (1) before (6) in its
// thread's program order is seen by (7); behind (6), (2) sees (4) and the
// section is new. So if the sums agree, every section that was under way has
// left, and (3), a release, put its accesses before (5).
//
// Why both sets are drained, with a turn of the index between: a reader may load
// the index and stall before (1), for any number of grace periods. It then sits
// in the set that was thought idle, so a driver that looked at the current set
// only would miss it. The idle set is drained first; it fills no further but by
// such stragglers, at most one entry each, so tight-loop readers don't starve
// the driver. Then the index turns, new readers go to the drained set, and the
// other one drains in its turn.
//
// Counting on a P's own word under preemption disabled needs no locked
// instruction: nobody else is on that P. A P beyond the table (GOMAXPROCS was
// raised since) counts atomically on a shared word, and so do all where the
// asymmetric fence is missing, whose locked add is then the fence at (1).
//
// Source: include/linux/srcutree.h, __srcu_read_lock_fast (before it
// __srcu_read_lock_lite), whose readers count without a fence, where those of
// srcu_read_lock have one; kernel/rcu/srcutree.c, srcu_readers_active_idx_check,
// where a synchronize_rcu stands for (6) if there are such readers, and
// srcu_advance_state; P. McKenney, "Sleepable RCU", LWN, 9 October 2006,
// https://lwn.net/Articles/202847/.

// SRCU is the RCU whose readers may block for as long as they like, as only the
// updaters of the same domain wait for them. Readers need no registration; a
// token from ReadLock goes to ReadUnlock, on any goroutine. Make one with
// [NewSRCU]. (Kernel: srcu_read_lock_fast or, as tokens travel,
// srcu_down_read_fast; synchronize_srcu.)
type SRCU struct {
	gracePeriods
	fenced bool
	old    uint64 // the index when the grace period turned it
	turned bool

	_      mem.Pad
	index  mem.Uint64 // the low bit names the set for new readers
	_      mem.Pad
	own    []srcuCounts // by P, written by whoever runs there, preemption disabled
	shared []srcuCounts // hashed by P, written with atomic adds
}

// srcuCounts are the counts of the two sets on one P.
type srcuCounts struct {
	entries, exits [2]mem.Uint64
	_              mem.Pad
}

// srcuShared is the number of shared words, a power of two.
const srcuShared = 16

// Token is what ReadLock returns for the ReadUnlock that ends the section, and for
// no other. For SRCU it says in which set of counters the section was entered, for
// a classic reader what its mark was before. Command rcuvet finds tokens that are
// dropped.
type Token uint64

// NewSRCU returns a domain without readers.
func NewSRCU() *SRCU { return newSRCU(!mem.Asymmetric()) }

func newSRCU(fenced bool) *SRCU {
	d := &SRCU{fenced: fenced, shared: make([]srcuCounts, srcuShared)}
	if !fenced {
		d.own = make([]srcuCounts, max(runtime.NumCPU(), runtime.GOMAXPROCS(0)))
	}
	d.init(d, newTracker("srcu"))
	return d
}

// Stats returns counts since the domain was made.
func (d *SRCU) Stats() Stats { return d.stats() }

// ReadLock enters a section and returns the token that ends it:
//
//	defer d.ReadUnlock(d.ReadLock())
//
// It never waits, and the goroutine may block inside. Sections nest, each with its
// own token.
func (d *SRCU) ReadLock() Token {
	p := mem.Pin()
	set := d.index.Load() & 1
	if p < len(d.own) {
		w := &d.own[p].entries[set]
		mem.StoreRelease(w, w.Load()+1) // (1)
	} else {
		d.shared[p%srcuShared].entries[set].Add(1)
	}
	mem.Unpin()
	if debug {
		return d.checkEnter(set)
	}
	return Token(set)
}

// ReadUnlock leaves the section of the token, which must come from the same
// domain and be used once. Any goroutine may call it.
func (d *SRCU) ReadUnlock(t Token) {
	if debug && !d.checkExit(t) {
		return
	}
	set := t & 1
	p := mem.Pin()
	if p < len(d.own) {
		w := &d.own[p].exits[set]
		mem.StoreRelease(w, w.Load()+1) // (3)
	} else {
		d.shared[p%srcuShared].exits[set].Add(1)
	}
	mem.Unpin()
}

// Held reports whether the calling goroutine entered a section that has not
// ended. Only the checked mode knows; without it the answer is true, as for the
// kernel's srcu_read_lock_held without lockdep.
func (d *SRCU) Held() bool { return !debug || d.sections.held() }

func (d *SRCU) begin() { d.turned = false }

func (d *SRCU) quiet() bool {
	if !d.turned {
		d.old = d.index.Load() & 1
		if !d.drained(d.old ^ 1) {
			return false
		}
		d.index.Store(d.index.Load() + 1)
		d.turned = true
	}
	return d.drained(d.old)
}

// drained reports whether all who entered in the set before the call have left.
func (d *SRCU) drained(set uint64) bool {
	exits := d.sumExits(set) // (5)
	if d.sumEntries(set) != exits {
		return false // surely not: spare the fence
	}
	if d.fenced {
		fullFence()
	} else if !d.heavyFence() { // (6)
		return false
	}
	return d.sumEntries(set) == exits // (7)
}

func (d *SRCU) sumExits(set uint64) (n uint64) {
	for _, words := range [][]srcuCounts{d.own, d.shared} {
		for i := range words {
			n += words[i].exits[set].Load()
		}
	}
	return n
}

func (d *SRCU) sumEntries(set uint64) (n uint64) {
	for _, words := range [][]srcuCounts{d.own, d.shared} {
		for i := range words {
			n += words[i].entries[set].Load()
		}
	}
	return n
}
