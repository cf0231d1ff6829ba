package hazard

import (
	"slices"
	"sync"

	"readmostly/internal/mem"
)

// The invariant: a reference that is in no slot after the scan's fence, and was
// unreachable before it, can't become protected any more. For a reader that
// publishes it later, or published it too late for the scan to see, validates
// after the fence, finds it unreachable and doesn't use it.

// Flush scans now: it reclaims what this participant has retired and nobody
// protects, and what participants that left have left behind. If the reclaim
// function retires more, it scans again until that is settled too. Flush panics
// if it is called from the participant's own reclaim function.
//
// Source: Michael 2004, Scan and HelpScan; the asymmetric fence is that of
// folly/synchronization/HazptrDomain.h and of Linux hazard pointers.
func (p *Participant) Flush() {
	p.mayScan("Flush")
	for p.scan() {
	}
}

// scanFull scans until there is less than the threshold, or nothing more to
// retire.
func (p *Participant) scanFull() {
	for p.scan() && uint64(len(p.retired)) >= p.domain.threshold.Load() {
	}
}

// scan reclaims what it can of the retired references and, unless somebody else
// is looking after them, of the orphans. It reports whether the reclaim function
// has retired more, which this scan has not looked at.
func (p *Participant) scan() (more bool) {
	o := &p.domain.orphans
	p.free = p.free[:0]
	if o.TryLock() {
		p.hazards = p.domain.protected(p.hazards[:0])
		p.free = o.take(p.hazards, p.free)
		o.Unlock()
	} else {
		p.hazards = p.domain.protected(p.hazards[:0])
	}
	p.retired, p.free = split(p.retired, p.hazards, p.free)
	return p.hand()
}

// leave is a scan that makes orphans of what it can't reclaim. Whoever scans
// after it sees all of them, so none is left to nobody.
func (p *Participant) leave() (more bool) {
	o := &p.domain.orphans
	o.Lock()
	p.hazards = p.domain.protected(p.hazards[:0])
	p.free = o.take(p.hazards, p.free[:0])
	p.retired, p.free = split(p.retired, p.hazards, p.free)
	o.refs = append(o.refs, p.retired...)
	o.reclaim = p.reclaim
	o.Unlock()
	p.retired = p.retired[:0]
	return p.hand()
}

// hand hands what is free to the reclaim function, when everything else about
// the scan is settled and no lock is held: the function may retire more, panic or
// end its goroutine.
func (p *Participant) hand() (more bool) {
	kept := len(p.retired)
	p.waiting.reset(p.retired)
	p.domain.pending.remove(p.free)
	bump(&p.counts.scans, 1)
	if len(p.free) == 0 {
		return false
	}
	p.handing = true
	defer func() {
		p.handing = false
		bump(&p.counts.reclaimed, uint64(len(p.free)))
	}()
	p.reclaim(p.free)
	return len(p.retired) > kept
}

// protected appends what all slots hold to set, in increasing order. What the
// caller has seen retired must be unlinked by then.
func (d *Domain) protected(set []uint64) []uint64 {
	// The fence between the unlinking and the slot loads. It pairs with the place
	// between publication and validation in a reader: there stands a fence too
	// (SetFenced), or nothing, and then HeavyFence puts one in.
	if d.fenced {
		var fence mem.Uint64
		fence.Store(0)
	} else {
		mem.HeavyFence()
	}
	set = d.collect(set)
	slices.Sort(set)
	return set
}

// collect appends what all slots hold to set.
func (d *Domain) collect(set []uint64) []uint64 {
	for _, p := range *d.list.Load() {
		// In increasing order, so that a reference that its owner copies to a
		// higher slot before it leaves the lower is seen in one of them. The loads
		// are acquires and pair with the release in Set: where a slot no longer
		// protects a reference, its owner's reads of it are over.
		for i := range p.slots {
			if ref := p.slots[i].Load(); ref != 0 {
				set = append(set, ref)
			}
		}
	}
	return set
}

// split keeps the references that are in the sorted set hazards and appends the
// others to free.
func split(refs, hazards, free []uint64) (keep, freed []uint64) {
	keep = refs[:0]
	for _, ref := range refs {
		if _, found := slices.BinarySearch(hazards, ref); found {
			keep = append(keep, ref)
		} else {
			free = append(free, ref)
		}
	}
	return keep, free
}

// orphanage holds what participants that left could not reclaim. Its lock is
// held from before the fence of a scan until what can be reclaimed is taken out,
// so that only one scan decides on an orphan, after it came.
type orphanage struct {
	sync.Mutex
	refs    []uint64
	reclaim func([]uint64) // of the participant that left last, for Close
}

// take appends the orphans that are not in the sorted set hazards to free.
func (o *orphanage) take(hazards, free []uint64) []uint64 {
	o.refs, free = split(o.refs, hazards, free)
	return free
}
