package report

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"slices"
	"strings"
)

// A Figure is a plot and the data behind it.
type Figure struct {
	ID      string // unique on a page: "f1-ratio-2"
	Kind    string // of what sort it is: "Grace periods"
	Title   string // what it is of: "list of 16, read-only, 2 threads"
	Note    string // what to know when looking at it
	Columns []string
	Data    []Datum

	body   string // SVG elements
	height float64
}

// A Datum is a line of the table behind a plot: a backend, what is known of it, and the
// rows that this is from.
type Datum struct {
	Cells []string
	From  []origin
}

// SVG returns the plot as a part of a page, whose style sheet says how it looks. All text
// in it was escaped when it was drawn.
func (f Figure) SVG() template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %d %s" role="img" aria-label="%s">`, width, coordinate(f.height), html.EscapeString(f.Title)) +
		"\n" + unattributed().Replace(f.body) + "</svg>")
}

// impl is the part of a row's name that names the backend, and what goes with it.
var impl = regexp.MustCompile(`/impl=[^/-]*(-[a-z][^/-]*)*|/reads=only|/reclaim=[a-z]+`)

// Rows names the rows that the figures are from, with a star for the backend.
func (f Figure) Rows() (names []string) {
	for _, d := range f.Data {
		for _, o := range d.From {
			first := true
			name := impl.ReplaceAllStringFunc(o.Row, func(string) string {
				if first {
					first = false
					return "/impl=*"
				}
				return ""
			})
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// File names the file that they are in.
func (f Figure) File() string {
	for _, d := range f.Data {
		for _, o := range d.From {
			return o.File
		}
	}
	return ""
}

// Alone returns the plot as a file of its own, with its title, where it is from, and
// how it looks.
func (f Figure) Alone() []byte {
	var d drawing
	y := 16.0
	for _, line := range fold(strings.TrimPrefix(f.Kind+": "+f.Title, ": "), width) {
		d.text(0, y, atStart, "b", line)
		y += 15
	}
	for _, line := range fold(f.File(), width) {
		d.text(0, y, atStart, "s", line)
		y += 14
	}
	const pad = 8
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="%d %d %d %s" width="%d" role="img" aria-label="%s" color="%s">
<style>
%s
%s
svg { background: white }
@media (prefers-color-scheme: dark) {
svg { background: #16181c; color: %s }
%s
}
</style>
%s<g transform="translate(0 %s)">
%s</g>
</svg>
`, -pad, -pad, width+2*pad, coordinate(y+f.height+2*pad), 2*(width+2*pad), html.EscapeString(f.Title), ink.light,
		plotStyle, colours(false), ink.dark, colours(true), d.String(), coordinate(y), f.body)
}

// fold breaks text into lines that are no wider than a plot.
func fold(text string, width float64) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if longer := strings.TrimSpace(line + " " + word); line == "" || textWidth(longer)*1.06 <= width {
			line = longer
			continue
		}
		lines = append(lines, line)
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
