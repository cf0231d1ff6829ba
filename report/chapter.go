package report

import (
	"fmt"
	"html/template"
	"slices"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// A chapter is what there is to say of one file.
type chapter struct {
	Source
	Number int // from 1
	Tables []results.Table
	Packed template.URL // the whole file, empty if the page has no room for it

	sections []section
	made     int    // figures
	common   []pair // of all files
}

// Single reports whether there is room for another section beside this one.
func (s section) Single() bool { return len(s.Figures) == 1 && len(s.Minor) == 0 }

// A section is plots of one kind.
type section struct {
	ID      string
	Title   string
	Text    string
	Figures []Figure
	Minor   []Figure // of fewer threads
}

func newChapter(s Source, number int) *chapter {
	c := &chapter{Source: s, Number: number, Tables: results.Tables(s.File)}
	for _, draw := range []func() section{
		c.ratios, c.scaling, c.shares, c.sizes, c.rates, c.waste, c.retained, c.graces, c.delays, c.tails, c.drains, c.events,
	} {
		if s := draw(); len(s.Figures)+len(s.Minor) > 0 {
			if len(s.Figures) == 0 {
				s.Figures, s.Minor = s.Minor, nil
			}
			for _, figures := range [][]Figure{s.Figures, s.Minor} {
				for i := range figures {
					figures[i].Kind = s.Title
				}
			}
			c.sections = append(c.sections, s)
		}
	}
	return c
}

// Sections returns the plots.
func (c *chapter) Sections() []section { return c.sections }

// ID is that of the chapter on the page.
func (c *chapter) ID() string { return fmt.Sprintf("f%d", c.Number) }

// impls returns the names of all backends of the file.
func (c *chapter) impls() (names []string) {
	for _, t := range c.Tables {
		for _, b := range t.Backends() {
			if !slices.Contains(names, b.Impl()) {
				names = append(names, b.Impl())
			}
		}
	}
	return names
}

// dash tells a backend from others of its colour, alike in all plots: by its place among
// those that this program has, and behind them by its place in the file.
func (c *chapter) dash(impl string) (n int) {
	var names []string
	for _, b := range impls.Backends() {
		names = append(names, b.Name)
	}
	for _, other := range append(names, c.impls()...) {
		if other == impl {
			break
		}
		if colourOf(other) == colourOf(impl) {
			n++
		}
	}
	return n
}

// number gives a figure its ID.
func (c *chapter) number(f Figure, kind string) Figure {
	c.made++
	f.ID = fmt.Sprintf("%s-%s-%d", c.ID(), kind, c.made)
	return f
}

func (c *chapter) section(id, title, text string) section {
	return section{ID: c.ID() + "-" + id, Title: title, Text: text}
}

// threads writes a number of threads.
func threads(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}

// titled names a table and a number of threads.
func titled(t results.Table, n int) string {
	return results.Title(t.Workload()) + ", " + threads(n)
}

// ranked returns the backends that have a place among those that are compared: not the
// baseline, not the harness itself.
func ranked(t results.Table) []results.Backend {
	return slices.DeleteFunc(t.Backends(), func(b results.Backend) bool { return b.IsBaseline() || b.IsFloor() })
}

// longest is how many characters of a backend's name a plot has room for.
const longest = 26

// name is what a plot calls a backend.
func name(b results.Backend) string {
	name := b.Name()
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest-1]) + "…"
	}
	switch {
	case b.IsFaulty():
		return name + " ✗"
	case b.ReadOnly() && !b.IsControl():
		return name + " (reads)"
	}
	return name
}

// bars returns the ends of an interval, or its middle twice if they aren't known.
func bars(i results.Interval) (low, high float64) {
	if !i.Known() {
		return i.Center, i.Center
	}
	return i.Lo, i.Hi
}

// limits writes the ends of an interval.
func limits(i results.Interval, write func(float64) string) []string {
	if !i.Known() {
		return []string{"–", "–"}
	}
	return []string{write(i.Lo), write(i.Hi)}
}

func fork(n int) string { return fmt.Sprint(n) }

// datum is a line of a table of figures that are from one cell: its last column says in
// which line of the file the first row stands.
func (c *chapter) datum(cell results.Cell, cells []string) Datum {
	o := c.origin(cell)
	return Datum{append(cells, fmt.Sprint(o.Line)), []origin{o}}
}

// between writes both ends of an interval.
func between(i results.Interval, write func(float64) string) string {
	ends := limits(i, write)
	if !i.Known() {
		return ends[0]
	}
	return ends[0] + " to " + ends[1]
}

// forms writes the values of a metric.
func forms(m workloads.Metric) func(float64) string {
	return func(v float64) string { return results.Format(m.Form, v) }
}
