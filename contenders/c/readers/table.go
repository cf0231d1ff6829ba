package main

import (
	"fmt"
	"io"
	"strconv"

	"readmostly/results"
)

// confidence is that of the intervals: 6 to 8 layouts give their least and their
// greatest value.
const confidence = 0.95

// print writes the table: a row for each loop, a column for each shape.
func (c *comparison) print(w io.Writer) error {
	header := []string{"loop", "hit", "nop", "miss", "element"}
	for _, s := range shapes {
		header = append(header, s.String())
	}
	var body [][]string
	first := []string{baseline}
	first = append(first, c.executed(control)...)
	for _, s := range shapes {
		first = append(first, c.nanoseconds(s))
	}
	body = append(body, first)
	for _, name := range c.loops() {
		row := append([]string{name}, c.executed(name)...)
		for _, s := range shapes {
			row = append(row, ratioCell(c.ratios(s, name)))
		}
		body = append(body, row)
	}
	fmt.Fprintf(w, "Time of a lookup over that of the raw loop in C on the same memory: median of %d layouts [interval].\n", len(c.binaries))
	fmt.Fprintln(w, "Instructions of a lookup that hits a chain's first element, of these the ones that do nothing, of a lookup in an empty chain, and per element passed.")
	if c.why != nil {
		fmt.Fprintf(w, "No instructions: %v.\n", c.why)
	}
	if c.uncounted != "" {
		fmt.Fprintf(w, "Not counted: %s.\n", c.uncounted)
	}
	fmt.Fprintln(w)
	return results.RenderTable(w, results.Text, header, body, 1)
}

// loops returns the names of all loops in their order.
func (c *comparison) loops() (names []string) {
	if len(c.outcomes) > 0 {
		for _, x := range c.outcomes[0].loops {
			names = append(names, x.Loop)
		}
	}
	return names
}

// executed returns the cells of the loop's instructions.
func (c *comparison) executed(name string) []string {
	i, known := c.instructions[name]
	if !known {
		return []string{"-", "-", "-", "-"}
	}
	return []string{count(i.Hit), count(i.Nop), count(i.Miss), count(i.Element)}
}

// count writes a number of instructions, which is whole but for a mean.
func count(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// ratios returns the loop's ratios, one per layout.
func (c *comparison) ratios(s shape, name string) []float64 {
	return c.each(s, name, func(x outcome) float64 { return x.Ratio })
}

// nanoseconds returns the cell of the raw loop's time, beside the host.
func (c *comparison) nanoseconds(s shape) string {
	i := results.Summarize(c.each(s, host, func(x outcome) float64 { return x.Raw }), confidence)
	if i.N == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3g ns", i.Center)
}

func (c *comparison) each(s shape, name string, value func(outcome) float64) (values []float64) {
	for _, o := range c.outcomes {
		for _, x := range o.loops {
			if o.shape == s && x.Loop == name {
				values = append(values, value(x))
			}
		}
	}
	return values
}

// ratioCell writes ratios as their median and its interval, if they are enough for
// one.
func ratioCell(ratios []float64) string {
	i := results.Summarize(ratios, confidence)
	switch {
	case i.N == 0:
		return "-"
	case !i.Known():
		return fmt.Sprintf("%.3f", i.Center)
	}
	return fmt.Sprintf("%.3f [%.2f, %.2f]", i.Center, i.Lo, i.Hi)
}
