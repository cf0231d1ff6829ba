package rcu

import (
	"sync/atomic"

	"readmostly/internal/mem"
)

// A QSBR reader is always inside a section, except at the moments when it says
// otherwise: at a quiescent state it copies the domain's counter into a word of
// its own. A grace period advances the counter and waits until each word holds
// the new value, or 0 for a reader that is offline.
//
// Why announcing needs no fence of any kind:
//
//	reader:  uses of old references; load counter (1); store word (2); new loads (3)
//	driver:  unlink (4); store counter (5); load word (6)
//
// If (6) reads the new value from (2), then (1) read it from (5). (2) is a
// release, so the uses of old references come before the end of the grace
// period; (1) is an acquire, so (3) sees (4). If (1) came too early and read the
// old value, the reader is waited for until its next quiescent state.
//
// Coming online differs: (6) may have read the 0 already, and the driver is
// gone. So the store is followed by a full fence before the first load, and (4)
// by one before (6): either (6) sees the reader or the reader sees (4).
//
// Source: liburcu, src/urcu-qsbr.c, urcu_qsbr_synchronize_rcu and
// wait_for_readers, include/urcu/static/urcu-qsbr.h, _urcu_qsbr_quiescent_state
// and _urcu_qsbr_thread_online; T. Hart et al., "Performance of memory reclamation
// for lockless synchronization", JPDC 67(12), 2007.
const qsbrOffline = 0

// QSBR is the RCU whose readers cost nothing and cooperate instead: each must
// call QuiescentState now and then, or be offline, or every grace period of the
// domain waits for it. It suits loops that handle one event after the other.
// Make one with [NewQSBR]. (Kernel: a context switch as quiescent state.)
type QSBR struct {
	gracePeriods
	readers registry[QSBRReader]

	left []atomic.Pointer[QSBRReader] // what the grace period has not looked at

	_       mem.Pad
	counter mem.Uint64
	_       mem.Pad
}

// NewQSBR returns a domain without readers.
func NewQSBR() *QSBR {
	d := &QSBR{}
	d.counter.Store(qsbrOffline + 1)
	d.init(d, newTracker("qsbr"))
	return d
}

// Stats returns counts since the domain was made.
func (d *QSBR) Stats() Stats {
	s := d.stats()
	s.Readers = d.readers.len()
	return s
}

func (d *QSBR) begin() {
	now := d.counter.Load() + 1
	if now == qsbrOffline {
		now++
	}
	d.counter.Store(now) // (5), with the full fence before (6)
	d.left = d.readers.load()
}

func (d *QSBR) quiet() bool {
	now := d.counter.Load()
	for ; len(d.left) > 0; d.left = d.left[1:] {
		r := d.left[0].Load()
		if r == nil {
			continue
		}
		if w := r.word.Load(); w != now && w != qsbrOffline { // (6)
			return false
		}
	}
	return true
}

// QSBRReader is one registered reader, made by [QSBR.Register]: the zero value
// panics. One goroutine at a time may use it.
type QSBRReader struct {
	_       mem.Pad
	word    mem.Uint64  // written by the reader only
	counter *mem.Uint64 // nil after Unregister, so that QuiescentState faults
	section section
	domain  *QSBR // likewise
	place   int
	_       mem.Pad
}

// Register returns a new reader, online: as if inside a section from now on. It
// may be called at any time by anybody outside a section of [Sched], and costs a
// lock and an allocation.
func (d *QSBR) Register() *QSBRReader {
	r := &QSBRReader{counter: &d.counter, domain: d}
	r.place = d.readers.add(r)
	if debug {
		r.section.join(r)
	}
	r.goOnline()
	return r
}

// Unregister takes r offline and ends its use. From then on all its methods but
// Held panic, as no grace period would wait for it: QuiescentState by a nil
// dereference, the others with a [Violation]. ReadLock and ReadUnlock are no code
// outside the checked mode, where they report it too.
func (r *QSBRReader) Unregister() {
	r.Offline()
	if r.domain != nil {
		r.domain.readers.remove(r.place, r)
		r.domain, r.counter = nil, nil
	}
}

// registered reports in checked mode, and panics otherwise, if r is not in use.
func (r *QSBRReader) registered() bool {
	if r.domain == nil {
		reportUnregistered("qsbr")
		return false
	}
	return true
}

// ReadLock marks the beginning of a section for people and for the checked mode.
// It is no code otherwise.
func (r *QSBRReader) ReadLock() {
	if debug {
		r.section.enterQSBR(r)
	}
}

// ReadUnlock marks the end of a section; what was loaded in it should not be
// used any more, and must not be after the next QuiescentState.
func (r *QSBRReader) ReadUnlock() {
	if debug {
		r.section.exitQSBR(r)
	}
}

// QuiescentState announces that the goroutine holds no reference obtained
// before. It never waits. Only an online reader may call it, as it does not have
// the fence of [QSBRReader.Online], and not between ReadLock and ReadUnlock.
func (r *QSBRReader) QuiescentState() {
	if debug {
		if !r.registered() {
			return
		}
		r.section.quiescent(r)
	}
	mem.StoreRelease(&r.word, r.counter.Load()) // (1), (2)
}

// Offline announces that the goroutine holds no reference and will not read
// until [QSBRReader.Online]: before it blocks, or waits for anything long. It
// must not be called between ReadLock and ReadUnlock.
func (r *QSBRReader) Offline() {
	if !r.registered() {
		return
	}
	if debug {
		r.section.offline(r)
	}
	mem.StoreRelease(&r.word, qsbrOffline)
}

// Online ends [QSBRReader.Offline].
func (r *QSBRReader) Online() {
	if !r.registered() {
		return
	}
	if debug {
		r.section.online(r)
	}
	r.goOnline()
}

// goOnline stores with a full fence before the first load.
func (r *QSBRReader) goOnline() { r.word.Store(r.counter.Load()) }

// Held reports whether r is online, which protects its references.
func (r *QSBRReader) Held() bool { return r.word.Load() != qsbrOffline }

// Synchronize is the domain's Synchronize for a goroutine that is a reader
// itself: r goes offline meanwhile, so its references end with the call.
func (r *QSBRReader) Synchronize() {
	if !r.registered() {
		return
	}
	online := r.Held()
	if online {
		r.Offline()
	}
	r.domain.Synchronize()
	if online {
		r.Online()
	}
}
