package results

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// A Style is how tables are drawn.
type Style int

// The styles: for a terminal, and for a document.
const (
	Text Style = iota
	Markdown
)

// Render writes the rows as tables, one a scenario: backends as rows, the harness
// floor and the physical limit first. Columns that are empty for all backends are
// left out. Warnings follow the table that they are about.
func Render(w io.Writer, rows []Row, style Style) error {
	var out bytes.Buffer
	comparisons := compareRows(rows)
	for _, c := range comparisons {
		title := c.title()
		if style == Markdown {
			title = "**" + title + "**\n"
		}
		fmt.Fprintln(&out, title)
		if err := c.render(&out, style); err != nil {
			return err
		}
		for i, line := range c.warnings() {
			if style == Markdown && i == 0 {
				fmt.Fprintln(&out)
			}
			fmt.Fprintf(&out, "%swarning: %s\n", map[Style]string{Markdown: "- "}[style], line)
		}
		fmt.Fprintln(&out)
	}
	if len(comparisons) > 0 {
		fmt.Fprintln(&out, legend(comparisons))
	}
	_, err := w.Write(out.Bytes())
	return err
}

func (c *comparison) render(w io.Writer, style Style) error {
	columns := c.columns()
	header := []string{"backend"}
	for _, col := range columns {
		header = append(header, col.header)
	}
	var body [][]string
	for _, s := range c.subjects {
		line := []string{s.String()}
		for _, col := range columns {
			text, _ := col.cell(s)
			line = append(line, text)
		}
		body = append(body, line)
	}
	return RenderTable(w, style, header, body, 1)
}

// RenderTable writes one table. The first leftColumns columns are aligned to the
// left, the others, numbers, to the right.
func RenderTable(w io.Writer, style Style, header []string, body [][]string, leftColumns int) error {
	align := make([]tw.Align, len(header))
	for i := range align {
		align[i] = tw.AlignRight
		if i < leftColumns {
			align[i] = tw.AlignLeft
		}
	}
	var drawing tw.Renderer = renderer.NewBlueprint(tw.Rendition{
		Borders:  tw.BorderNone,
		Symbols:  tw.NewSymbols(tw.StyleASCII),
		Settings: tw.Settings{Separators: tw.Separators{BetweenColumns: tw.Off, BetweenRows: tw.Off}, Lines: tw.Lines{ShowHeaderLine: tw.Off}},
	})
	if style == Markdown {
		drawing = renderer.NewMarkdown()
	}
	var drawn bytes.Buffer
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
		Alignment:  tw.CellAlignment{PerColumn: align},
	}
	table := tablewriter.NewTable(&drawn,
		tablewriter.WithRenderer(drawing),
		tablewriter.WithConfig(tablewriter.Config{Header: cells, Row: cells}),
	)
	table.Header(escape(header, style))
	for _, line := range body {
		if err := table.Append(escape(line, style)); err != nil {
			return err
		}
	}
	if err := table.Render(); err != nil {
		return err
	}
	for line := range strings.Lines(drawn.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// escape keeps a cell's own bars from ending it in Markdown.
func escape(cells []string, style Style) []string {
	if style != Markdown {
		return cells
	}
	escaped := slices.Clone(cells)
	for i := range escaped {
		escaped[i] = strings.ReplaceAll(escaped[i], "|", `\|`)
	}
	return escaped
}

// legend explains the columns once, and how far they can be believed.
func legend(comparisons []*comparison) string {
	var lines, explained []string
	for _, c := range comparisons {
		if !slices.Contains(explained, c.Workload) {
			explained = append(explained, c.Workload)
			lines = append(lines, legendOf(c.Workload)...)
		}
	}
	few := 0
	for _, c := range comparisons {
		for _, cell := range c.cells {
			if few == 0 || len(cell.rows) < few {
				few = len(cell.rows)
			}
		}
		if len(c.workers) > maxTimed {
			lines = append(lines, fmt.Sprintf("Of %d numbers of workers %d are shown; the results have all.", len(c.workers), maxTimed))
			break
		}
	}
	if few < 6 {
		lines = append(lines, fmt.Sprintf("Windows a backend: as few as %d. An interval takes at least 6.", few))
	}
	return strings.Join(lines, "\n")
}
