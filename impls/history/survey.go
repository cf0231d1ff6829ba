package history

import (
	"fmt"
	"time"

	"readmostly/impls"
)

// Options say how many histories are taken, and which.
type Options struct {
	Count   int           // histories to check; 0: 50
	Seed    uint64        // of the first; each further one has the next
	Reclaim string        // one of the backend's Reclaims; empty: the default
	Limit   time.Duration // for the search of one history's order; 0: 10 s

	plan func(seed uint64) Plan // for tests; nil: NewPlan
}

// attempts is how many histories are recorded for one that is checked, at most:
// on a busy core workers may take turns.
const attempts = 20

// A Summary counts what a survey has seen.
type Summary struct {
	Backend    string
	Reclaim    string
	Histories  int // checked: linearizable, or undecided
	Undecided  int // no order was found in time: they show nothing
	Discarded  int // without operations that overlap: not checked
	Operations int // in the histories that were checked
	Overlap        // in the histories that were checked
	Fewest     int // operations of a history
	Elapsed    time.Duration
}

// String returns the counts in one line.
func (s Summary) String() string {
	name := s.Backend
	if s.Reclaim != "" {
		name += "/" + s.Reclaim
	}
	share, pairs := 0.0, 0.0
	if s.Histories > 0 {
		share = 100 * float64(s.Overlap.Operations) / float64(s.Operations)
		pairs = float64(s.Contending) / float64(s.Histories)
	}
	return fmt.Sprintf("%-20s %5d histories %7d operations (%3d or more each) %3.0f%% overlap %5.1f contending pairs each %4d discarded %d undecided %6.1f s",
		name, s.Histories, s.Operations, s.Fewest, share, pairs, s.Discarded, s.Undecided, s.Elapsed.Seconds())
}

// Survey records and checks histories of the backend until it has as many as it
// was asked for, each with more than 100 operations and with some of different
// workers that overlap. The error is a [*Failure] at the first history that is
// violated. It sets GOMAXPROCS meanwhile.
func Survey(b impls.Backend, o Options) (s Summary, err error) {
	if o.Count == 0 {
		o.Count = 50
	}
	if o.Limit == 0 {
		o.Limit = 10 * time.Second
	}
	if o.plan == nil {
		o.plan = NewPlan
	}
	began := time.Now()
	s = Summary{Backend: b.Name, Reclaim: o.Reclaim}
	defer func() { s.Elapsed = time.Since(began) }()
	for seed := o.Seed; s.Histories < o.Count; seed++ {
		if s.Histories+s.Discarded >= attempts*o.Count {
			return s, fmt.Errorf("%s: only %d of %d histories had operations that overlap", b.Name, s.Histories, s.Histories+s.Discarded)
		}
		p := o.plan(seed)
		p.Reclaim = o.Reclaim
		h, err := Record(b, p)
		if err != nil {
			return s, fmt.Errorf("%s: %v: %w", b.Name, p, err)
		}
		overlap := h.Overlap()
		if overlap.Pairs == 0 && len(h.Faults) == 0 {
			s.Discarded++
			continue
		}
		verdict, failure := h.Check(o.Limit)
		if failure != nil {
			return s, failure
		}
		s.add(h, overlap, verdict)
	}
	return s, nil
}

func (s *Summary) add(h *History, o Overlap, v Verdict) {
	if s.Histories == 0 || len(h.Operations) < s.Fewest {
		s.Fewest = len(h.Operations)
	}
	s.Histories++
	s.Operations += len(h.Operations)
	s.Overlap.Operations += o.Operations
	s.Pairs += o.Pairs
	s.Contending += o.Contending
	if v == Undecided {
		s.Undecided++
	}
}
