package advise

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// A grid is the plain mixes that a file has measured, each a table.
type grid struct {
	tables map[workloads.Workload]results.Table
	order  []results.Table
	known  []impls.Backend
}

func newGrid(f results.File, known []impls.Backend) grid {
	g := grid{tables: map[workloads.Workload]results.Table{}, known: known}
	for _, t := range results.Tables(f) {
		if t.Workload() == plainly(t.Workload()) && t.Compared() {
			g.tables[t.Workload()] = t
			g.order = append(g.order, t)
		}
	}
	return g
}

// plainly returns a mix with nothing special about it, such as chained lookups, which
// questions are not about.
func plainly(w workloads.Workload) workloads.Workload {
	return workloads.Workload{Scenario: workloads.Mix.Name, Structure: w.Structure, Size: w.Size, Buckets: w.Buckets, Updates: w.Updates, Replace: w.Replace}
}

// find returns the table that a workload was measured in.
func (g grid) find(w workloads.Workload) (results.Table, bool) {
	if w.Buckets != 0 {
		w.Buckets = w.Chains()
	}
	t, ok := g.tables[results.NewPoint(w, "", "").Table()]
	return t, ok && slices.Contains(t.Threads(), w.Threads)
}

// most returns the greatest number of threads that a structure was measured with, at
// least 1.
func (g grid) most(structure workloads.Structure) int {
	most := 1
	for _, t := range g.order {
		if t.Workload().Structure == structure {
			most = max(most, t.Most())
		}
	}
	return most
}

// places returns where on the axis a workload was measured, with all else as it is.
func (g grid) places(a Axis, w workloads.Workload) (places []float64) {
	for _, t := range g.order {
		for _, n := range t.Threads() {
			other := t.Workload()
			other.Threads = n
			v := a.Of(other)
			if _, ok := g.find(a.with(w, v)); ok && !slices.Contains(places, v) {
				places = append(places, v)
			}
		}
	}
	slices.Sort(places)
	return places
}

// A Between says that a workload was not measured, and which two of its axis it lies
// between.
type Between struct {
	Axis     Axis
	Low, Top float64
}

// around returns the measured places around a workload that was not measured.
func (g grid) around(w workloads.Workload) (Between, bool) {
	for _, a := range Axes() {
		places, v := g.places(a, w), a.Of(w)
		i, _ := slices.BinarySearch(places, v)
		if i > 0 && i < len(places) {
			return Between{a, places[i-1], places[i]}, true
		}
	}
	return Between{}, false
}

// A standing is how those that can be the answer compare under a workload.
type standing struct {
	workload workloads.Workload
	costs    []Cost // the cheapest first
	ranks    []int
	tooFew   bool
	forks    int // of each, at least
	between  *Between
}

// first returns those that can't be told apart from the cheapest, it first, and the
// others.
func (s standing) first() (best, others []Cost) {
	for i, c := range s.costs {
		if s.ranks[i] == 1 {
			best = append(best, c)
		} else {
			others = append(others, c)
		}
	}
	return best, others
}

// find returns what a backend costs.
func (s standing) find(name string) (Cost, bool) {
	i := slices.IndexFunc(s.costs, func(c Cost) bool { return c.Name == name })
	if i < 0 {
		return Cost{}, false
	}
	return s.costs[i], true
}

// stand ranks those that can be the answer under a workload, which need not be that of
// the question. It reports whether the workload was measured, or lies between two that
// were.
func (g grid) stand(q Question, w workloads.Workload) (standing, bool) {
	if t, ok := g.find(w); ok {
		return g.measured(q, w, t), true
	}
	b, ok := g.around(w)
	if !ok {
		return standing{}, false
	}
	return g.interpolated(q, w, b), true
}

// A showing is what was measured of a backend, be it an answer or not.
type showing struct {
	Cost
	impl           string
	faulty, failed bool
}

// why says why it isn't compared although it could be an answer.
func (x showing) why() string {
	switch {
	case x.faulty:
		return "its checks fail"
	case x.failed:
		return "it could not be measured"
	}
	return "it was not measured with all of these"
}

// shown returns all that there is to see where a standing is.
func (g grid) shown(s standing) []showing {
	if s.between == nil {
		return g.shows(s.workload)
	}
	b := *s.between
	all, top := g.shows(b.Axis.with(s.workload, b.Low)), g.shows(b.Axis.with(s.workload, b.Top))
	for i, x := range all {
		j := slices.IndexFunc(top, func(y showing) bool { return y.Name == x.Name })
		if j >= 0 && x.Known() && top[j].Known() {
			all[i].Cost = between(x.Cost, top[j].Cost, b.part(b.Axis.Of(s.workload)))
		} else {
			all[i].Cost = Cost{Name: x.Name, Plain: x.Plain}
		}
	}
	return all
}

// shows returns what was measured of a workload.
func (g grid) shows(w workloads.Workload) (all []showing) {
	t, _ := g.find(w)
	for _, b := range t.Backends() {
		if b.IsBaseline() || b.IsControl() || b.IsFloor() {
			continue
		}
		x := showing{Cost: Cost{Name: b.Name()}, impl: b.Impl(), faulty: b.IsFaulty()}
		_, tried := b.Cell(w.Threads).Point()
		if b.Cell(w.Threads).Forks() > 0 && !b.ReadOnly() {
			x.Cost = costOf(b, w.Threads, t.Baseline())
		} else {
			x.failed = tried
		}
		x.Plain = g.plain(b.Impl())
		all = append(all, x)
	}
	return all
}

// measured ranks as the table does.
func (g grid) measured(q Question, w workloads.Workload, t results.Table) standing {
	r := t.Ranking(w.Threads, func(b results.Backend) bool { return len(g.lacks(q, b.Impl(), w)) == 0 })
	s := standing{workload: w, ranks: r.Ranks, tooFew: r.TooFew}
	for i, b := range r.Backends {
		c := costOf(b, w.Threads, t.Baseline())
		c.Plain = g.plain(b.Impl())
		s.costs = append(s.costs, c)
		if n := b.Cell(w.Threads).Forks(); i == 0 || n < s.forks {
			s.forks = n
		}
	}
	return s
}

// interpolated ranks those that were measured on both sides. There are no samples to
// test in between: who overlaps with the cheapest shares its rank.
func (g grid) interpolated(q Question, w workloads.Workload, b Between) standing {
	part := b.part(b.Axis.Of(w))
	var ends [2]standing
	for i, v := range []float64{b.Low, b.Top} {
		at := b.Axis.with(w, v)
		t, _ := g.find(at)
		ends[i] = g.measured(q, at, t)
	}
	s := standing{workload: w, between: &b, tooFew: ends[0].tooFew || ends[1].tooFew, forks: min(ends[0].forks, ends[1].forks)}
	for _, low := range ends[0].costs {
		top, both := ends[1].find(low.Name)
		if both && g.fits(q, low.Name, w) {
			s.costs = append(s.costs, between(low, top, part))
		}
	}
	slices.SortStableFunc(s.costs, byRatio)
	for i, c := range s.costs {
		rank := 1 + i
		if i == 0 || overlap(c.Ratio, s.costs[0].Ratio) {
			rank = 1
		}
		s.ranks = append(s.ranks, rank)
	}
	return s
}

// part returns how far a place is on the way from the lower to the upper one.
func (b Between) part(v float64) float64 {
	low, top := b.Axis.straighten(b.Low), b.Axis.straighten(b.Top)
	return (b.Axis.straighten(v) - low) / (top - low)
}

// fits reports whether a backend, named with its way to reclaim, can be the answer.
func (g grid) fits(q Question, name string, w workloads.Workload) bool {
	impl, _, _ := strings.Cut(name, "/")
	return len(g.lacks(q, impl, w)) == 0
}

// lacks returns why a backend is no answer. Of one that this program doesn't have
// nobody knows what it can do beyond what was measured.
func (g grid) lacks(q Question, impl string, w workloads.Workload) []string {
	if b, ok := g.backend(impl); ok {
		return q.lacks(b, w)
	}
	if len(q.Needs) > 0 {
		return []string{"this program doesn't have it, so what it can do is unknown"}
	}
	return nil
}

func (g grid) backend(impl string) (impls.Backend, bool) {
	i := slices.IndexFunc(g.known, func(b impls.Backend) bool { return b.Name == impl })
	if i < 0 {
		return impls.Backend{}, false
	}
	return g.known[i], true
}

func (g grid) plain(impl string) bool {
	b, ok := g.backend(impl)
	return ok && b.Plain
}

// unmeasured says what there is in the place of what was asked for.
func (g grid) unmeasured(w workloads.Workload) error {
	have := map[Axis][]string{}
	tables := 0
	for _, t := range g.order {
		if t.Workload().Structure != w.Structure {
			continue
		}
		tables++
		for _, n := range t.Threads() {
			other := t.Workload()
			other.Threads = n
			for _, a := range Axes() {
				if text := a.Format(a.Of(other)); !slices.Contains(have[a], text) {
					have[a] = append(have[a], text)
				}
			}
		}
	}
	if len(g.order) == 0 {
		return errors.New("no mix was compared with a baseline: want a file of bench --scenario mix")
	}
	if tables == 0 {
		return fmt.Errorf("no %s was measured, only the other structure: want a file that has one", w.Structure)
	}
	list := func(a Axis) string { return strings.Join(have[a], ", ") }
	return fmt.Errorf("%s was not measured, and does not lie between two that were: of a %s there are sizes %s, updates %s, threads %s",
		titled(w), w.Structure, list(Size), list(Updates), list(Threads))
}
