package advise

import (
	"cmp"
	"fmt"
	"slices"

	"readmostly/impls"
	"readmostly/results"
)

// An Advice is the answer to a question.
type Advice struct {
	Question Question
	Baseline string // what ratios are over
	Forks    int    // that measured each backend, at least
	Layouts  string // of the binary, as the file says; empty for unknown

	Winner *Cost      // the cheapest; nil where there are too few forks to tell
	Tied   []Cost     // that can't be told apart from it
	Others []Cost     // that are dearer; all where nobody wins
	Out    []Excluded // by their ratio, those that were not measured last

	Between  *Between // the workload lies between two that were measured; nil if it was itself
	Horizons []Horizon
	Enough   *Cost // the cheapest plain mechanism, if it takes less than [Little] of a core
}

// Little is the share of a core below which what a mechanism takes doesn't matter.
const Little = 0.01

// From answers a question from what a file holds; known are the backends whose
// capabilities are known. A question of 0 threads is about the most that the file
// measured. The error is a [Nobody], or says what the file doesn't hold.
func From(f results.File, known []impls.Backend, q Question) (Advice, error) {
	if err := q.Possible(known); err != nil {
		return Advice{}, err
	}
	g := newGrid(f, known)
	if q.Workload.Threads == 0 {
		q.Workload.Threads = g.most(q.Workload.Structure)
	}
	s, ok := g.stand(q, q.Workload)
	if !ok {
		return Advice{}, g.unmeasured(q.Workload)
	}
	a := Advice{Question: q, Baseline: f.Value("baseline"), Layouts: f.Value("layouts"), Forks: s.forks, Between: s.between}
	a.Out = g.excluded(q, s)
	if len(s.costs) == 0 {
		return a, &Nobody{Question: q, Excluded: a.Out}
	}
	if s.tooFew {
		a.Others = s.costs
	} else {
		best, others := s.first()
		a.Winner, a.Tied, a.Others = &best[0], best[1:], others
		for _, axis := range Axes() {
			a.Horizons = append(a.Horizons, g.horizon(q, s, axis))
		}
	}
	a.Enough = enough(q, s)
	return a, nil
}

// Candidates returns all that can be the answer, the cheapest first.
func (a *Advice) Candidates() (all []Cost) {
	if a.Winner != nil {
		all = append(all, *a.Winner)
	}
	all = slices.Concat(all, a.Tied, a.Others)
	slices.SortStableFunc(all, byRatio)
	return all
}

// excluded returns who is no answer, and why.
func (g grid) excluded(q Question, s standing) (all []Excluded) {
	seen := map[string]bool{}
	for _, x := range g.shown(s) {
		seen[x.impl] = true
		if _, stands := s.find(x.Name); stands {
			continue
		}
		why := g.lacks(q, x.impl, s.workload)
		if len(why) == 0 {
			why = []string{x.why()}
		}
		all = append(all, Excluded{x.Cost, why})
	}
	for _, b := range g.known {
		if b.Caps.Floor || b.Caps.Limit || seen[b.Name] {
			continue
		}
		why := q.lacks(b, s.workload)
		if len(why) == 0 {
			why = []string{"it was not measured"}
		}
		all = append(all, Excluded{Cost{Name: b.Name, Plain: b.Plain}, why})
	}
	slices.SortStableFunc(all, func(a, b Excluded) int { return byRatio(a.Cost, b.Cost) })
	return all
}

// byRatio orders costs: those that are known first.
func byRatio(a, b Cost) int {
	if a.Known() != b.Known() {
		if a.Known() {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.Ratio.Center, b.Ratio.Center)
}

// enough returns the cheapest plain mechanism that takes little of a core.
func enough(q Question, s standing) *Cost {
	if q.Load == nil {
		return nil
	}
	for _, c := range s.costs {
		if _, most := c.Core(*q.Load); c.Plain && most < Little {
			return &c
		}
	}
	return nil
}

// String says between what a workload lies.
func (b Between) String() string {
	return fmt.Sprintf("%s and %s", b.Axis.Format(b.Low), b.Axis.Format(b.Top))
}
