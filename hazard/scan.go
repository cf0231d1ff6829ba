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
// protects, and what participants that left have left behind.
//
// Source: Michael 2004, Scan and HelpScan; the asymmetric fence is that of
// folly/synchronization/HazptrDomain.h and of Linux hazard pointers.
func (p *Participant) Flush() {
	if p.domain == nil {
		p.misuse(0)
	}
	o := &p.domain.orphans
	if !o.TryLock() {
		p.scan(nil) // somebody else looks after the orphans
		return
	}
	defer o.Unlock()
	p.scan(o)
}

// scan reclaims what it can of the retired references and of the orphans, whose
// lock the caller holds, unless o is nil.
func (p *Participant) scan(o *orphanage) {
	p.hazards = p.domain.protected(p.hazards[:0])
	n := 0
	if o != nil {
		n = o.scan(p.hazards, p.reclaim)
	}
	p.retired, p.free = split(p.retired, p.hazards, p.free[:0])
	if len(p.free) > 0 {
		p.reclaim(p.free)
	}
	bump(&p.counts.reclaimed, uint64(n+len(p.free)))
	bump(&p.counts.scans, 1)
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
		for i := range p.words {
			if ref := p.words[i].Load(); ref != 0 {
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
// held from before the fence of a scan until what can be is reclaimed, so that
// only one scan at a time decides on an orphan.
type orphanage struct {
	sync.Mutex
	refs    []uint64
	reclaim func([]uint64) // of the participant that left last, for Close
}

// scan reclaims the orphans that are not in the sorted set hazards and returns
// how many they were.
func (o *orphanage) scan(hazards []uint64, reclaim func([]uint64)) int {
	if len(o.refs) == 0 {
		return 0
	}
	keep, free := split(o.refs, hazards, nil)
	o.refs = keep
	if len(free) > 0 {
		reclaim(free)
	}
	return len(free)
}
