package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"readmostly/results"
	"readmostly/workloads"
)

// An answer says who is the cheapest in a table.
type answer struct {
	Title   string
	Winners []named
	Lines   []string
	From    string // the figure that shows it
}

// A named is a backend with its colour.
type named struct {
	Name  string
	Class string
}

func namedOf(b results.Backend) named { return named{b.Name(), colourOf(b.Impl()).class} }

// Answers returns one for each table.
func (c *chapter) Answers() (all []answer) {
	for _, t := range c.Tables {
		if t.Compared() {
			all = append(all, c.cheapest(t))
		} else {
			all = append(all, c.bests(t)...)
		}
	}
	return all
}

// cheapest says who costs the least.
func (c *chapter) cheapest(t results.Table) answer {
	a := answer{Title: titled(t, t.Most()), From: c.find(titled(t, t.Most()), "ratio")}
	var winners, next []results.Backend
	for _, b := range t.Backends() {
		switch b.Rank() {
		case 1:
			winners = append(winners, b)
		case 2:
			next = append(next, b)
		}
	}
	for _, b := range winners {
		a.Winners = append(a.Winners, namedOf(b))
	}
	if t.TooFew() {
		a.Winners = nil
		a.Lines = []string{capital(strings.TrimPrefix(t.Sentence(), titled(t, t.Most())+": "))}
		return a
	}
	switch len(winners) {
	case 0:
		a.Lines = append(a.Lines, "Nothing was compared.")
	case 1:
		a.Lines = append(a.Lines, costOf(winners[0], t)+over(winners[0], t)+".")
	default:
		var costs []string
		for _, b := range winners {
			costs = append(costs, fmt.Sprintf("%s %s", b.Name(), costOf(b, t)))
		}
		a.Lines = append(a.Lines, fmt.Sprintf("Can't be told apart: %s.", strings.Join(costs, "; ")))
	}
	if len(next) > 0 {
		a.Lines = append(a.Lines, fmt.Sprintf("Next: %s, %s.", next[0].Name(), costOf(next[0], t)))
	}
	return a
}

// capital begins a sentence.
func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// costOf says what a backend costs over the baseline.
func costOf(b results.Backend, t results.Table) string {
	cell := b.Cell(t.Most())
	if _, both := twoModes(cell, results.Ratio(t.Baseline()).Unit); both != "" {
		return both + " times " + t.Baseline()
	}
	ratio, _ := cell.Ratio()
	return cost(ratio, t.Baseline())
}

// over names what a share is added to.
func over(b results.Backend, t results.Table) string {
	if strings.HasSuffix(costOf(b, t), "%") {
		return " over " + t.Baseline()
	}
	return ""
}

// cost writes a ratio as what is added to 1, or as a factor if that is much. Its parts
// stay in one line.
func cost(ratio results.Interval, baseline string) string {
	if ratio.Center >= 2 {
		return fmt.Sprintf("%s\u00a0times %s (%s)", results.FormatRatio(ratio.Center), baseline, results.FormatHalfWidth(ratio))
	}
	text := fmt.Sprintf("%+.1f", 100*(ratio.Center-1))
	if ratio.Known() {
		text += fmt.Sprintf("\u00a0±\u00a0%.1f", 100*max(ratio.Hi-ratio.Center, ratio.Center-ratio.Lo))
	}
	text = strings.Replace(text, "-", "−", 1) + "\u00a0%"
	if ratio.Known() && ratio.Contains(1) {
		text += " (no difference found)"
	}
	return text
}

// matters are the metrics by which scenarios without a baseline are judged.
var matters = map[*workloads.Scenario][]struct{ what, unit, kind string }{
	workloads.Flood: {
		{"most updates per second", workloads.UpdateRate.Unit, "rate"},
		{"fewest elements retained at the peak", workloads.PeakRetained.Unit, "retained"},
		{"shortest pauses of readers (99th percentile)", workloads.Pause99.Unit, "latency"},
	},
	workloads.Stall: {
		{"fewest elements retained at the peak", workloads.PeakRetained.Unit, "retained"},
		{"shortest wait of an update (the longest)", "update-max-ns", "latency"},
		{"fastest drain", workloads.DrainTime.Unit, "drain"},
	},
	workloads.Teardown: {
		{"least time to take everything out", "teardown-ns", "rate"},
		{"shortest pauses of readers (99th percentile)", workloads.Pause99.Unit, "latency"},
	},
}

// bests says who is best in what matters in a scenario.
func (c *chapter) bests(t results.Table) (all []answer) {
	for _, m := range matters[t.Workload().Scene()] {
		metric := metric(t, m.unit)
		best, known := t.Best(metric)
		if len(best) == 0 {
			continue
		}
		a := answer{Title: fmt.Sprintf("%s: %s", titled(t, t.Most()), m.what), From: c.find(titled(t, t.Most()), m.kind)}
		if !known {
			a.Lines = []string{"Too few forks to tell backends apart."}
			all = append(all, a)
			continue
		}
		const most = 4
		for _, b := range best[:min(len(best), most)] {
			a.Winners = append(a.Winners, namedOf(b))
		}
		first, _ := best[0].Cell(t.Most()).Text(metric)
		line := first + "; nothing is compared with a limit here."
		if len(best) > 1 {
			last := first
			for _, b := range best[1:] {
				last, _ = b.Cell(t.Most()).Text(metric)
			}
			line = fmt.Sprintf("%d can't be told apart: %s to %s.", len(best), first, last)
			if first == last {
				line = fmt.Sprintf("%d can't be told apart: %s.", len(best), first)
			}
		}
		if len(best) > most {
			var more []string
			for _, b := range best[most:] {
				more = append(more, b.Name())
			}
			line += " Also " + strings.Join(more, ", ") + "."
		}
		a.Lines = append(a.Lines, line)
		all = append(all, a)
	}
	return all
}

// find returns the ID of the figure with a title in a kind of section.
func (c *chapter) find(title, kind string) string {
	for _, s := range c.sections {
		if s.ID != c.ID()+"-"+kind {
			continue
		}
		for _, f := range s.Figures {
			if f.Title == title {
				return f.ID
			}
		}
	}
	return ""
}

// A matrix shows what each backend costs in each table.
type matrix struct {
	Baseline, Threads, Legend string
	Heads                     []string
	Lines                     []matrixLine
}

type matrixLine struct {
	named
	Cells []matrixCell
}

type matrixCell struct {
	Text string
	Best bool
	Heat float64 // 0 to 1
}

// Matrix returns what each backend costs, nil where nothing is compared.
func (c *chapter) Matrix() *matrix {
	var tables []results.Table
	for _, t := range c.Tables {
		if t.Compared() {
			tables = append(tables, t)
		}
	}
	if len(tables) == 0 {
		return nil
	}
	m := &matrix{Baseline: tables[0].Baseline(), Threads: "most threads", Legend: "Bold: the cheapest, which can't be told apart. ~: 1 lies inside the interval, no difference was found."}
	same := !slices.ContainsFunc(tables, func(t results.Table) bool { return t.Most() != tables[0].Most() })
	if same {
		m.Threads = threads(tables[0].Most())
	}
	type line struct {
		matrixLine
		missing int
		sum     float64
		role    int
	}
	lines := map[string]*line{}
	var order []string
	for i, t := range tables {
		head := results.Title(t.Workload())
		if !same {
			head += ", " + threads(t.Most())
		}
		m.Heads = append(m.Heads, head)
		for _, b := range t.Backends() {
			if b.IsBaseline() {
				continue
			}
			l := lines[b.Name()]
			if l == nil {
				l = &line{matrixLine: matrixLine{named: namedOf(b), Cells: make([]matrixCell, len(tables))}, missing: len(tables), role: b2i(b.IsFloor()) - b2i(b.IsControl())}
				for j := range l.Cells {
					l.Cells[j].Text = "–"
				}
				lines[b.Name()] = l
				order = append(order, b.Name())
			}
			ratio, ok := b.Cell(t.Most()).Ratio()
			if !ok {
				if _, there := b.Cell(t.Most()).Point(); there {
					l.Cells[i].Text = "failed"
				}
				continue
			}
			l.missing--
			l.sum += math.Log(ratio.Center)
			text := figures(ratio)
			if _, both := twoModes(b.Cell(t.Most()), results.Ratio(t.Baseline()).Unit); both != "" {
				text = both
			}
			if ratio.Known() && ratio.Contains(1) {
				text += " ~"
			}
			heat := min(1, max(0, math.Log(ratio.Center)/math.Log(5)))
			if b.IsFloor() {
				heat = 0
			}
			l.Cells[i] = matrixCell{text, cheapest(b, t), math.Round(100*heat) / 100}
		}
	}
	slices.SortStableFunc(order, func(a, b string) int {
		x, y := lines[a], lines[b]
		if x.role != y.role {
			return x.role - y.role
		}
		if x.missing != y.missing {
			return x.missing - y.missing
		}
		mean := func(l *line) float64 { return l.sum / float64(max(1, len(tables)-l.missing)) }
		switch {
		case mean(x) < mean(y):
			return -1
		case mean(x) > mean(y):
			return 1
		}
		return 0
	})
	for _, name := range order {
		m.Lines = append(m.Lines, lines[name].matrixLine)
	}
	return m
}
