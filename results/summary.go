package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"readmostly/workloads"
)

// A summary is several tables in one: what each backend costs in each of them
// with the most threads.
type summary struct {
	roles
	tables []*table
}

// backends returns the rows: the baseline first, the floors last, and those
// between by what they cost on the average, those that can't do everything
// behind the others.
func (s summary) backends() []subject {
	var all []subject
	for _, t := range s.tables {
		for _, x := range t.subjects {
			x.reads = false
			if !slices.Contains(all, x) {
				all = append(all, x)
			}
		}
	}
	type cost struct {
		missing int
		mean    float64 // logarithm of the ratio
	}
	costs := map[subject]cost{}
	for _, x := range all {
		var c cost
		n := 0
		for _, t := range s.tables {
			ratio, ok := t.ratio(x, t.most())
			if !ok || !(ratio.Center > 0) {
				c.missing++
				continue
			}
			n++
			c.mean += math.Log(ratio.Center)
		}
		c.mean /= float64(max(n, 1))
		costs[x] = c
	}
	slices.SortFunc(all, func(a, b subject) int {
		return cmp.Or(
			cmp.Compare(s.of(a.impl), s.of(b.impl)),
			cmp.Compare(costs[a].missing, costs[b].missing),
			cmp.Compare(costs[a].mean, costs[b].mean),
			cmp.Compare(a.backend, b.backend),
		)
	})
	return all
}

// columns returns one for each table. Their headers have two lines.
func (s summary) columns() (columns []column) {
	for _, t := range s.tables {
		header := fmt.Sprintf("%s %s", t.Structure, FormatSize(t.Size))
		if t.Buckets != 0 {
			header += "/" + FormatSize(t.Buckets)
		}
		if s.threads() == 0 {
			header += " @" + strconv.Itoa(t.most())
		}
		columns = append(columns, column{header + "\n" + operationsOf(t.Workload), func(x subject) (entry, bool) {
			return t.summaryEntry(x), true
		}})
	}
	return columns
}

// threads returns the number of threads of all columns, 0 if it isn't one.
func (s summary) threads() int {
	for _, t := range s.tables {
		if t.most() != s.tables[0].most() {
			return 0
		}
	}
	return s.tables[0].most()
}

func (s summary) title() string {
	text := fmt.Sprintf("time per operation over that of %s", s.baseline)
	if n := s.threads(); n != 0 {
		text += ", " + counted(n, "thread")
	}
	return text
}

// summaryEntry shows the ratio of a backend, and of the baseline its time.
func (t *table) summaryEntry(s subject) entry {
	if t.of(s.impl) == limit {
		for _, s.reads = range []bool{false, true} {
			if ns, ok := t.cell(s, t.most()).interval(workloads.NsPerOp.Unit); ok {
				return entry{text: formatNanoseconds(ns.Center)}
			}
		}
	}
	for _, s.reads = range []bool{false, true} {
		e, ok := t.ratioEntry(s, t.most())
		if ok && s.reads && t.of(s.impl) == contender {
			e.marks += markReads
		}
		if ok {
			return e
		}
		if e, ok = failedEntry(t.cell(s, t.most()), maxFailed); ok {
			e.text = "failed"
			return e
		}
	}
	return entry{text: absent}
}
