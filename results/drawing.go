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
		tablewriter.WithTrimSpace(tw.Off),
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
