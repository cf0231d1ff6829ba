package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"readmostly/bench"
	"readmostly/workloads"
)

// No line that is drawn is wider than the terminal, however narrow that is, and
// what is left is nothing.
func TestProgressFits(t *testing.T) {
	p := bench.Progress{Left: time.Minute, Cells: 200, Table: bench.Table{Workload: workloads.Workload{Structure: workloads.Hash, Size: 1 << 20, Updates: 0.01, Threads: 192}}}
	for _, width := range []int{40, 80, 100, 200} {
		var out bytes.Buffer
		bar := drawProgress(&out, func() int { return width })
		for _, left := range []time.Duration{time.Minute, 30 * time.Second, 0} {
			p.Left = left
			bar.show(p)
		}
		bar.end()
		for line := range strings.FieldsFuncSeq(out.String(), func(r rune) bool { return r == '\r' || r == '\n' }) {
			line = strings.ReplaceAll(line, "\x1b[2K", "")
			if n := utf8.RuneCountInString(line); n >= width {
				t.Errorf("%d characters on a terminal of %d: %q", n, width, line)
			}
		}
		if strings.Contains(out.String(), "\n") {
			t.Errorf("a line was left behind: %q", out.String())
		}
	}
	if line := progressLine(p, -5); line != "" {
		t.Errorf("%q where there is no room", line)
	}
}
