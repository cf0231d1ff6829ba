package results

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/perf/benchfmt"
)

var exampleConfig = [][2]string{
	{"goos", "linux"},
	{"cpu", "Example  CPU @ 3 GHz"},
	{"seed", "1"},
	{"governor", ""},
}

func written(t *testing.T, rows []Row) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	if err := w.Header(exampleConfig); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func TestWriter(t *testing.T) {
	rows := rowsOf(1)
	rows[0].Add("page-faults/op", 0)
	rows[0].Add("nothing/op", math.NaN())
	rows[0].Add("nothing/op", math.Inf(1))
	golden(t, "rows.txt", string(written(t, rows)))
}

// Every line reaches the file whole and in one write.
func TestWriterWritesLines(t *testing.T) {
	var pieces []string
	w := NewWriter(writerFunc(func(p []byte) (int, error) {
		pieces = append(pieces, string(p))
		return len(p), nil
	}))
	if err := w.Header(exampleConfig); err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(1)
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if len(pieces) != 1+len(rows) {
		t.Errorf("%d writes for the header and %d rows", len(pieces), len(rows))
	}
	for _, p := range pieces {
		if !strings.HasSuffix(p, "\n") {
			t.Errorf("a write ends in the middle of a line: %q", p)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestWriterReportsErrors(t *testing.T) {
	full := errors.New("disk full")
	w := NewWriter(writerFunc(func([]byte) (int, error) { return 0, full }))
	if err := w.Header(nil); !errors.Is(err, full) {
		t.Errorf("Header: %v", err)
	}
	if err := w.Write(rowsOf(1)[0]); !errors.Is(err, full) {
		t.Errorf("Write: %v", err)
	}
	if err := NewWriter(io.Discard).Header([][2]string{{"Two words", "x"}}); err == nil {
		t.Error("a key with a space was taken")
	}
}

func TestRead(t *testing.T) {
	rows := rowsOf(2)
	f, err := Read(bytes.NewReader(written(t, rows)), "file")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(f.Rows, rows) {
		t.Errorf("rows differ:\n%+v\n%+v", f.Rows, rows)
	}
	want := [][2]string{{"goos", "linux"}, {"cpu", "Example CPU @ 3 GHz"}, {"seed", "1"}}
	if !slices.Equal(f.Config, want) {
		t.Errorf("config %v, want %v", f.Config, want)
	}
	if len(f.Warnings) > 0 || f.Cut {
		t.Errorf("warnings %v, cut %v", f.Warnings, f.Cut)
	}
}

// A file that was cut anywhere is read to its last whole line.
func TestReadCut(t *testing.T) {
	rows := rowsOf(1)
	data := written(t, rows)
	for n := range len(data) {
		f, err := Read(bytes.NewReader(data[:n]), "file")
		if err != nil {
			t.Fatal(err)
		}
		whole := bytes.LastIndexByte(data[:n], '\n') + 1
		want := bytes.Count(data[:whole], []byte("\nBenchmark"))
		if len(f.Rows) != want || !slices.EqualFunc(f.Rows, rows[:want], equalRows) {
			t.Fatalf("cut at %d: %d rows, want %d", n, len(f.Rows), want)
		}
		if f.Whole != int64(whole) || f.Cut != (whole < n) || len(f.Warnings) > 0 {
			t.Fatalf("cut at %d: whole %d, cut %v, warnings %v", n, f.Whole, f.Cut, f.Warnings)
		}
	}
}

func equalRows(a, b Row) bool { return reflect.DeepEqual(a, b) }

func TestReadForeignLines(t *testing.T) {
	text := `goos: linux
some output
BenchmarkMap-8 100 12 ns/op
BenchmarkList/impl=noop/size=16/updates=0%-1 100 NaN retries/op 12 ns/op
BenchmarkList/impl=noop/size=16/updates=0%-1 100 12
BenchmarkList/impl=noop/size=16/updates=0%-1 -5 12 ns/op
BenchmarkList/impl=noop/size=16/updates=0%-1 100 13 ns/op
PASS
`
	f, err := Read(strings.NewReader(text), "file")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Rows) != 2 || len(f.Warnings) != 4 {
		t.Fatalf("%d rows, warnings %v", len(f.Rows), f.Warnings)
	}
	if v, ok := f.Rows[0].Get(NsPerOp); v != 12 || !ok || len(f.Rows[0].Values) != 1 {
		t.Errorf("first row %+v", f.Rows[0])
	}
	if !strings.HasPrefix(f.Warnings[0].Error(), "file:3: ") {
		t.Errorf("first warning %v", f.Warnings[0])
	}
}

func TestReadReportsErrors(t *testing.T) {
	broken := errors.New("broken")
	data := written(t, rowsOf(1))
	f, err := Read(io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)), "file")
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "file: ") {
		t.Errorf("error %v", err)
	}
	if f.Whole != int64(len(data)) {
		t.Errorf("whole %d of %d", f.Whole, len(data))
	}
}

// Units say what is better, as benchstat asks them.
func TestUnits(t *testing.T) {
	r := benchfmt.NewReader(bytes.NewReader(written(t, rowsOf(1))), "file")
	for r.Scan() {
		if err, ok := r.Result().(*benchfmt.SyntaxError); ok {
			t.Error(err)
		}
	}
	for unit, want := range map[string]int{NsPerOp: -1, OpsPerSecond: +1, HitRate: 0, GPMedian: -1, UpdateRate: +1} {
		if got := r.Units().GetBetter(unit); got != want {
			t.Errorf("%s: better %d, want %d", unit, got, want)
		}
	}
}

// What was read can be written and read again.
func FuzzRead(f *testing.F) {
	var seed bytes.Buffer
	w := NewWriter(&seed)
	if err := w.Header(exampleConfig); err != nil {
		f.Fatal(err)
	}
	for _, r := range rowsOf(1)[:2] {
		if err := w.Write(r); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(seed.Bytes())
	f.Add(seed.Bytes()[:seed.Len()-7])
	f.Add([]byte("BenchmarkHash/impl=gc/size=1k/buckets=16/updates=1%/mode=replace/reclaim=call-2 7 1e300 MB/s 0x1p-3 ns/op\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := Read(bytes.NewReader(data), "file")
		if err != nil {
			return
		}
		var out bytes.Buffer
		w := NewWriter(&out)
		for _, r := range read.Rows {
			if err := w.Write(r); err != nil {
				t.Fatal(err)
			}
		}
		again, err := Read(bytes.NewReader(out.Bytes()), "file")
		if err != nil || len(again.Warnings) > 0 {
			t.Fatalf("%v, %v in\n%s", err, again.Warnings, out.Bytes())
		}
		if !slices.EqualFunc(again.Rows, read.Rows, equalRows) {
			t.Fatalf("rows differ:\n%+v\n%+v", again.Rows, read.Rows)
		}
		if err := Render(io.Discard, read.Rows, Text); err != nil {
			t.Fatal(err)
		}
	})
}
