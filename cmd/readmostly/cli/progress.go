package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"readmostly/bench"
)

// A progress shows how far a run is, in one line of a terminal. It draws between
// forks, never during one.
type progress struct {
	terminal *os.File // nil for none
	shown    bool
}

func newProgress(w io.Writer, quiet bool) *progress {
	file, ok := w.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{}
	}
	return &progress{terminal: file}
}

// show says what is measured now and how long the rest takes at most. The line
// is cut to the terminal's width: one that wraps can't be wiped.
func (p *progress) show(now bench.Progress) {
	if p.terminal == nil {
		return
	}
	width, _, err := term.GetSize(int(p.terminal.Fd()))
	if err != nil || width < 2 {
		width = 80
	}
	p.hide()
	fmt.Fprint(p.terminal, progressLine(now, width-1))
	p.shown = true
}

// progressLine is at most width characters long.
func progressLine(p bench.Progress, width int) string {
	text := fmt.Sprintf("%s left, fork %d", p.Left.Round(time.Second), p.Fork)
	if p.Cells > 0 {
		text += fmt.Sprintf(", %d of %d ratios known", p.Reached, p.Cells)
	}
	text += ": " + p.Table.Workload.String()
	if runes := []rune(text); len(runes) > width {
		text = string(runes[:width])
	}
	return text
}

// hide wipes the line, for others to write.
func (p *progress) hide() {
	if p.shown {
		fmt.Fprint(p.terminal, "\r\x1b[K")
		p.shown = false
	}
}

func (p *progress) end() { p.hide() }
