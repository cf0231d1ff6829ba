package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// width is how wide a plot is, in its own pixels: what a phone has.
const width = 360

// A dotPlot has a line for each backend, with dots on an axis and what they say behind
// them.
type dotPlot struct {
	rows   []dotRow
	unit   string               // of the axis, in words
	label  func(float64) string // of a tick
	one    string               // what 1 means; empty if that means nothing
	bounds func(plot dotPlot) (low, high float64)
}

type dotRow struct {
	name   string
	colour colour
	dots   []dot
	text   string // behind the dots
	band   bool   // it is one of the best
}

// A dot is a value and how far its interval reaches, which is drawn of the first dot of a
// row.
type dot struct {
	at, low, high float64
	mark          mark
}

const (
	rowHeight = 16
	margin    = 6
)

// draw returns the plot's elements and its height. The names stand to the left of the
// axis and the figures to the right, so that nothing can lie over anything.
func (p dotPlot) draw() (body string, height float64) {
	var d drawing
	left, right := 0.0, 0.0
	for _, r := range p.rows {
		left, right = max(left, textWidth(r.name)), max(right, textWidth(r.text))
	}
	const head = 34
	low, high := p.bounds(p)
	x := axis{low: low, high: high, from: left + 2*margin, to: width - right - 2*margin, log: true}
	bottom := head + rowHeight*float64(len(p.rows)) + 2

	d.text(x.from, 11, atStart, "s", p.unit)
	var grid path
	for _, v := range x.ticks(func(v float64) float64 { return textWidth(p.label(v)) + 8 }) {
		if v == 1 && p.one != "" {
			var one path
			one.down(x.at(v), head-6, bottom)
			d.path(&one, "one", "")
		} else {
			grid.down(x.at(v), head-6, bottom)
		}
		d.text(x.at(v), head-10, atMiddle, "s", p.label(v))
	}
	d.path(&grid, "grid", "")
	for i, r := range p.rows {
		y := head + rowHeight*(float64(i)+0.5)
		class := ""
		if r.band {
			fmt.Fprintf(&d, `<rect x="0" y="%s" width="%d" height="%d" class="band"/>`+"\n", coordinate(y-rowHeight/2), width, rowHeight)
			class = "b"
		}
		d.text(left+margin, y+4, atEnd, class, r.name)
		d.begin(r.colour)
		p.drawRow(&d, x, y, r)
		d.end()
		d.text(x.to+margin, y+4, atStart, class, r.text)
	}
	return d.String(), bottom + 2
}

func (p dotPlot) drawRow(d *drawing, x axis, y float64, r dotRow) {
	var hold, whisker path
	for i, v := range r.dots {
		if i > 0 {
			// What belongs together is held together.
			hold.across(x.at(x.clamp(r.dots[i-1].at)), x.at(x.clamp(v.at)), y)
		}
		low, high := x.clamp(v.low), x.clamp(v.high)
		if i > 0 || v.low == v.high || low >= high {
			continue
		}
		whisker.across(x.at(low), x.at(high), y)
		for _, end := range []float64{v.low, v.high} {
			// A cap would look like a dot's own edge where it is near.
			if x.has(end) && math.Abs(x.at(end)-x.at(v.at)) > 4 {
				whisker.down(x.at(end), y-3, y+3)
			}
		}
	}
	d.path(&hold, "hold", "")
	d.path(&whisker, "w", "")
	for _, v := range slices.Backward(r.dots) {
		switch {
		case v.at > x.high:
			d.arrow(rightward, x.to, y)
		case v.at < x.low:
			d.arrow(leftward, x.from, y)
		default:
			d.mark(v.mark, x.at(v.at), y)
		}
	}
}

// whole makes room for all values.
func whole(p dotPlot) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, r := range p.rows {
		for _, v := range r.dots {
			for _, v := range []float64{v.at, v.low, v.high} {
				if v > 0 && !math.IsInf(v, 0) {
					low, high = min(low, v), max(high, v)
				}
			}
		}
	}
	if math.IsInf(low, 0) {
		return 1, 10
	}
	return low / 1.1, max(high*1.1, low*1.5)
}

// cheap makes room for most backends: three quarters of them, and all that are cheaper
// than 1.5. The rest are so dear that how dear is a matter of their figures, and would
// squeeze into one spot those between which there is something to choose.
func cheap(p dotPlot) (low, high float64) {
	low, high = 0.97, 1.5
	var ends []float64
	for _, r := range p.rows {
		end := 0.0
		for _, v := range r.dots {
			if v.at > 0 {
				low = min(low, v.at/1.03)
			}
			if v.low > 0 {
				low = min(low, max(v.low/1.01, v.at/1.2))
			}
			end = max(end, v.at)
		}
		ends = append(ends, end)
	}
	slices.SortFunc(ends, func(a, b float64) int { return cmp.Compare(a, b) })
	if n := len(ends); n > 0 {
		most := ends[n-1] * 1.05
		quarter := ends[(n*3)/4] * 1.15
		// Where little more takes all of them in, it does.
		if most <= quarter*1.6 {
			quarter = most
		}
		high = max(high, quarter)
	}
	return low, high
}
