package compare

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"readmostly/results"
)

// Render writes the comparison for people: what is worse and better first, then all
// cells in tables, then what must be known to read them.
func (c *Comparison) Render(w io.Writer, style results.Style) error {
	p := &printer{w: w, style: style}
	p.heading(c.Summary())
	p.list(c.findings())
	for begin := 0; begin < len(c.Cells); {
		end := begin
		for end < len(c.Cells) && c.Cells[end].Workload == c.Cells[begin].Workload {
			end++
		}
		p.table(c.Cells[begin:end], c.Baseline)
		begin = end
	}
	var warnings []string
	for _, line := range c.Warnings {
		warnings = append(warnings, "warning: "+line)
	}
	p.list(slices.Concat(warnings, c.missing(), c.legend()))
	return p.err
}

// Summary is the comparison in one sentence.
func (c *Comparison) Summary() string {
	worse, better := len(c.Regressions()), len(c.with(Better))
	text := fmt.Sprintf("%d worse, %d better, %d without a difference", worse, better, len(c.with(Same)))
	if few := len(c.with(TooFew)); few > 0 {
		text += fmt.Sprintf(", %d with too few forks", few)
	}
	return fmt.Sprintf("%s, of %s", text, counted(len(c.Cells)-len(c.with(None)), "cell"))
}

// findings says what changed, a line per cell.
func (c *Comparison) findings() (lines []string) {
	for _, cell := range c.with(Fails, Worse, Better) {
		line := fmt.Sprintf("%s: %s, %s, %s", cell.Verdict, name(cell), results.Title(cell.Workload), threads(cell.Threads))
		if cell.Verdict == Fails {
			lines = append(lines, line+": "+cell.Why)
			continue
		}
		what := "time"
		if cell.Ratio != nil {
			what = results.Ratio(c.Baseline).Unit
		}
		change := *cell.decides()
		lines = append(lines, fmt.Sprintf("%s: %s %s (%s), from %s to %s, %s", line, what, percent(change.By), interval(change),
			short(change.Old), short(change.New), probability(cell.P)))
	}
	return lines
}

// maxNamed is how many cells a line names.
const maxNamed = 4

// missing says which cells only one of the runs has.
func (c *Comparison) missing() (lines []string) {
	for _, side := range []struct {
		points []results.Point
		text   string
	}{{c.OnlyOld, "only in the old run"}, {c.OnlyNew, "only in the new run"}} {
		var names []string
		for _, p := range side.points {
			names = append(names, p.Name())
		}
		if n := len(names); n > maxNamed {
			names = append(names[:maxNamed-1], fmt.Sprintf("%d more", n-maxNamed+1))
		}
		if len(names) > 0 {
			lines = append(lines, side.text+": "+strings.Join(names, ", "))
		}
	}
	return lines
}

func (c *Comparison) legend() []string {
	unit := "forks"
	if c.Layouts > 1 {
		unit = "layouts, each the median of its forks"
	}
	by := "the ratio"
	if c.Baseline == "" {
		by = "the time"
	}
	how := "independent runs"
	if c.Paired {
		how = "turns, of which each is a pair of forks"
	}
	lines := []string{fmt.Sprintf("worse, better: by at least %s, and told from no change at 5 %% (Holm's correction for %s); %s decides, where there is one.",
		results.FormatPercent(c.Threshold), counted(c.tested(), "cell"), by),
		fmt.Sprintf("change: mean over %s, of %s, with its 95 %% interval; old and new: medians of the forks.", unit, how)}
	if slices.ContainsFunc(c.Cells, func(x Cell) bool { return x.Wide }) {
		lines = append(lines, fmt.Sprintf("!: the interval reaches further than ±%s, so a change of that size may have been missed.", results.FormatPercent(c.Threshold)))
	}
	if slices.ContainsFunc(c.Cells, func(x Cell) bool { return x.Verdict == None }) {
		lines = append(lines, "-: not judged: the baseline of two runs, its control, and what the harness costs.")
	}
	return lines
}

// A printer writes parts with an empty line between, until an error.
type printer struct {
	w     io.Writer
	style results.Style
	begun bool
	err   error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// part begins a part.
func (p *printer) part() {
	if p.begun {
		p.printf("\n")
	}
	p.begun = true
}

func (p *printer) heading(text string) {
	p.part()
	if p.style == results.Markdown {
		text = "**" + text + "**"
	}
	p.printf("%s\n", text)
}

func (p *printer) list(lines []string) {
	if len(lines) > 0 {
		p.part()
	}
	for _, line := range lines {
		if p.style == results.Markdown {
			line = "- " + line
		}
		p.printf("%s\n", line)
	}
}

// table draws the cells of one workload.
func (p *printer) table(cells []Cell, base string) {
	p.heading(results.Title(cells[0].Workload) + ", " + threads(cells[0].Threads))
	if p.style == results.Markdown {
		p.printf("\n")
	}
	header := []string{"backend"}
	compared := slices.ContainsFunc(cells, func(c Cell) bool { return c.Ratio != nil })
	if compared {
		header = append(header, results.Ratio(base).Unit, "new", "change")
	}
	header = append(header, "ns/op", "new", "change", "")
	var body [][]string
	for _, c := range cells {
		line := []string{name(c)}
		if compared {
			line = append(line, figures(c.Ratio)...)
		}
		line = append(line, figures(c.Time)...)
		body = append(body, append(line, mark(c)))
	}
	if p.err == nil {
		p.err = results.RenderTable(p.w, p.style, header, body, 1)
	}
}

func name(c Cell) string {
	if c.ReadOnly {
		return c.Backend() + " (read-only)"
	}
	return c.Backend()
}

// figures are a change's columns.
func figures(c *Change) []string {
	if c == nil {
		return []string{"-", "-", "-"}
	}
	return []string{short(c.Old), short(c.New), percent(c.By) + " " + plusMinus(*c)}
}

// mark is what stands behind a cell.
func mark(c Cell) string {
	text := map[Verdict]string{None: "-", Same: "~"}[c.Verdict]
	if text == "" {
		text = string(c.Verdict)
	}
	if c.Wide {
		text += " !"
	}
	return text
}

func threads(n int) string { return counted(n, "thread") }

func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// short writes a figure: with three decimals near 1, with fewer digits elsewhere.
func short(v float64) string {
	switch {
	case v >= 0.0995 && v < 9.9995:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case v >= 0.0995 && v < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case v >= 0.0995 && v < 1e9:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// percent writes a change: +5.1%. One of a tenth of a percent is the least that shows.
func percent(by float64) string {
	switch v := 100 * by; {
	case math.IsInf(v, 0):
		return "∞"
	case math.Abs(v) < 0.05:
		return "0.0%"
	case math.Abs(v) >= 99.5:
		return fmt.Sprintf("%+.0f%%", v)
	default:
		return fmt.Sprintf("%+.1f%%", v)
	}
}

// interval writes a change's interval: +4.1% to +6.0%.
func interval(c Change) string {
	if !c.Known() {
		return "unknown"
	}
	return percent(c.Lo) + " to " + percent(c.Hi)
}

// plusMinus writes how far a change's interval reaches, on its wider side: ±0.9%.
func plusMinus(c Change) string {
	if !c.Known() {
		return "±∞"
	}
	return "±" + strings.TrimPrefix(percent(max(c.Hi-c.By, c.By-c.Lo)), "+")
}

// probability writes a p-value.
func probability(p float64) string {
	if p < 0.0001 {
		return "p<0.0001"
	}
	return "p=" + strconv.FormatFloat(p, 'f', 4, 64)
}
