package history

import (
	"errors"
	"fmt"
	"time"

	"readmostly/impls"
)

// Options say how many histories are taken, and which.
type Options struct {
	Count   int           // histories that count; 0: 50
	Seed    uint64        // of the first; each further one has the next
	Reclaim string        // one of the backend's Reclaims; empty: the default
	Section int           // lookups that a section covers, which its batches then have; 0 or 1: one
	Limit   time.Duration // for the search of one history's order; 0: 10 s
	Strict  bool          // whether [Test] fails for [ErrTurns], and does not only log it

	plan func(seed uint64) Plan // for tests; nil: NewPlan
}

// What a history must have to be counted: operations of different workers that
// overlap, and some of them contending, if the backend can update.
const (
	minPairs      = 5
	minContending = 1
)

// attempts is how many histories are recorded for one that counts, at most, and
// spare how many more: on a busy core workers may take turns.
const attempts, spare = 20, 100

// ErrTurns says that too few histories overlap enough to count. All that were
// recorded were checked all the same. It is the machine's fault: on a single core
// the system may run one worker after the other to its end.
var ErrTurns = errors.New("the machine runs the workers in turns")

// A Summary counts what a survey has seen.
type Summary struct {
	Backend    string
	Reclaim    string
	Section    int
	Histories  int     // that count
	Operations int     // in the histories that count
	Overlap            // in the histories that count
	Fewest     int     // operations of a history that counts
	Least      Overlap // the fewest of each in a history that counts
	Uncounted  int     // histories with too little overlap, checked like the others
	Undecided  int     // no order was found in time: they show nothing
	Elapsed    time.Duration
}

// String returns the counts in one line.
func (s Summary) String() string {
	name := s.Backend
	if s.Reclaim != "" {
		name += "/" + s.Reclaim
	}
	if s.Section > 1 {
		name += fmt.Sprintf("/section=%d", s.Section)
	}
	n := float64(max(s.Histories, 1))
	return fmt.Sprintf("%-22s %5d histories of %d operations or more, %d overlapping pairs or more (mean %.1f), %d contending or more (mean %.1f); %d not counted, %d undecided, %.1f s",
		name, s.Histories, s.Fewest, s.Least.Pairs, float64(s.Pairs)/n, s.Least.Contending, float64(s.Contending)/n,
		s.Uncounted, s.Undecided, s.Elapsed.Seconds())
}

// Survey records and checks histories of the backend until it has as many as it
// was asked for that count: each has more than 100 operations, at least 5 pairs
// of operations of different workers that overlap, and, if the backend can
// update, at least one pair that contends. The error is a [*Failure] at the first
// history that is violated, whether it counts or not, or [ErrTurns]. It sets
// GOMAXPROCS meanwhile.
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
	s = Summary{Backend: b.Name, Reclaim: o.Reclaim, Section: o.Section}
	defer func() { s.Elapsed = time.Since(began) }()
	for seed := o.Seed; s.Histories < o.Count; seed++ {
		if n := s.Histories + s.Uncounted; n >= attempts*o.Count+spare {
			return s, fmt.Errorf("%s: only %d of %d histories overlap enough to count, with %d pairs and %d that contend: %w",
				b.Name, s.Histories, n, minPairs, minContending, ErrTurns)
		}
		p := o.plan(seed)
		p.Reclaim, p.Section = o.Reclaim, o.Section
		h, err := Record(b, p)
		if err != nil {
			return s, fmt.Errorf("%s: %v: %w", b.Name, p, err)
		}
		verdict, failure := h.Check(o.Limit)
		if failure != nil {
			return s, failure
		}
		if verdict == Undecided {
			s.Undecided++
		}
		s.add(h, h.Overlap(), b.Caps.Insert || b.Caps.Delete || b.Caps.Replace)
	}
	return s, nil
}

// add counts a history, if it overlaps enough.
func (s *Summary) add(h *History, o Overlap, updates bool) {
	if o.Pairs < minPairs || updates && o.Contending < minContending {
		s.Uncounted++
		return
	}
	least := func(all *int, n int) {
		if s.Histories == 0 || n < *all {
			*all = n
		}
	}
	least(&s.Fewest, len(h.Operations))
	least(&s.Least.Operations, o.Operations)
	least(&s.Least.Pairs, o.Pairs)
	least(&s.Least.Contending, o.Contending)
	s.Histories++
	s.Operations += len(h.Operations)
	s.Overlap.Operations += o.Operations
	s.Pairs += o.Pairs
	s.Contending += o.Contending
}
