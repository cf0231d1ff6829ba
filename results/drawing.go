package results

import (
	"io"
)

type Style int

const (
	Text Style = iota
	Markdown
)

type Options struct {
	Style Style
	Full  bool
	Color bool
}

func Render(w io.Writer, f File, o Options) error { return nil }
func RenderTable(w io.Writer, style Style, header []string, body [][]string, leftColumns int) error {
	return nil
}
