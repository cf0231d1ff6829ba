package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"readmostly/workloads"
)

// A progress shows how far a run is, on a terminal only. It draws between
// windows, never during one.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer, windows int, quiet bool) progress {
	file, ok := w.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(file.Fd())) {
		return progress{}
	}
	return progress{progressbar.NewOptions(windows,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(20),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowCount(),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionClearOnFinish(),
	)}
}

// show says what is measured now and how long the rest takes.
func (p progress) show(c workloads.Cell, left time.Duration) {
	if p.bar == nil {
		return
	}
	p.bar.Describe(fmt.Sprintf("%s left, %s: %s", left.Round(time.Second), c.Backend.Name, c.Workload))
}

// hide makes room for a line of results, which may share the terminal.
func (p progress) hide() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

func (p progress) step() {
	if p.bar != nil {
		_ = p.bar.Add(1)
	}
}

func (p progress) end() { p.hide() }
