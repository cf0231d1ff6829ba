package results

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"golang.org/x/perf/benchfmt"

	"readmostly/workloads"
)

// A File is what a result file holds.
type File struct {
	Config   [][2]string // key and value, as they stand at the end
	Rows     []Row
	Forks    []Fork
	Failures []Failure
	Warnings []error // lines that could not be understood, and why; others count
	Whole    int64   // bytes up to the end of the last whole line
	Cut      bool    // the file ends in the middle of a line, which was not read

	units []string // that have a Unit line
}

// Value returns what the configuration says under a key, empty for nothing.
func (f *File) Value(key string) string {
	for _, pair := range f.Config {
		if pair[0] == key {
			return pair[1]
		}
	}
	return ""
}

// Read reads a result file. A last line without its end was cut off, by a kill
// or a full disk, and is not read: even if it parsed, its last number might lack
// digits. The file may end within a fork, whose other rows are as good as ever.
// Lines of other benchmarks become warnings. The error is one of reading; what
// was read until then is returned.
func Read(r io.Reader, name string) (File, error) {
	var f File
	data, err := io.ReadAll(r)
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	f.Whole, f.Cut = int64(len(whole)), len(whole) < len(data)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	notes := f.readNotes(whole, name)
	if err := f.readRows(whole, name, notes); err != nil {
		return f, err
	}
	return f, err
}

// readRows reads what benchstat reads. Each row belongs to the last fork that was
// noted above it.
func (f *File) readRows(whole []byte, name string, notes notes) error {
	// The reader tells the configuration with a row only; the last one is added
	// for a file that ends without.
	bench := benchfmt.NewReader(io.MultiReader(bytes.NewReader(whole), strings.NewReader("BenchmarkEnd 1 1 end\n")), name)
	end := bytes.Count(whole, []byte("\n")) + 1
	var fork Fork
	for bench.Scan() {
		switch record := bench.Result().(type) {
		case *benchfmt.SyntaxError:
			f.Warnings = append(f.Warnings, record)
		case *benchfmt.UnitMetadata:
			f.units = append(f.units, record.OrigUnit)
		case *benchfmt.Result:
			_, line := record.Pos()
			for len(notes.forks) > 0 && notes.forks[0].line < line {
				fork, notes.forks = notes.forks[0].Fork, notes.forks[1:]
			}
			f.configure(record.Config)
			if line < end {
				f.add(record, fork, notes.windows[line+1])
			}
		}
	}
	return bench.Err()
}

func (f *File) configure(config []benchfmt.Config) {
	f.Config = f.Config[:0]
	for _, c := range config {
		f.Config = append(f.Config, [2]string{c.Key, string(c.Value)})
	}
}

func (f *File) add(result *benchfmt.Result, fork Fork, windows windowsNote) {
	file, line := result.Pos()
	warn := func(err error) { f.Warnings = append(f.Warnings, fmt.Errorf("%s:%d: %w", file, line, err)) }

	point, err := ParsePoint(result.Name.String())
	if err != nil {
		warn(err)
		return
	}
	if result.Iters < 0 {
		warn(fmt.Errorf("%d operations", result.Iters))
		return
	}
	row := Row{Point: point, Fork: fork.Number, Layout: fork.Layout, Ops: result.Iters}
	for _, v := range result.Values {
		unit, value := v.Unit, v.Value
		if v.OrigUnit != "" {
			unit, value = v.OrigUnit, v.OrigValue
		}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			warn(fmt.Errorf("%v %s is not a measurement", value, unit))
			continue
		}
		row.Values = append(row.Values, workloads.Value{Unit: unit, Value: value})
	}
	if windows.name == point.Name() {
		row.Windows = windows.windows
	}
	f.Rows = append(f.Rows, row)
}
