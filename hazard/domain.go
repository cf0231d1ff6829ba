package hazard

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"readmostly/internal/mem"
)

// Domain is a set of participants that protect and retire references to the
// same objects. Its methods may be called by any goroutine at any time, unless
// they say otherwise.
type Domain struct {
	slots     int
	fenced    bool
	fixed     int                            // from Threshold, or 0
	threshold mem.Uint64                     // what starts a scan now
	list      atomic.Pointer[[]*Participant] // copied on write, under mu
	orphans   orphanage
	pending   pending // what all participants have retired, in checked mode

	mu     sync.Mutex // guards what follows
	peak   int        // the most participants at once
	closed bool
	left   Stats // of participants that left
}

// Option is a choice that [NewDomain] takes.
type Option func(*Domain)

// Fenced makes readers order their own publication, with a full fence each,
// where they otherwise leave that to the scans. It is what every domain does on
// machines without an asymmetric fence.
func Fenced() Option { return func(d *Domain) { d.fenced = true } }

// Threshold makes a participant scan when it has retired n references that are
// not reclaimed. Without it n is twice the number of slots of all participants
// plus 64, so that a scan reclaims at least half of what it looks at. It panics
// if n < 1.
func Threshold(n int) Option {
	if n < 1 {
		panic("hazard: Threshold below 1")
	}
	return func(d *Domain) { d.fixed = n }
}

// NewDomain returns a domain whose participants have the given number of slots
// each: as many as one reader needs to protect at the same time. It panics if
// slots < 1.
func NewDomain(slots int, opts ...Option) *Domain {
	if slots < 1 {
		panic("hazard: a domain without slots")
	}
	d := &Domain{slots: slots, fenced: !mem.Asymmetric()}
	for _, opt := range opts {
		opt(d)
	}
	d.list.Store(new([]*Participant))
	d.setThreshold()
	return d
}

// Fenced reports whether readers must publish with [SetFenced] instead of
// [Set]: by choice, or as the machine has no asymmetric fence.
func (d *Domain) Fenced() bool { return d.fenced }

// Slots returns the number of slots of each participant.
func (d *Domain) Slots() int { return d.slots }

// Threshold returns the number of retired references that makes a participant
// scan, for as many participants as have been registered at once so far.
func (d *Domain) Threshold() int { return int(d.threshold.Load()) }

func (d *Domain) setThreshold() {
	n := d.fixed
	if n == 0 {
		n = 2*d.slots*d.peak + 64
	}
	d.threshold.Store(uint64(n))
}

// Bound returns the most references that are ever retired and not reclaimed at
// the same time, however long readers stall:
//
//	participants × max(threshold, hazards+1) + hazards, with hazards = slots × participants
//
// and participants the most that have been registered at once so far. After a
// scan at most hazards are left to a participant, as each of them is in a slot.
// It scans again when it has threshold of them, or at each retirement if more
// are left than that. What participants leave behind when they unregister is in
// slots too: once more hazards at most.
//
// What a reclaim function retires itself comes on top, for as long as it works
// on one batch: a batch has max(threshold, hazards+1) references at most.
func (d *Domain) Bound() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	hazards := d.slots * d.peak
	return d.peak*max(d.Threshold(), hazards+1) + hazards
}

// Register adds a participant, which one goroutine uses at a time. Its scans
// hand the references that nobody protects to reclaim, a batch at a time, on
// the goroutine that scans. They may be references that other participants
// retired before they left. reclaim must not keep the slice. It may call Retire
// of the participant that it belongs to, but not its Flush or Unregister, nor
// [Domain.Close], which panic. If it panics or ends its goroutine, all of its
// batch counts as reclaimed. Register panics on a closed domain.
func (d *Domain) Register(reclaim func(refs []uint64)) *Participant {
	if reclaim == nil {
		panic("hazard: Register without a reclaim function")
	}
	p := newParticipant(d, reclaim)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		panic("hazard: Register on a closed domain")
	}
	list := append(slices.Clone(*d.list.Load()), p)
	d.peak = max(d.peak, len(list))
	d.setThreshold()
	// Pairs with the load in collect: a scan that misses this participant has
	// passed its fence before, so the participant's first validation sees
	// everything that the scan's references were unlinked by.
	d.list.Store(&list)
	return p
}

// remove takes p off the list and keeps its counts.
func (d *Domain) remove(p *Participant) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := slices.Clone(*d.list.Load())
	list = slices.DeleteFunc(list, func(q *Participant) bool { return q == p })
	d.left.add(p.stats())
	d.list.Store(&list)
}

// ErrProtected is what [Domain.Close] returns, wrapped, while a slot is set.
var ErrProtected = errors.New("hazard: still protected")

// Close reclaims what is left and ends the domain. No participant may be in use
// by then; those still registered are unregistered. If a slot is still set, it
// reclaims only what no slot protects, returns an error that wraps
// [ErrProtected], and may be called again.
func (d *Domain) Close() error {
	list := *d.list.Load()
	for _, p := range list {
		p.Flush()
	}
	if set := d.protected(nil); len(set) > 0 {
		return fmt.Errorf("%w: %d references, %#x is one", ErrProtected, len(set), set[0])
	}
	for _, p := range list {
		p.Unregister()
	}
	d.orphans.Lock()
	free := d.orphans.take(nil, nil)
	d.orphans.Unlock()
	d.mu.Lock()
	d.left.Reclaimed += uint64(len(free))
	d.closed = true
	d.mu.Unlock()
	if len(free) > 0 {
		d.pending.remove(free)
		d.orphans.reclaim(free)
	}
	return nil
}
