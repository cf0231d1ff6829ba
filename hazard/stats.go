package hazard

import "readmostly/internal/mem"

// Stats counts what has happened in a domain so far.
type Stats struct {
	Retired   uint64 // references handed to Retire
	Reclaimed uint64 // of those, the ones handed to a reclaim function
	Scans     uint64 // scans, whatever they found
}

// Waiting is how many references are retired and not reclaimed.
func (s Stats) Waiting() uint64 { return s.Retired - s.Reclaimed }

func (s *Stats) add(t Stats) {
	s.Retired += t.Retired
	s.Reclaimed += t.Reclaimed
	s.Scans += t.Scans
}

// Stats sums the counts of all participants that are or were registered. It may
// be called while they run and doesn't disturb them: then each count is of a
// slightly different moment, with Reclaimed never beyond Retired.
func (d *Domain) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := *d.list.Load()
	s := d.left
	// All reclaimed before any retired: one participant may reclaim what another
	// retired.
	for _, p := range list {
		s.Reclaimed += p.counts.reclaimed.Load()
	}
	for _, p := range list {
		s.Retired += p.counts.retired.Load()
		s.Scans += p.counts.scans.Load()
	}
	return s
}

func (p *Participant) stats() Stats {
	return Stats{
		Retired:   p.counts.retired.Load(),
		Reclaimed: p.counts.reclaimed.Load(),
		Scans:     p.counts.scans.Load(),
	}
}

// bump adds n to a count that only the caller writes. Release keeps the counts
// of one participant in order; it pairs with the loads in Stats.
func bump(count *mem.Uint64, n uint64) {
	mem.StoreRelease(count, count.Load()+n)
}
