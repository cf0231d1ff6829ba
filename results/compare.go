package results

import (
	"cmp"
	"slices"

	"golang.org/x/perf/benchmath"
)

// A comparison is one scenario measured for several backends: what one table
// shows.
type comparison struct {
	Scenario
	subjects []subject
	workers  []int // ascending
	cells    map[cellKey]*cell
}

// A subject is a row of a table.
type subject struct {
	impl, reclaim string
	borrowed      bool // measured read-only, as the backend can't update
}

func (s subject) String() string {
	name := s.impl
	if s.reclaim != "" {
		name += "/" + s.reclaim
	}
	if s.borrowed {
		name += " (read-only)"
	}
	return name
}

type cellKey struct {
	subject
	workers int
}

// A cell holds the windows of one backend with one number of workers.
type cell struct{ rows []Row }

// sample returns the cell's values in the unit, ascending; nil if there are none.
func (c *cell) sample(unit string) []float64 {
	if c == nil {
		return nil
	}
	var values []float64
	for _, r := range c.rows {
		if v, ok := r.Get(unit); ok {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return values
}

// median summarizes the cell's values in the unit as benchstat does: the median
// and its interval at 95 %.
func (c *cell) median(unit string) (benchmath.Summary, bool) {
	values := c.sample(unit)
	if len(values) == 0 {
		return benchmath.Summary{}, false
	}
	sample := benchmath.NewSample(values, &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95), true
}

// compareRows sorts rows into comparisons, and lends the floor and the limit to
// those under updates, which they can't do.
func compareRows(rows []Row) []*comparison {
	byScenario := map[Scenario]*comparison{}
	var all []*comparison
	for _, r := range rows {
		c := byScenario[r.Scenario]
		if c == nil {
			c = &comparison{Scenario: r.Scenario, cells: map[cellKey]*cell{}}
			byScenario[r.Scenario] = c
			all = append(all, c)
		}
		c.add(subject{impl: r.Impl, reclaim: r.Reclaim}, r)
	}
	for _, c := range all {
		readOnly := c.Scenario
		readOnly.Updates, readOnly.Replace = 0, false
		if lender := byScenario[readOnly]; lender != nil && lender != c {
			c.borrow(lender)
		}
		slices.Sort(c.workers)
		slices.SortFunc(c.subjects, func(a, b subject) int {
			return cmp.Or(CompareImpls(a.impl, b.impl), cmp.Compare(a.reclaim, b.reclaim))
		})
	}
	slices.SortStableFunc(all, func(a, b *comparison) int { return a.Scenario.compare(b.Scenario) })
	return all
}

func (c *comparison) add(s subject, r Row) {
	key := cellKey{s, r.Workers}
	if c.cells[key] == nil {
		c.cells[key] = &cell{}
	}
	c.cells[key].rows = append(c.cells[key].rows, r)
	if !slices.Contains(c.subjects, s) {
		c.subjects = append(c.subjects, s)
	}
	if !slices.Contains(c.workers, r.Workers) {
		c.workers = append(c.workers, r.Workers)
	}
}

func (c *comparison) borrow(lender *comparison) {
	for _, impl := range []string{floorImpl, limitImpl} {
		if slices.ContainsFunc(c.subjects, func(s subject) bool { return s.impl == impl }) {
			continue
		}
		for key, lent := range lender.cells {
			if key.impl == impl && slices.Contains(c.workers, key.workers) {
				key.borrowed = true
				for _, r := range lent.rows {
					c.add(key.subject, r)
				}
			}
		}
	}
}

// cell returns what a backend showed with a number of workers, nil for nothing.
func (c *comparison) cell(s subject, workers int) *cell { return c.cells[cellKey{s, workers}] }

// most returns the greatest number of workers.
func (c *comparison) most() int { return c.workers[len(c.workers)-1] }
