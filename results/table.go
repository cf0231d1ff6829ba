package results

import (
	"cmp"
	"math"
	"slices"

	"readmostly/workloads"
)

// A table is one workload measured for several backends and numbers of threads.
type table struct {
	workloads.Workload // for any number of threads
	roles
	precision float64 // half-width that ratios were to reach; 0 for none
	unasked   bool    // events were counted because nobody said otherwise
	subjects  []subject
	threads   []int // ascending
	cells     map[cellKey]*cell
	ranks     map[subject]int // from 1, of those that have one
	forks     map[int]Fork    // of the file, by number
}

// A subject is a row of a table.
type subject struct {
	impl    string
	backend string // with its way to reclaim
	reads   bool   // it can't update, and only reads
}

func (s subject) String() string {
	if s.reads {
		return s.backend + " (read-only)"
	}
	return s.backend
}

type cellKey struct {
	subject
	threads int
}

// A cell holds what the forks showed of one backend with one number of threads.
type cell struct {
	rows     []Row
	failures []Failure
}

// sample returns the cell's values in a unit, one of each fork.
func (c *cell) sample(unit string) (values []float64) {
	if c == nil {
		return nil
	}
	for _, r := range c.rows {
		if v, ok := r.Values.Get(unit); ok {
			values = append(values, v)
		}
	}
	return values
}

// interval summarizes the cell's values in a unit, and reports whether there are
// any.
func (c *cell) interval(unit string) (Interval, bool) {
	values := c.sample(unit)
	return Summarize(values, confidence), len(values) > 0
}

// confidence is that of all intervals in tables, as benchstat's.
const confidence = 0.95

// tablesOf sorts rows and failures into tables.
func tablesOf(f File) (all []*table) {
	byWorkload, forks := map[workloads.Workload]*table{}, forksOf(f)
	cellOf := func(p Point) *cell {
		t := byWorkload[p.Table()]
		if t == nil {
			t = &table{Workload: p.Table(), roles: rolesOf(f), cells: map[cellKey]*cell{}, forks: forks}
			t.precision, _ = ParsePercent(f.Value("precision"))
			t.unasked = f.Value("counters") == "default"
			byWorkload[t.Workload] = t
			all = append(all, t)
		}
		return t.add(p)
	}
	for _, r := range f.Rows {
		c := cellOf(r.Point)
		c.rows = append(c.rows, r)
	}
	for _, failure := range f.Failures {
		c := cellOf(failure.Point)
		c.failures = append(c.failures, failure)
	}
	for _, t := range all {
		slices.Sort(t.threads)
		t.sort()
		t.rank()
	}
	slices.SortFunc(all, func(a, b *table) int { return CompareTables(a.Workload, b.Workload) })
	return all
}

// add returns the cell of a point.
func (t *table) add(p Point) *cell {
	s := subject{p.Impl, p.Backend(), p.ReadOnly}
	key := cellKey{s, p.Threads}
	if t.cells[key] == nil {
		t.cells[key] = &cell{}
	}
	if !slices.Contains(t.subjects, s) {
		t.subjects = append(t.subjects, s)
	}
	if !slices.Contains(t.threads, p.Threads) {
		t.threads = append(t.threads, p.Threads)
	}
	return t.cells[key]
}

// tail is what backends are sorted by where their single operations are timed.
const tail = "lookup-p99-ns"

// sort puts the baseline first and the floors last, cheap backends before dear
// ones.
func (t *table) sort() {
	cost := func(s subject) float64 {
		if ratio, ok := t.ratio(s, t.most()); ok {
			return ratio.Center
		}
		if p99, ok := t.cell(s, t.most()).interval(tail); ok {
			return p99.Center
		}
		return math.Inf(1)
	}
	slices.SortFunc(t.subjects, func(a, b subject) int {
		return cmp.Or(
			cmp.Compare(t.of(a.impl), t.of(b.impl)),
			cmp.Compare(cost(a), cost(b)),
			cmp.Compare(a.backend, b.backend),
			cmp.Compare(a.String(), b.String()),
		)
	})
}

// cell returns what a backend showed with a number of threads, nil for nothing.
func (t *table) cell(s subject, threads int) *cell { return t.cells[cellKey{s, threads}] }

// most returns the greatest number of threads.
func (t *table) most() int { return t.threads[len(t.threads)-1] }

// ratio returns a backend's time over the baseline's.
func (t *table) ratio(s subject, threads int) (Interval, bool) {
	return t.cell(s, threads).interval(Ratio(t.baseline).Unit)
}

// compared reports whether the table has a ratio to show.
func (t *table) compared() bool {
	return slices.ContainsFunc(t.subjects, func(s subject) bool {
		_, ok := t.ratio(s, t.most())
		return ok && t.of(s.impl) != limit
	})
}
