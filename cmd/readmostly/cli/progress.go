package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"readmostly/bench"
)

// A progress shows how far a run is, on a terminal only. It draws between forks,
// never during one.
type progress struct {
	bar   *progressbar.ProgressBar // nil for none
	width func() int               // of the terminal
	first time.Duration            // how much was left when it was shown first
}

// steps is what the bar is divided into.
const steps = 1000

// barWidth is how much of a line the bar and its percentage take.
const barWidth = 32

func newProgress(w io.Writer, quiet bool) *progress {
	file, ok := w.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(file.Fd())) {
		return &progress{}
	}
	return drawProgress(w, func() int {
		width, _, err := term.GetSize(int(file.Fd()))
		if err != nil || width <= 0 {
			return 80
		}
		return width
	})
}

func drawProgress(w io.Writer, width func() int) *progress {
	return &progress{width: width, bar: progressbar.NewOptions(steps,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetWidth(20),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionClearOnFinish(),
	)}
}

// show says what is measured now and how long the rest takes at most. The line
// never wraps: one that does can't be wiped.
func (p *progress) show(now bench.Progress) {
	if p.bar == nil {
		return
	}
	p.first = max(p.first, now.Left)
	p.bar.Describe(progressLine(now, p.width()-1-barWidth))
	if p.first > 0 {
		_ = p.bar.Set(int(steps * float64(p.first-now.Left) / float64(p.first)))
	}
}

// progressLine is at most width characters long.
func progressLine(p bench.Progress, width int) string {
	text := p.Left.Round(time.Second).String() + " left"
	if p.Cells > 0 {
		text += fmt.Sprintf(", %d of %d ratios known", p.Reached, p.Cells)
	}
	text += ": " + p.Table.Workload.String()
	if runes := []rune(text); len(runes) > max(0, width) {
		text = string(runes[:max(0, width)])
	}
	return text
}

// hide wipes the line, for others to write.
func (p *progress) hide() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

func (p *progress) end() { p.hide() }
