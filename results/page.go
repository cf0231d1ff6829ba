package results

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A page is what is being rendered.
type page struct {
	Options
	file   File
	tables []*table
	out    bytes.Buffer
	marks  string // that were drawn
}

// write writes the page, without the empty lines at its end.
func (p *page) write(w io.Writer) error {
	text := bytes.TrimRight(p.out.Bytes(), "\n")
	if len(text) == 0 {
		return nil
	}
	_, err := w.Write(append(text, '\n'))
	return err
}

// maxWidth is how wide text may be.
const maxWidth = 100

// draw draws a table, in several parts if it is too wide for one.
func (p *page) draw(title, first string, subjects []subject, name func(subject) string, columns []column) error {
	names := []string{first}
	for _, s := range subjects {
		names = append(names, name(s))
	}
	var drawn [][]string // column by column, the headers first
	for _, c := range columns {
		var entries []entry
		for _, s := range subjects {
			e, _ := c.entry(s)
			entries = append(entries, e)
			p.marks += e.marks
		}
		drawn = append(drawn, append([]string{c.header}, lines(entries, p.Color)...))
	}
	if p.Style == Markdown {
		title = "**" + title + "**\n"
	}
	fmt.Fprintln(&p.out, title)
	for i, part := range p.parts(names, drawn) {
		if i > 0 {
			fmt.Fprintln(&p.out)
		}
		if err := p.drawPart(names, part); err != nil {
			return err
		}
	}
	fmt.Fprintln(&p.out)
	return nil
}

func (p *page) drawPart(names []string, columns [][]string) error {
	var header []string
	body := make([][]string, len(names)-1)
	for _, column := range append([][]string{names}, columns...) {
		top := column[0]
		if p.Style == Markdown {
			top = strings.ReplaceAll(top, "\n", " ")
		}
		header = append(header, top)
		for i, text := range column[1:] {
			body[i] = append(body[i], text)
		}
	}
	return RenderTable(&p.out, p.Style, header, body, 1)
}

// parts shares out columns so that the names and those of a part fit beside each
// other. A document scrolls.
func (p *page) parts(names []string, columns [][]string) (parts [][][]string) {
	const gap = 2
	free := 0
	for _, c := range columns {
		w := gap + width(c)
		if len(parts) == 0 || w > free && p.Style == Text {
			parts = append(parts, nil)
			free = maxWidth - width(names) - 1
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], c)
		free -= w
	}
	return parts
}

// width returns how many characters the widest line of a column has on a
// terminal.
func width(column []string) (widest int) {
	for _, text := range column {
		for _, color := range []tint{green, red, reset} {
			text = strings.ReplaceAll(text, string(color), "")
		}
		for line := range strings.SplitSeq(text, "\n") {
			widest = max(widest, utf8.RuneCountInString(line))
		}
	}
	return widest
}

// list writes lines, and an empty one behind them.
func (p *page) list(lines []string) {
	for _, line := range lines {
		if p.Style == Markdown {
			fmt.Fprintln(&p.out, "- "+line)
		} else {
			fmt.Fprintln(&p.out, wrap(line))
		}
	}
	if len(lines) > 0 {
		fmt.Fprintln(&p.out)
	}
}

// wrap breaks a line that is too wide between words.
func wrap(line string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(line) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > maxWidth:
			b.WriteString("\n  ")
			column = 2
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
