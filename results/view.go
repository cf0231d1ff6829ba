package results

import (
	"cmp"
	"slices"

	"readmostly/workloads"
)

// A Table is one workload measured for several backends and numbers of threads: what
// [Render] draws, for whoever draws it otherwise. Intervals and ranks are those that
// the drawn table shows. It does not change; several goroutines may use it.
type Table struct{ t *table }

// Tables returns the tables of a file in the order in which [Render] draws them.
func Tables(f File) (all []Table) {
	for _, t := range tablesOf(f) {
		all = append(all, Table{t})
	}
	return all
}

// Workload returns what was measured, for any number of threads.
func (t Table) Workload() workloads.Workload { return t.t.Workload }

// Threads returns the numbers of threads, ascending.
func (t Table) Threads() []int { return slices.Clone(t.t.threads) }

// Most returns the greatest number of threads: that of ranks and sentences.
func (t Table) Most() int { return t.t.most() }

// Baseline returns what the backends are compared with, empty for nothing.
func (t Table) Baseline() string { return t.t.baseline }

// Precision returns the half-width that intervals of ratios were to reach, as a share;
// 0 for none.
func (t Table) Precision() float64 { return t.t.precision }

// Compared reports whether there are ratios to the baseline.
func (t Table) Compared() bool { return t.t.compared() }

// TooFew reports whether the forks are too few to tell any two backends apart.
func (t Table) TooFew() bool {
	contenders := t.t.contenders(t.Most())
	return len(contenders) > 0 && t.t.tooFew(contenders, t.Most())
}

// Sentence names the cheapest backends and what they cost; it is empty where nothing
// was compared.
func (t Table) Sentence() string { return t.t.sentence() }

// Warnings returns what a reader must know before believing the table.
func (t Table) Warnings() []string { return append(t.t.warnings(), t.t.noise()...) }

// Backends returns the rows of the table: the baseline first, the floors last, cheap
// ones before dear ones.
func (t Table) Backends() (all []Backend) {
	for _, s := range t.t.subjects {
		all = append(all, Backend{t.t, s})
	}
	return all
}

// Best returns the backends that are best in a metric with the most threads: the one
// with the best median first, then those that can't be told apart from it, by
// Mann-Whitney's U test with Holm's correction. Where there are too few forks to tell
// any apart, known is false.
func (t Table) Best(m workloads.Metric) (best []Backend, known bool) {
	type sample struct {
		Backend
		values []float64
		center float64
	}
	var all []sample
	for _, b := range t.Backends() {
		values := b.t.cell(b.s, t.Most()).sample(m.Unit)
		if role := t.t.of(b.s.impl); len(values) > 0 && role == contender && !b.s.reads {
			all = append(all, sample{b, values, Summarize(values, confidence).Center})
		}
	}
	if len(all) == 0 {
		return nil, false
	}
	slices.SortStableFunc(all, func(a, b sample) int {
		if m.Better == workloads.Higher {
			a, b = b, a
		}
		return cmp.Compare(a.center, b.center)
	})
	best, known = []Backend{all[0].Backend}, true
	var samples [][]float64
	for _, s := range all {
		samples = append(samples, s.values)
		known = known && (len(all) == 1 || leastP(len(all[0].values), len(s.values)) <= alpha/float64(len(all)-1))
	}
	for i, apart := range apartFrom(samples) {
		if i > 0 && !apart {
			best = append(best, all[i].Backend)
		}
	}
	return best, known
}

// A Ranking is an order of backends by their ratio with a number of threads.
type Ranking struct {
	Backends []Backend // the cheapest first
	Ranks    []int     // of these, from 1; backends that can't be told apart from the first of a rank share it
	TooFew   bool      // the forks are too few to tell any two apart, so the ranks say nothing
}

// Ranking ranks the backends that keep accepts, of those that [Backend.Rank] ranks. It
// agrees with that where keep accepts all and threads are [Table.Most]. A backend that
// wasn't measured with so many threads is left out.
func (t Table) Ranking(threads int, keep func(Backend) bool) (r Ranking) {
	subjects := slices.DeleteFunc(t.t.contenders(threads), func(s subject) bool { return !keep(Backend{t.t, s}) })
	ranks := t.t.ranksOf(subjects, threads)
	for _, s := range subjects {
		r.Backends = append(r.Backends, Backend{t.t, s})
		r.Ranks = append(r.Ranks, ranks[s])
	}
	r.TooFew = len(subjects) > 0 && t.t.tooFew(subjects, threads)
	return r
}

// A Backend is a row of a [Table].
type Backend struct {
	t *table
	s subject
}

// Name returns the backend's name with its way to reclaim.
func (b Backend) Name() string { return b.s.backend }

// Impl returns the backend's name.
func (b Backend) Impl() string { return b.s.impl }

// ReadOnly reports whether the backend only looks up, beside others that update.
func (b Backend) ReadOnly() bool { return b.s.reads }

// IsBaseline reports whether the others are compared with it.
func (b Backend) IsBaseline() bool { return b.t.of(b.s.impl) == limit }

// IsControl reports whether it is the baseline under a second name.
func (b Backend) IsControl() bool { return b.t.of(b.s.impl) == control }

// IsFloor reports whether it holds nothing and shows what the harness costs.
func (b Backend) IsFloor() bool { return b.t.of(b.s.impl) == floor }

// IsFaulty reports whether its checks fail.
func (b Backend) IsFaulty() bool { return b.t.of(b.s.impl) == faulty }

// Rank returns the rank of the ratio with the most threads, from 1; 0 for none.
// Backends that can't be told apart from the first of a rank share it.
func (b Backend) Rank() int { return b.t.ranks[b.s] }

// Cell returns what the forks showed with a number of threads; it is empty if none
// measured that.
func (b Backend) Cell(threads int) Cell { return Cell{b.t, b.s, threads} }

// A Cell is what the forks showed of one backend with one number of threads.
type Cell struct {
	t       *table
	s       subject
	threads int
}

func (c Cell) cell() *cell { return c.t.cell(c.s, c.threads) }

// Point returns what was measured, and whether anything was, or was to be.
func (c Cell) Point() (Point, bool) {
	switch cell := c.cell(); {
	case cell == nil:
		return Point{}, false
	case len(cell.rows) > 0:
		return cell.rows[0].Point, true
	default:
		return cell.failures[0].Point, true
	}
}

// Forks returns how many forks measured it.
func (c Cell) Forks() int {
	if cell := c.cell(); cell != nil {
		return len(cell.rows)
	}
	return 0
}

// Layouts returns how many layouts these forks had.
func (c Cell) Layouts() int {
	seen := map[int]bool{}
	if cell := c.cell(); cell != nil {
		for _, r := range cell.rows {
			seen[r.Layout] = true
		}
	}
	delete(seen, 0)
	return len(seen)
}

// Units returns the units in which anything was measured.
func (c Cell) Units() (units []string) {
	if cell := c.cell(); cell != nil {
		for _, r := range cell.rows {
			for _, v := range r.Values {
				if !slices.Contains(units, v.Unit) {
					units = append(units, v.Unit)
				}
			}
		}
	}
	return units
}

// Interval summarizes the values in a unit, one of each fork, at a confidence of 0.95.
// It reports whether there are any.
func (c Cell) Interval(unit string) (Interval, bool) { return c.cell().interval(unit) }

// Ratio summarizes the ratios to the baseline.
func (c Cell) Ratio() (Interval, bool) { return c.t.ratio(c.s, c.threads) }

// Modes are the two modes that values fall into, where a median would stand for
// neither.
type Modes struct {
	Low, High float64 // their medians
	Share     float64 // of the values that are in the lower one, of those in either
}

// Modes reports whether the windows, or the forks where windows aren't known, fall into
// two modes in a unit: "ns/op" or the ratio's.
func (c Cell) Modes(unit string) (Modes, bool) {
	m, two := c.cell().modes(unit)
	return Modes{m.low, m.high, m.share}, two
}

// Text writes what the table shows of a metric, with its marks: "≤12.4 µs c" for grace
// periods that were noticed late. Of a metric that wasn't measured it returns false.
func (c Cell) Text(m workloads.Metric) (string, bool) {
	if _, ok := c.Interval(m.Unit); !ok {
		return "", false
	}
	e := entry{text: format(m.Form, c.center(m.Unit))}
	c.t.qualify(&e, m, c.cell())
	if e.marks != "" {
		e.text += " " + e.marks
	}
	return e.text, true
}

func (c Cell) center(unit string) float64 {
	i, _ := c.Interval(unit)
	return i.Center
}

// Failed returns what could not be measured, and why, each reason once.
func Failed(f File) []string { return failures(f) }

// Format writes a value in a form.
func Format(f workloads.Form, v float64) string { return format(f, v) }

// FormatRatio writes a ratio to three decimals, and one that isn't near 1 with fewer
// digits.
func FormatRatio(v float64) string { return formatRatio(v) }

// FormatHalfWidth writes how far an interval reaches: ±0.8%, or ±∞ for one that isn't
// known.
func FormatHalfWidth(i Interval) string { return formatHalfWidth(i) }
