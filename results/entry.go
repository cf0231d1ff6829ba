package results

import (
	"slices"
	"strconv"
	"strings"
)

// An entry is what stands in one place of a drawn table.
type entry struct {
	text  string
	marks string // what the legend explains, behind the text
	tint  tint
}

// absent stands where nothing was measured.
const absent = "-"

// The marks.
const (
	markLike  = "~" // 1 lies inside the interval of the ratio
	markWide  = "!" // the interval is wider than the precision
	markModes = "*" // the windows, or the forks, fall into two modes
	markReads = "r" // the backend only reads
	markFault = "x" // the backend's checks fail

	markSeldom  = "?" // it happened too seldom while it was looked
	markCadence = "c" // how often updaters look decides it
)

// ratioEntry shows a backend's ratio with its interval.
func (t *table) ratioEntry(s subject, threads int) (e entry, ok bool) {
	ratio, ok := t.ratio(s, threads)
	if !ok || t.of(s.impl) == limit {
		return entry{text: absent}, false
	}
	e.text = formatRatio(ratio.Center) + " " + formatHalfWidth(ratio)
	if ratio.Known() && ratio.Contains(1) {
		e.marks += markLike
	}
	if t.precision > 0 && ratio.HalfWidth() > t.precision && t.of(s.impl) != floor {
		e.marks += markWide
	}
	if m, two := t.cell(s, threads).modes(Ratio(t.baseline).Unit); two {
		e.text = m.text(formatShort)
		e.marks += markModes
	}
	if t.of(s.impl) == faulty {
		e.marks += markFault
	}
	if t.of(s.impl) == contender {
		e.tint = tintOf(ratio.Center)
	}
	return e, true
}

// failedEntry shows why a backend could not be measured, in so many characters.
func failedEntry(c *cell, characters int) (entry, bool) {
	if c == nil || len(c.rows) > 0 || len(c.failures) == 0 {
		return entry{}, false
	}
	return entry{text: shorten("failed: "+c.failures[0].Why, characters), tint: red}, true
}

// formatRatio writes a ratio to three decimals, and one that isn't near 1 with
// fewer digits.
func formatRatio(v float64) string {
	if v < 0.0995 || v >= 9.9995 {
		return formatShort(v)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// formatHalfWidth writes how far an interval reaches: ±0.8%, or ±∞ for one that
// isn't known.
func formatHalfWidth(i Interval) string {
	switch percent := 100 * i.HalfWidth(); {
	case !i.Known():
		return "±∞"
	case percent >= 9.95:
		return "±" + strconv.FormatFloat(percent, 'f', 0, 64) + "%"
	default:
		return "±" + strconv.FormatFloat(percent, 'f', 1, 64) + "%"
	}
}

// A tint is a colour of a terminal.
type tint string

const (
	plain tint = ""
	green tint = "\x1b[32m"
	red   tint = "\x1b[31m"
	reset      = "\x1b[0m"
)

// tintOf makes cheap green and dear red.
func tintOf(ratio float64) tint {
	switch {
	case ratio <= 1.05:
		return green
	case ratio >= 2:
		return red
	}
	return plain
}

// lines returns the texts of a column's entries, with equal marks below each
// other.
func lines(column []entry, color bool) []string {
	var slots []string // the marks that the column has
	for _, mark := range []string{markLike, markWide, markModes, markReads, markFault, markSeldom, markCadence} {
		if slices.ContainsFunc(column, func(e entry) bool { return strings.Contains(e.marks, mark) }) {
			slots = append(slots, mark)
		}
	}
	texts := make([]string, len(column))
	for i, e := range column {
		text := e.text
		if color && e.tint != plain {
			text = string(e.tint) + text + reset
		}
		if len(slots) > 0 {
			text += " "
		}
		for _, mark := range slots {
			if strings.Contains(e.marks, mark) {
				text += mark
			} else {
				text += " "
			}
		}
		texts[i] = text
	}
	return texts
}
