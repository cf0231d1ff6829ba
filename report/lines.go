package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// A linePlot shows how figures change with one thing: threads, update share, size, time.
// Each line has its name at its end.
type linePlot struct {
	series []series
	stops  []stop // of the horizontal axis
	across string // what that shows
	unit   string // of the vertical axis, in words
	label  func(float64) string
	log    bool    // the vertical axis
	ideal  []point // a line without a name of a backend, if any
	named  string  // what it is called
}

// A stop is a place on the horizontal axis where something was measured.
type stop struct {
	at   float64 // 0 to 1
	text string
}

type series struct {
	name   string
	colour colour
	dash   int // tells backends of one colour apart
	points []point
	text   string // behind the name
	band   bool
}

// A point is a value at a stop.
type point struct {
	stop          int
	at, low, high float64
	other         float64 // of a second mode, 0 for none
}

// dashes tell the backends of a mechanism apart.
var dashes = []string{"", "6 2", "2 2", "7 2 2 2", "1 3", "9 3"}

const labelHeight = 13

// draw returns the plot's elements and its height.
func (p linePlot) draw() (body string, height float64) {
	var d drawing
	right := textWidth(p.named)
	for _, s := range p.series {
		right = max(right, textWidth(s.name+" "+s.text))
	}
	const head = 22
	room := max(150, float64(len(p.series)+1)*labelHeight)
	y := axis{from: head + room, to: head, log: p.log}
	y.low, y.high = p.bounds()
	ticks := y.ticks(func(float64) float64 { return 22 })
	left := 0.0
	for _, v := range ticks {
		left = max(left, textWidth(p.label(v)))
	}
	const leader = 14 // from the plot to the samples of the lines
	const sample = 14
	x := axis{low: 0, high: 1, from: left + 2*margin + 6, to: width - right - leader - sample - margin}

	d.text(0, 11, atStart, "s", p.unit)
	var grid, feet, one path
	for _, v := range ticks {
		if v == 1 && p.log {
			one.across(left+margin, x.to+4, y.at(v))
		} else {
			grid.across(left+margin, x.to+4, y.at(v))
		}
		d.text(left+2, y.at(v)+4, atEnd, "s", p.label(v))
	}
	previous := math.Inf(-1)
	for _, s := range p.stops {
		feet.down(x.at(s.at), y.from, y.from+4)
		if half := textWidth(s.text) / 2; x.at(s.at)-half > previous {
			d.text(x.at(s.at), y.from+16, atMiddle, "s", s.text)
			previous = x.at(s.at) + half + 4
		}
	}
	d.path(&grid, "grid", "")
	d.path(&one, "one", "")
	d.path(&feet, "tick", "")
	d.text((x.from+x.to)/2, y.from+30, atMiddle, "s", p.across)

	var wishes []float64
	for _, s := range p.series {
		wishes = append(wishes, y.at(y.clamp(s.points[len(s.points)-1].at)))
	}
	if p.named != "" {
		wishes = append(wishes, y.at(y.clamp(p.ideal[len(p.ideal)-1].at)))
	}
	places := spread(wishes, labelHeight, y.to, y.from)
	for i, s := range p.series {
		d.begin(s.colour)
		p.drawSeries(&d, x, y, s)
		p.drawSample(&d, x.at(p.stops[s.points[len(s.points)-1].stop].at), x.to+leader, wishes[i], places[i], s.dash)
		d.end()
		class := ""
		if s.band {
			class = "b"
		}
		d.text(x.to+leader+sample+3, places[i]+4, atStart, class, s.name+" "+s.text)
	}
	if p.named != "" {
		var line path
		for i, v := range p.ideal {
			if to := y.at(y.clamp(v.at)); i == 0 {
				line.move(x.at(p.stops[v.stop].at), to)
			} else {
				line.line(x.at(p.stops[v.stop].at), to)
			}
		}
		last := len(wishes) - 1
		line.move(x.to+leader, places[last])
		line.line(x.to+leader+sample, places[last])
		d.path(&line, "ideal", "")
		d.text(x.to+leader+sample+3, places[last]+4, atStart, "s", p.named)
	}
	return d.String(), y.from + 36
}

func (p linePlot) drawSeries(d *drawing, x, y axis, s series) {
	var line, whiskers, dots path
	for i, v := range s.points {
		at := x.at(p.stops[v.stop].at)
		if i == 0 {
			line.move(at, y.at(y.clamp(v.at)))
		} else {
			line.line(at, y.at(y.clamp(v.at)))
		}
		if low, high := y.clamp(v.low), y.clamp(v.high); low < high {
			whiskers.down(at, y.at(low), y.at(high))
		}
		if y.has(v.at) {
			dots.WriteString("M" + coordinate(at) + " " + coordinate(y.at(v.at)) + "h0")
		}
	}
	d.path(&line, "l", dashed(s.dash))
	d.path(&whiskers, "w", "")
	d.path(&dots, "p", "")
	for _, v := range s.points {
		at := x.at(p.stops[v.stop].at)
		for _, value := range []float64{v.at, v.other} {
			switch {
			case value > y.high:
				d.arrow(upward, at, y.to)
			case value > 0 && value < y.low:
				d.arrow(downward, at, y.from)
			case value > 0 && value == v.other:
				d.mark(open, at, y.at(value))
			}
		}
	}
}

// drawSample leads from the end of a line to a sample of it beside its name.
func (p linePlot) drawSample(d *drawing, end, sample, from, to float64, dash int) {
	var leader, line path
	leader.move(end+4, from)
	leader.line(sample, to)
	d.path(&leader, "hold", "")
	line.across(sample, sample+14, to)
	d.path(&line, "l", dashed(dash))
}

func dashed(dash int) string {
	if d := dashes[dash%len(dashes)]; d != "" {
		return fmt.Sprintf(` stroke-dasharray="%s"`, d)
	}
	return ""
}

// bounds makes room for most values. A linear axis begins at 0 and has room for all; on a
// logarithmic one those of one line in seven may lie beyond an end, so that the others
// can be told from each other.
func (p linePlot) bounds() (low, high float64) {
	var lows, highs []float64
	for _, s := range p.series {
		least, most := math.Inf(1), math.Inf(-1)
		for _, v := range s.points {
			least, most = min(least, v.at), max(most, v.at)
			if v.other > 0 {
				least, most = min(least, v.other), max(most, v.other)
			}
		}
		lows, highs = append(lows, least), append(highs, most)
	}
	slices.Sort(lows)
	slices.Sort(highs)
	if !p.log {
		return 0, max(1, highs[len(highs)-1]*1.04)
	}
	low, high = bound(lows, 1/1.06), 1/bound(inverse(highs), 1/1.06)
	for _, v := range p.ideal {
		high = max(high, v.at*1.06)
	}
	return low, max(high, low*1.2)
}

// bound returns an end of an axis: a little beyond the least of ascending values, or of
// six in seven of them if the others would take more than half as much room again.
func bound(values []float64, beyond float64) float64 {
	least, most := values[0], values[len(values)-1]
	inner := values[len(values)/7]
	if math.Log(most/least) > 1.5*math.Log(most/inner) {
		least = inner
	}
	return least * beyond
}

func inverse(values []float64) (inverted []float64) {
	for _, v := range slices.Backward(values) {
		inverted = append(inverted, 1/v)
	}
	return inverted
}

// ordinal returns stops at equal distances.
func ordinal(texts []string) (stops []stop) {
	for i, text := range texts {
		at := 0.5
		if len(texts) > 1 {
			at = float64(i) / float64(len(texts)-1)
		}
		stops = append(stops, stop{at, text})
	}
	return stops
}

// logarithmic returns stops at the distances of the numbers' logarithms.
func logarithmic(numbers []int, text func(int) string) (stops []stop) {
	first, last := math.Log(float64(numbers[0])), math.Log(float64(numbers[len(numbers)-1]))
	for _, n := range numbers {
		at := 0.5
		if last > first {
			at = (math.Log(float64(n)) - first) / (last - first)
		}
		stops = append(stops, stop{at, text(n)})
	}
	return stops
}

func decimal(n int) string { return strconv.Itoa(n) }
