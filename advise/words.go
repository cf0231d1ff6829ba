package advise

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"readmostly/results"
)

// width is how many characters a line has at most.
const width = 100

// Render writes the advice in sentences, and a table of what the others would give. from
// names what it rests on, such as a file.
func (a *Advice) Render(w io.Writer, from string) error {
	var out strings.Builder
	say := func(indent, text string) { out.WriteString(wrap(indent, text)) }
	say("", fmt.Sprintf("%s (%s):", capital(a.Question.String()), from))
	for _, line := range a.sentences() {
		say("  ", line)
	}
	out.WriteString("\n")
	if err := a.table(&out); err != nil {
		return err
	}
	if lines := a.horizons(); len(lines) > 0 {
		out.WriteString("\nWhere that changes:\n")
		for _, line := range lines {
			say("  ", line)
		}
	}
	if notes := a.notes(); len(notes) > 0 {
		out.WriteString("\n")
		for _, line := range notes {
			say("", line)
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// sentences are the answer.
func (a *Advice) sentences() (lines []string) {
	if a.Winner == nil {
		lines = append(lines, fmt.Sprintf("Too few forks (%d of each) to tell %d backends apart: measure longer. The least median has %s.",
			a.Forks, len(a.Others), a.priced(a.Others[0])))
	} else {
		lines = append(lines, fmt.Sprintf("Take %s.", a.priced(*a.Winner)))
		if len(a.Tied) > 0 {
			lines = append(lines, fmt.Sprintf("%s can't be told apart from it.", enumerate(named(a.Tied))))
		}
		if len(a.Others) > 0 {
			lines = append(lines, fmt.Sprintf("The next is %s with %s.", a.Others[0].Name, ratioOf(a.Others[0])))
		} else if len(a.Tied) == 0 {
			lines = append(lines, "No other has all that is needed.")
		}
		switch cheaper := a.cheaper(); len(cheaper) {
		case 0:
		case 1:
			lines = append(lines, fmt.Sprintf("%s would have cost less, %s, but %s.", cheaper[0].Name, ratioOf(cheaper[0].Cost), enumerate(cheaper[0].Why)))
		default:
			var names []string
			for _, x := range cheaper {
				names = append(names, x.Name)
			}
			lines = append(lines, fmt.Sprintf("%s would have cost less, but lack what is needed: see the table.", enumerate(names)))
		}
	}
	return append(lines, a.loaded()...)
}

// cheaper returns who would have cost less than the winner, as far as intervals can
// tell.
func (a *Advice) cheaper() (all []Excluded) {
	for _, x := range a.Out {
		if x.Known() && x.Ratio.Hi < a.Winner.Ratio.Lo {
			all = append(all, x)
		}
	}
	return all
}

// priced says what a backend costs.
func (a *Advice) priced(c Cost) string {
	return fmt.Sprintf("%s: %s times %s, %s per operation", c.Name, ratioOf(c), a.Baseline, nanoseconds(c.Time.Center))
}

// loaded says what that is of a core.
func (a *Advice) loaded() (lines []string) {
	l := a.Question.Load
	if l == nil {
		return nil
	}
	use := fmt.Sprintf("At %s and %s", rate(l.Reads, "lookups"), rate(l.Writes, "updates"))
	c := a.Candidates()[0]
	share, _ := c.Core(*l)
	line := fmt.Sprintf("%s %s takes %s of a core", use, c.Name, percent(share))
	if threads := float64(a.Question.Workload.Threads); share > threads {
		line += fmt.Sprintf(", which is more than %s can do", counted(a.Question.Workload.Threads, "thread"))
	}
	lines = append(lines, line+".")
	if a.Enough == nil {
		for _, p := range a.Candidates() {
			if p.Plain {
				_, most := p.Core(*l)
				return append(lines, fmt.Sprintf("The simplest to program, %s, may take %s, which is not below %s.", p.Name, percentOrUnknown(most), percent(Little)))
			}
		}
		return lines
	}
	_, most := a.Enough.Core(*l)
	if a.Enough.Name == c.Name {
		return append(lines, fmt.Sprintf("It is the simplest to program, too, and at most %s is little: it is enough.", percent(most)))
	}
	return append(lines, fmt.Sprintf("The simplest to program, %s, takes at most %s: below %s of a core it is enough.", a.Enough.Name, percent(most), percent(Little)))
}

func percentOrUnknown(share float64) string {
	if share > 1e9 {
		return "an unknown share"
	}
	return percent(share)
}

// table shows what each backend costs, and why some are no answer.
func (a *Advice) table(w io.Writer) error {
	header := []string{"backend", "times " + a.Baseline, "ns/op"}
	if a.Question.Load != nil {
		header = append(header, "of a core")
	}
	header = append(header, "remark")
	var body [][]string
	row := func(c Cost, why string) {
		line := []string{c.Name, "-", "-"}
		core := "-"
		if c.Known() {
			line[1], line[2] = ratioOf(c), number(c.Time.Center)
			if a.Question.Load != nil {
				share, _ := c.Core(*a.Question.Load)
				core = percent(share)
			}
		}
		if a.Question.Load != nil {
			line = append(line, core)
		}
		body = append(body, append(line, why))
	}
	if a.Winner != nil {
		row(*a.Winner, "the cheapest")
	}
	for _, c := range a.Tied {
		row(c, "the cheapest, too")
	}
	for _, c := range a.Others {
		row(c, "")
	}
	for _, x := range a.Out {
		row(x.Cost, "no answer: "+strings.Join(x.Why, ",\n"))
	}
	return results.RenderTable(w, results.Text, header, body, len(header))
}

// directions names those of an axis: to less, and to more.
var directions = map[Axis][2]string{
	Updates: {"fewer updates", "more updates"},
	Threads: {"fewer threads", "more threads"},
	Size:    {"fewer elements", "more elements"},
}

// least is where an axis begins.
var least = map[Axis]float64{Updates: 0, Threads: 1, Size: 1}

// horizons say how far the answer holds.
func (a *Advice) horizons() (lines []string) {
	for _, h := range a.Horizons {
		here := h.Axis.Of(a.Question.Workload)
		if h.Down.End == Unmeasured && h.Up.End == Unmeasured {
			lines = append(lines, fmt.Sprintf("%s: only %s was measured.", capital(string(h.Axis)), h.Axis.Format(here)))
			continue
		}
		if !(h.Down.End == Unmeasured && here == least[h.Axis]) {
			lines = append(lines, a.turned(h.Axis, directions[h.Axis][0], "less", "least", h.Down))
		}
		lines = append(lines, a.turned(h.Axis, directions[h.Axis][1], "more", "most", h.Up))
	}
	return lines
}

// turned says what happens in one direction.
func (a *Advice) turned(axis Axis, direction, than, extreme string, t Turn) string {
	winner := a.Winner.Name
	switch t.End {
	case Unmeasured:
		return fmt.Sprintf("%s: nothing %s than %s was measured.", capital(direction), than, axis.Format(t.To))
	case Holds:
		return fmt.Sprintf("%s: %s stays the cheapest, or can't be told apart from it, to %s, the %s that was measured.", capital(direction), winner, axis.Format(t.To), extreme)
	case Unclear:
		return fmt.Sprintf("%s: %s stays the cheapest to %s; at %s there are too few forks to tell.", capital(direction), winner, axis.Format(t.To), axis.Format(t.Next))
	}
	text := fmt.Sprintf("%s: at %s %s %s", capital(direction), axis.Format(t.Next), enumerate(t.Takers), plural(len(t.Takers), "takes over", "take over"))
	switch {
	case t.Gone:
		return text + fmt.Sprintf(", as %s is no answer there.", winner)
	case t.New:
		return text + fmt.Sprintf("; at %s %s is no answer.", axis.Format(t.To), t.Takers[0])
	case t.Cross != 0:
		low, top := min(t.Base, t.Next), max(t.Base, t.Next)
		return text + fmt.Sprintf("; %s and %s cost the same at about %s, interpolated between %s and %s.",
			winner, t.Takers[0], axis.Format(t.rounded()), axis.Format(low), axis.Format(top))
	}
	return text + fmt.Sprintf("; at %s %s can't be told apart from the cheapest.", axis.Format(t.To), winner)
}

// rounded returns where the costs cross, to two digits.
func (t Turn) rounded() float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(t.Cross, 'g', 2, 64), 64)
	return v
}

// notes say how far to trust the answer.
func (a *Advice) notes() (lines []string) {
	if b := a.Between; b != nil {
		lines = append(lines, fmt.Sprintf("%s were not measured: costs are interpolated between %s and %s %s, and who can't be told apart is judged by intervals that overlap.",
			capital(fmt.Sprintf("%s %s", b.Axis.Format(b.Axis.Of(a.Question.Workload)), units[b.Axis])), b.Axis.Format(b.Low), b.Axis.Format(b.Top), units[b.Axis]))
	}
	if a.Question.Load != nil {
		lines = append(lines, "Shares of a core are of workers that do nothing else and so disturb each other most; caches that other work has emptied cost more.")
	}
	if a.Layouts == "1" {
		lines = append(lines, "One layout of the program was measured; another moves a ratio by up to 6 %: --layouts takes several.")
	}
	return lines
}

var units = map[Axis]string{Updates: "updates", Threads: "threads", Size: "elements"}

// ratioOf writes a ratio with its interval, or both modes of it.
func ratioOf(c Cost) string {
	if m := c.Modes; m != nil {
		return fmt.Sprintf("%s (%.0f%%) or %s (%.0f%%)", results.FormatRatio(m.Low), 100*m.Share, results.FormatRatio(m.High), 100*(1-m.Share))
	}
	return results.FormatRatio(c.Ratio.Center) + " " + results.FormatHalfWidth(c.Ratio)
}

// number writes three significant digits.
func number(v float64) string {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func nanoseconds(v float64) string { return number(v) + " ns" }

// rate writes how often something happens, per the unit of time that keeps the number
// at 1 or above: "200k lookups/s".
func rate(perSecond float64, what string) string {
	v, unit := perSecond, "s"
	if v > 0 && v < 1 {
		v, unit = v*60, "min"
		if v < 1 {
			v, unit = v*60, "h"
		}
	}
	suffix := ""
	for _, s := range []struct {
		factor float64
		suffix string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= s.factor {
			v, suffix = v/s.factor, s.suffix
			break
		}
	}
	return fmt.Sprintf("%s%s %s/%s", number(v), suffix, what, unit)
}

func named(costs []Cost) (names []string) {
	for _, c := range costs {
		names = append(names, c.Name)
	}
	return names
}

// enumerate names some: "a, b and c".
func enumerate(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func plural(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// capital begins a sentence.
func capital(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// wrap breaks text between words; all lines but the first are indented further.
func wrap(indent, text string) string {
	var out strings.Builder
	line := indent
	for i, word := range strings.Fields(text) {
		if i > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			out.WriteString(line + "\n")
			line = indent + "  " + word
			continue
		}
		if i > 0 {
			line += " "
		}
		line += word
	}
	return out.String() + line + "\n"
}
