package report

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// A drawing collects SVG elements. Coordinates are in pixels of a plot that is as wide as
// a phone, and grow with it.
type drawing struct{ strings.Builder }

// coordinate writes a number with one decimal at most.
func coordinate(v float64) string {
	return strconv.FormatFloat(math.Round(10*v)/10+0, 'f', -1, 64)
}

// The anchors of text.
const (
	atStart  = "start"
	atMiddle = "middle"
	atEnd    = "end"
)

func (d *drawing) text(x, y float64, anchor, class, text string) {
	fmt.Fprintf(d, `<text x="%s" y="%s"`, coordinate(x), coordinate(y))
	if anchor != atStart {
		fmt.Fprintf(d, ` text-anchor="%s"`, anchor)
	}
	if class != "" {
		fmt.Fprintf(d, ` class="%s"`, class)
	}
	fmt.Fprintf(d, ">%s</text>\n", html.EscapeString(text))
}

// A path collects the pieces of one element.
type path struct{ strings.Builder }

func (p *path) move(x, y float64) { fmt.Fprintf(p, "M%s %s", coordinate(x), coordinate(y)) }
func (p *path) line(x, y float64) { fmt.Fprintf(p, "L%s %s", coordinate(x), coordinate(y)) }

func (p *path) across(x1, x2, y float64) {
	fmt.Fprintf(p, "M%s %sH%s", coordinate(x1), coordinate(y), coordinate(x2))
}

func (p *path) down(x, y1, y2 float64) {
	fmt.Fprintf(p, "M%s %sV%s", coordinate(x), coordinate(y1), coordinate(y2))
}

// path draws what was collected, if anything was.
func (d *drawing) path(p *path, class, more string) {
	if p.Len() == 0 {
		return
	}
	d.WriteString(`<path d="` + p.String() + `"`)
	if class != "" {
		fmt.Fprintf(d, ` class="%s"`, class)
	}
	d.WriteString(more + "/>\n")
}

// A mark is how a value is drawn.
type mark int

const (
	full mark = iota // a filled dot
	open             // a ring
	tick             // a short line across the axis
)

// An arrow says that a value lies beyond the axis, and where.
type arrow int

const (
	rightward arrow = iota
	leftward
	upward
	downward
)

func (d *drawing) mark(m mark, x, y float64) {
	switch m {
	case full:
		fmt.Fprintf(d, `<circle cx="%s" cy="%s" r="2.6"/>`+"\n", coordinate(x), coordinate(y))
	case open:
		fmt.Fprintf(d, `<circle cx="%s" cy="%s" r="3" class="o"/>`+"\n", coordinate(x), coordinate(y))
	case tick:
		var p path
		p.down(x, y-4, y+4)
		d.path(&p, "", "")
	}
}

func (d *drawing) arrow(a arrow, x, y float64) {
	shape := map[arrow]string{rightward: "m-6-4l6 4l-6 4z", leftward: "m6-4l-6 4l6 4z", upward: "m-4 6l4-6l4 6z", downward: "m-4-6l4 6l4-6z"}[a]
	fmt.Fprintf(d, `<path d="M%s %s%s" class="a"/>`+"\n", coordinate(x), coordinate(y), shape)
}

// begin opens a group of what belongs to one backend, in its colour.
func (d *drawing) begin(c colour) { fmt.Fprintf(d, `<g class="%s"%s>`, c.class, c.attributes()) }

func (d *drawing) end() { d.WriteString("</g>\n") }

// The size of text in a plot.
const fontSize = 11

// textWidth returns how wide text is in the wider of the usual sans-serif fonts, in
// pixels.
func textWidth(text string) float64 {
	em := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("il|.,:;'!", r):
			em += 0.31
		case strings.ContainsRune("fjtrI-/() ", r):
			em += 0.40
		case strings.ContainsRune("mwMW%@±≤", r):
			em += 0.92
		case r >= 'A' && r <= 'Z':
			em += 0.72
		default:
			em += 0.61
		}
	}
	return em * fontSize
}
