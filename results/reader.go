package results

import (
	"bytes"
	"fmt"
	"io"
	"math"

	"golang.org/x/perf/benchfmt"
)

// A File is what a result file holds.
type File struct {
	Config   [][2]string // key and value, as they stood at the last row
	Rows     []Row
	Warnings []error // lines that could not be understood, and why; others count
	Whole    int64   // bytes up to the end of the last whole line
	Cut      bool    // the file ends in the middle of a line, which was not read

	units []string // that have a Unit line
}

// Read reads a result file. A last line without its end was cut off, by a kill
// or a full disk, and is not read: even if it parsed, its last number might lack
// digits. Lines of other benchmarks become warnings. The error is one of
// reading; what was read until then is returned.
func Read(r io.Reader, name string) (File, error) {
	var f File
	data, err := io.ReadAll(r)
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	f.Whole, f.Cut = int64(len(whole)), len(whole) < len(data)
	if err != nil {
		return f, fmt.Errorf("%s: %w", name, err)
	}

	bench := benchfmt.NewReader(bytes.NewReader(whole), name)
	for bench.Scan() {
		switch record := bench.Result().(type) {
		case *benchfmt.SyntaxError:
			f.Warnings = append(f.Warnings, record)
		case *benchfmt.UnitMetadata:
			f.units = append(f.units, record.OrigUnit)
		case *benchfmt.Result:
			f.add(record)
		}
	}
	return f, bench.Err()
}

func (f *File) add(result *benchfmt.Result) {
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
	row := Row{Point: point, Ops: result.Iters}
	for _, v := range result.Values {
		unit, value := v.Unit, v.Value
		if v.OrigUnit != "" {
			unit, value = v.OrigUnit, v.OrigValue
		}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			warn(fmt.Errorf("%v %s is not a measurement", value, unit))
			continue
		}
		row.Values = append(row.Values, Value{unit, value})
	}
	f.Rows = append(f.Rows, row)
	f.Config = f.Config[:0]
	for _, c := range result.Config {
		f.Config = append(f.Config, [2]string{c.Key, string(c.Value)})
	}
}
