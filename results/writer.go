package results

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// A Writer writes a run in the Go benchmark format. It belongs to one goroutine.
type Writer struct {
	out    io.Writer
	buffer bytes.Buffer
	bench  *benchfmt.Writer // writes to buffer
	known  map[string]bool  // units that have their Unit line
}

// NewWriter returns a writer of rows to w. [Writer.Header] comes first, or
// [Writer.Continue].
func NewWriter(w io.Writer) *Writer {
	rw := &Writer{out: w, known: map[string]bool{}}
	rw.bench = benchfmt.NewWriter(&rw.buffer)
	return rw
}

var configKey = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Header writes the run's configuration, pairs of key and value, and the units.
// Keys are lower-case words; values become one line; a pair without a value is
// unknown and left out.
func (w *Writer) Header(config [][2]string) error {
	for _, pair := range config {
		if !configKey.MatchString(pair[0]) {
			return fmt.Errorf("results: %q is not a key: want lower-case letters, digits and dashes", pair[0])
		}
	}
	for _, pair := range Known(config) {
		fmt.Fprintf(&w.buffer, "%s: %s\n", pair[0], pair[1])
	}
	w.buffer.WriteByte('\n')
	for _, u := range described {
		w.describe(u.unit)
	}
	w.buffer.WriteByte('\n')
	return w.flush()
}

// Known returns the configuration as [Writer.Header] writes it and [Read] reads
// it: values of one line, without the pairs whose value is unknown.
func Known(config [][2]string) [][2]string {
	var known [][2]string
	for _, pair := range config {
		if value := strings.Join(strings.Fields(pair[1]), " "); value != "" {
			known = append(known, [2]string{pair[0], value})
		}
	}
	return known
}

// Continue stands in for [Writer.Header] where the writer goes on behind a
// file's last whole line. It writes nothing.
func (w *Writer) Continue(f File) {
	for _, unit := range f.units {
		w.known[unit] = true
	}
}

// Write writes a row's line, whole and at once, before it returns.
func (w *Writer) Write(r Row) error {
	result := &benchfmt.Result{Name: benchfmt.Name(r.Name()), Iters: r.Ops}
	for _, v := range r.Values {
		w.describe(v.Unit)
		result.Values = append(result.Values, benchfmt.Value{Value: v.Value, Unit: v.Unit})
	}
	if err := w.bench.Write(result); err != nil {
		return err
	}
	return w.flush()
}

// describe writes the metadata of a unit that has none yet.
func (w *Writer) describe(unit string) {
	if w.known[unit] {
		return
	}
	w.known[unit] = true
	fmt.Fprintf(&w.buffer, "Unit %s", unit)
	if better := describe(unit).better; better != "" {
		fmt.Fprintf(&w.buffer, " better=%s", better)
	}
	w.buffer.WriteString(" assume=nothing\n")
}

func (w *Writer) flush() error {
	_, err := w.out.Write(w.buffer.Bytes())
	w.buffer.Reset()
	return err
}
