package bench

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"readmostly/results"
	"readmostly/workloads"
)

// A table is a [Table] that is being measured.
type table struct {
	Table
	cells   []*cell
	forks   int // that have measured something of it
	started int // forks, those that failed included
	strikes int // forks that failed, and no cell that can be left out did it

	fixed, round time.Duration // what a fork without its rounds takes, and one round; 0 for unknown
}

// A cell is a [Cell] that is being measured.
type cell struct {
	Cell
	rows    int
	ratios  []float64 // of each fork
	scatter scatter
	done    bool // its interval is within the precision
	failed  bool
	strikes int // forks whose process ended while it was at work
}

// always reports whether the cell is in every fork of its table.
func (c *cell) always() bool { return c.Rank == Baseline || c.Rank == Control }

func newTable(t Table) *table {
	s := &table{Table: t}
	for _, c := range t.Cells {
		s.cells = append(s.cells, &cell{Cell: c})
	}
	return s
}

func (c *cell) add(values workloads.Values, baseline string) {
	c.rows++
	if v, ok := values.Get(results.Ratio(baseline).Unit); ok {
		c.ratios = append(c.ratios, v)
	}
}

// resume counts the forks that the rows are of.
func (t *table) resume() {
	for _, c := range t.cells {
		t.forks = max(t.forks, c.rows)
	}
	t.started = t.forks
}

// took notes what a fork has taken. Some have long windows and others don't, so
// several are averaged.
func (t *table) took(r *Report, took time.Duration) {
	t.forks++
	if r.Fork.Rounds > 0 && r.Rounds > 0 {
		average(&t.round, r.Rounds/time.Duration(r.Fork.Rounds))
	}
	average(&t.fixed, took-r.Rounds)
}

// average moves an average towards what was seen last.
func average(mean *time.Duration, last time.Duration) {
	if *mean == 0 {
		*mean = last
	}
	*mean += (last - *mean) / longEvery
}

// look looks whether cells are done, after as many forks as one looks after.
func (t *table) look(s Settings) {
	for _, c := range t.cells {
		n := c.rows
		if s.Forks > 0 {
			c.done = n >= s.Forks
			continue
		}
		if n < FirstForks || n&(n-1) != 0 {
			continue
		}
		c.done = c.reached(s.Precision, stopping) || !t.Workload.Compared() || c.Rank == Floor
	}
}

// Confidences: of the intervals that a cell is judged by while it is measured, and
// of those that are shown.
const (
	stopping = 0.99
	shown    = 0.95
)

func (c *cell) reached(precision, confidence float64) bool {
	if len(c.ratios) == 0 {
		return false
	}
	i := results.Summarize(c.ratios, confidence)
	return i.HalfWidth() <= precision
}

// reached returns how many of the table's cells have a ratio whose interval, as
// it is shown, is within the precision, and how many have one.
func (t *table) reached(precision float64) (reached, all int) {
	for _, c := range t.cells {
		if c.Rank == Baseline || c.Rank == Floor || c.failed || !t.Workload.Compared() {
			continue
		}
		all++
		if c.rows >= FirstForks && c.reached(precision, shown) {
			reached++
		}
	}
	return reached, all
}

// wanting returns the cells that more is to be measured of. The baseline and the
// control are there for others, and are measured for themselves where a number
// of forks was asked for, or nothing else is compared.
func (t *table) wanting(s Settings) (want []*cell) {
	compared := slices.ContainsFunc(t.cells, func(c *cell) bool { return !c.always() })
	for _, c := range t.cells {
		if !c.failed && !c.done && (!c.always() || c.Rank == Control && !compared) {
			want = append(want, c)
		}
	}
	if len(want) == 0 && s.Forks > 0 {
		for _, c := range t.cells {
			if !c.failed && !c.done {
				want = append(want, c)
			}
		}
	}
	return want
}

// due returns the cells of the table's next fork, in the table's order: those that
// more is to be measured of, with the baseline and the control. Where not all
// their maps fit into memory at once, it is those that least is known of.
func (t *table) due(s Settings, random *rand.Rand) []*cell {
	want := t.wanting(s)
	var always []*cell
	for _, c := range t.cells {
		if c.always() && !c.failed {
			always = append(always, c)
		}
	}
	if room := t.room(s) - len(always); room < len(want) {
		random.Shuffle(len(want), func(i, j int) { want[i], want[j] = want[j], want[i] })
		slices.SortStableFunc(want, func(a, b *cell) int { return cmp.Compare(a.rows, b.rows) })
		want = want[:max(1, room)]
	}
	due := slices.DeleteFunc(slices.Clone(t.cells), func(c *cell) bool {
		return !slices.Contains(always, c) && !slices.Contains(want, c)
	})
	return due
}

// room returns how many maps fit into memory at once.
func (t *table) room(s Settings) int {
	n := len(t.cells)
	if s.Memory == 0 || !t.Workload.Scene().Paired {
		return n
	}
	for n > 3 && workloads.EstimateFork(t.Workload, n, true) > s.Memory {
		n--
	}
	return n
}

// missing returns how many forks the table takes until each cell has the number of
// rows that was asked for.
func (t *table) missing(s Settings) int {
	most, sum := 0, 0
	want := t.wanting(s)
	for _, c := range want {
		most, sum = max(most, s.Forks-c.rows), sum+s.Forks-c.rows
	}
	atOnce := max(1, min(len(want), t.room(s)-2))
	return max(most, (sum+atOnce-1)/atOnce)
}

// cost returns how long the table's next fork takes.
func (t *table) cost(s Settings) time.Duration {
	n := min(len(t.wanting(s))+2, t.room(s))
	fixed, round := s.forecast(t.Workload, n, false)
	if t.fixed > 0 {
		fixed, round = t.fixed, t.round
	}
	return fixed + time.Duration(t.rounds(s))*round
}

// mostRounds keeps a fork short, so that an interrupt or a failure loses little.
const mostRounds = 12

// rounds returns how many rounds the table's next fork has. From what rounds and
// forks scatter, and what they take, the number follows that makes the interval
// narrowest in a given time: the root of the product of both ratios (Kalibera and
// Jones 2013, section 6).
func (t *table) rounds(s Settings) int {
	switch {
	case !t.Workload.Scene().Paired:
		return 1
	case s.Rounds > 0:
		return s.Rounds
	case t.forks < FirstForks || t.round <= 0 || t.fixed <= 0:
		return firstRounds
	}
	within, between := 0.0, 0.0
	for _, c := range t.cells {
		if c.done || c.failed {
			continue
		}
		w, b, ok := c.scatter.variances()
		if ok {
			within += w
			between += b
		}
	}
	return bestRounds(within, between, t.fixed, t.round)
}

// bestRounds returns the number of rounds for what rounds and forks scatter, and take.
func bestRounds(within, between float64, fixed, round time.Duration) int {
	if within <= 0 {
		return firstRounds
	}
	if between <= 0 {
		return mostRounds
	}
	best := math.Sqrt(within / between * float64(fixed) / float64(round))
	return min(max(1, int(math.Round(best))), mostRounds)
}

// A scatter estimates how the logarithms of ratios vary from round to round
// within a fork, and from fork to fork.
type scatter struct {
	within  float64 // sum of the variances in each fork
	means   []float64
	n       int     // forks
	perFork float64 // sum of 1/rounds
}

func (s *scatter) add(ratios []float64) {
	if len(ratios) < 2 {
		return
	}
	sum := 0.0
	for _, x := range ratios {
		sum += math.Log(x)
	}
	mean, squares := sum/float64(len(ratios)), 0.0
	for _, x := range ratios {
		d := math.Log(x) - mean
		squares += d * d
	}
	s.within += squares / float64(len(ratios)-1)
	s.means = append(s.means, mean)
	s.perFork += 1 / float64(len(ratios))
	s.n++
}

// variances returns that between rounds, and that between forks without what
// rounds have contributed to it.
func (s *scatter) variances() (within, between float64, ok bool) {
	if s.n < 4 {
		return 0, 0, false
	}
	mean, squares := 0.0, 0.0
	for _, m := range s.means {
		mean += m / float64(s.n)
	}
	for _, m := range s.means {
		squares += (m - mean) * (m - mean)
	}
	within = s.within / float64(s.n)
	between = squares/float64(s.n-1) - within*s.perFork/float64(s.n)
	return within, max(0, between), true
}

// choose returns the table that the next fork measures, nil where nothing is left
// to measure or no time for it. Until all have had their first forks, those that
// have had fewest take turns in random order; then it is chance, by the number of
// cells that are not done.
func (r *Run) choose(left time.Duration) *table {
	var candidates []*table
	for _, t := range r.tables {
		if len(t.wanting(r.Settings)) > 0 && (r.Settings.Forks > 0 || left > 0) {
			candidates = append(candidates, t)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	fewest := slices.MinFunc(candidates, func(a, b *table) int { return cmp.Compare(a.forks, b.forks) }).forks
	if fewest < FirstForks || r.Settings.Forks > 0 {
		candidates = slices.DeleteFunc(candidates, func(t *table) bool { return t.forks > fewest })
		return candidates[r.random.IntN(len(candidates))]
	}
	candidates = slices.DeleteFunc(candidates, func(t *table) bool { return t.cost(r.Settings) > left })
	sum := 0
	for _, t := range candidates {
		sum += len(t.wanting(r.Settings))
	}
	if sum == 0 {
		return nil
	}
	at := r.random.IntN(sum)
	for _, t := range candidates {
		if at -= len(t.wanting(r.Settings)); at < 0 {
			return t
		}
	}
	return nil
}
