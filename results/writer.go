package results

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"

	"readmostly/workloads"
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

// Header writes the run's configuration, pairs of key and value. Keys are
// lower-case words; values become one line; a pair without a value is unknown
// and left out. See the package's documentation for the keys that tables need.
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

// Fork writes what a fork measured, all its rows at once, before it returns. The
// rows take the fork's number and layout; values are rounded to six significant
// digits.
func (w *Writer) Fork(f Fork, rows []Row) error {
	var lines []*benchfmt.Result
	for _, r := range rows {
		line, err := r.line()
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	for _, line := range lines {
		for _, v := range line.Values {
			w.describe(v.Unit)
		}
	}
	fmt.Fprintln(&w.buffer, f)
	for i, line := range lines {
		if err := w.bench.Write(line); err != nil {
			return err
		}
		if len(rows[i].Windows) > 0 {
			fmt.Fprintln(&w.buffer, rows[i].windowsLine())
		}
	}
	return w.flush()
}

// Fail writes that a row could not be measured, at once.
func (w *Writer) Fail(f Failure) error {
	if err := f.check(); err != nil {
		return err
	}
	fmt.Fprintln(&w.buffer, f)
	return w.flush()
}

// line returns the row as the benchmark format has it.
func (r Row) line() (*benchfmt.Result, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	result := &benchfmt.Result{Name: benchfmt.Name(r.Name()), Iters: r.Ops}
	for _, v := range r.Values {
		if !math.IsNaN(v.Value) && !math.IsInf(v.Value, 0) {
			result.Values = append(result.Values, benchfmt.Value{Value: round(v.Value), Unit: v.Unit})
		}
	}
	if len(result.Values) == 0 {
		return nil, fmt.Errorf("results: %s has no values: want a failure instead", r.Name())
	}
	return result, nil
}

// check reports a point that would be read as another one.
func (p Point) check() error {
	read, err := ParsePoint(p.Name())
	if err == nil && read != p {
		err = fmt.Errorf("%+v would be read as %+v: want a point of NewPoint", p, read)
	}
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	return nil
}

// describe writes the metadata of a unit that has none yet.
func (w *Writer) describe(unit string) {
	if w.known[unit] {
		return
	}
	w.known[unit] = true
	better := map[workloads.Direction]string{workloads.Lower: " better=lower", workloads.Higher: " better=higher"}
	fmt.Fprintf(&w.buffer, "Unit %s%s assume=nothing\n", unit, better[MetricOf(unit).Better])
}

// flush hands the buffer to the file in one write.
func (w *Writer) flush() error {
	_, err := w.out.Write(w.buffer.Bytes())
	w.buffer.Reset()
	return err
}

// round rounds to six significant digits.
func round(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		return v
	}
	return rounded
}
