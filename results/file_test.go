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

	"readmostly/workloads"
)

func TestWriter(t *testing.T) {
	s := mixOf(1)
	r := &s.rows[0][0]
	r.Values = append(r.Values,
		workloads.Value{Unit: "page-faults/op", Value: 0}, workloads.Value{Unit: "strange"},
		workloads.Value{Unit: "nothing/op", Value: math.NaN()}, workloads.Value{Unit: "nothing/op", Value: math.Inf(1)})
	golden(t, "rows.txt", string(written(t, s)))
}

// A fork reaches the file whole and in one write.
func TestWriterWritesForks(t *testing.T) {
	var pieces []string
	w := NewWriter(writerFunc(func(p []byte) (int, error) {
		pieces = append(pieces, string(p))
		return len(p), nil
	}))
	if err := w.Header(exampleConfig); err != nil {
		t.Fatal(err)
	}
	s := mixOf(1)
	for i, f := range s.forks {
		if err := w.Fork(f, s.rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Fail(Failure{s.rows[0][0].Point, "panic:\n\tout of\x1b[31m order\n\ngoroutine 7"}); err != nil {
		t.Fatal(err)
	}
	if len(pieces) != 2+len(s.forks) {
		t.Errorf("%d writes for the header, %d forks and a failure", len(pieces), len(s.forks))
	}
	for _, p := range pieces {
		if !strings.HasSuffix(p, "\n") {
			t.Errorf("a write ends in the middle of a line: %q", p)
		}
	}
	want := "# failed Hash/impl=unsync/size=1k/updates=1%/reads=only-2: panic: out of [31m order goroutine 7\n"
	if got := pieces[len(pieces)-1]; got != want {
		t.Errorf("the failure is written as %q, want %q", got, want)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestWriterReportsErrors(t *testing.T) {
	full := errors.New("disk full")
	w := NewWriter(writerFunc(func([]byte) (int, error) { return 0, full }))
	s := mixOf(1)
	if err := w.Header(nil); !errors.Is(err, full) {
		t.Errorf("Header: %v", err)
	}
	if err := w.Fork(s.forks[0], s.rows[0]); !errors.Is(err, full) {
		t.Errorf("Fork: %v", err)
	}
	if err := w.Fail(Failure{Point: s.rows[0][0].Point}); !errors.Is(err, full) {
		t.Errorf("Fail: %v", err)
	}
	w = NewWriter(io.Discard)
	if err := w.Header([][2]string{{"Two words", "x"}}); err == nil {
		t.Error("a key with a space was taken")
	}
	for name, change := range map[string]func(*Row){
		"values":    func(r *Row) { r.Values = nil },
		"numbers":   func(r *Row) { r.Values = workloads.Values{{Unit: "ns/op", Value: math.NaN()}} },
		"NewPoint":  func(r *Row) { r.Seed = 1 },
		"scenario":  func(r *Row) { r.Scenario = "" },
		"no spaces": func(r *Row) { r.Impl = "two words" },
	} {
		r := s.rows[0][0]
		change(&r)
		var out bytes.Buffer
		w := NewWriter(&out)
		if err := w.Fork(s.forks[0], []Row{s.rows[0][1], r}); err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v, written %q", name, err, out.String())
		}
		if err := w.Fork(s.forks[0], s.rows[0]); err != nil || !strings.HasPrefix(out.String(), "Unit ns/op ") {
			t.Errorf("%s: then error %v, written %q", name, err, out.String())
		}
	}
}

func TestRead(t *testing.T) {
	s := mixOf(2)
	failures := []Failure{
		{s.rows[0][0].Point, "panic: out of order"},
		{NewPoint(workloads.Workload{Scenario: "flood", Structure: "hash", Size: 16, Threads: 1}, "mine", "call"), "killed: after 10s"},
	}
	var out bytes.Buffer
	out.Write(written(t, s))
	w := NewWriter(&out)
	for _, failure := range failures {
		if err := w.Fail(failure); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Read(&out, "file")
	if err != nil {
		t.Fatal(err)
	}
	if want := slices.Concat(s.rows...); !reflect.DeepEqual(f.Rows, want) {
		t.Errorf("rows differ:\n%+v\n%+v", f.Rows, want)
	}
	if !slices.Equal(f.Forks, s.forks) {
		t.Errorf("forks differ:\n%+v\n%+v", f.Forks, s.forks)
	}
	if !slices.Equal(f.Failures, failures) {
		t.Errorf("failures %+v, want %+v", f.Failures, failures)
	}
	if !slices.Equal(f.Config, Known(exampleConfig)) || f.Value("cpu") != "Example CPU @ 3 GHz" || f.Value("governor") != "" {
		t.Errorf("config %v", f.Config)
	}
	if len(f.Warnings) > 0 || f.Cut {
		t.Errorf("warnings %v, cut %v", f.Warnings, f.Cut)
	}
}

// Values are written with six digits, and reasons with so many characters.
func TestWriterShortens(t *testing.T) {
	r := mixOf(1).rows[0][0]
	r.Values = workloads.Values{{Unit: "ns/op", Value: 6.412345678}}
	why := strings.Repeat("lö", maxWhy)
	var out bytes.Buffer
	w := NewWriter(&out)
	if err := w.Fork(Fork{Number: 1}, []Row{r}); err != nil {
		t.Fatal(err)
	}
	if err := w.Fail(Failure{r.Point, why}); err != nil {
		t.Fatal(err)
	}
	f, err := Read(&out, "file")
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := f.Rows[0].Values.Get("ns/op"); v != 6.41235 {
		t.Errorf("%v is read as %v", r.Values[0].Value, v)
	}
	if want := string([]rune(why)[:maxWhy-3]) + "..."; f.Failures[0].Why != want {
		t.Errorf("%q is read as %q", why, f.Failures[0].Why)
	}
}

// A file that was cut anywhere is read to its last whole line.
func TestReadCut(t *testing.T) {
	data := written(t, mixOf(1))
	all, err := Read(bytes.NewReader(data), "file")
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(data) {
		f, err := Read(bytes.NewReader(data[:n]), "file")
		if err != nil {
			t.Fatal(err)
		}
		whole := bytes.LastIndexByte(data[:n], '\n') + 1
		rows := bytes.Count(data[:whole], []byte("\nBenchmark"))
		forks := bytes.Count(data[:whole], []byte("\n# fork="))
		if len(f.Rows) != rows || !slices.EqualFunc(f.Rows, all.Rows[:rows], equalRows) {
			t.Fatalf("cut at %d: %d rows, want %d", n, len(f.Rows), rows)
		}
		if !slices.Equal(f.Forks, all.Forks[:forks]) {
			t.Fatalf("cut at %d: %d forks, want %d", n, len(f.Forks), forks)
		}
		if f.Whole != int64(whole) || f.Cut != (whole < n) || len(f.Warnings) > 0 {
			t.Fatalf("cut at %d: whole %d, cut %v, warnings %v", n, f.Whole, f.Cut, f.Warnings)
		}
		if header := bytes.Index(data, []byte("\n\n")) + 2; whole >= header && !slices.Equal(f.Config, all.Config) {
			t.Fatalf("cut at %d: config %v", n, f.Config)
		}
	}
}

func equalRows(a, b Row) bool { return reflect.DeepEqual(a, b) }

// A run that goes on does not say again what the file has.
func TestContinue(t *testing.T) {
	s := mixOf(2)
	want := written(t, s)
	for n := range s.forks {
		part := written(t, &sheet{s.forks[:n], s.rows[:n]})
		f, err := Read(bytes.NewReader(part), "file")
		if err != nil {
			t.Fatal(err)
		}
		out := bytes.NewBuffer(part)
		w := NewWriter(out)
		w.Continue(f)
		for i := n; i < len(s.forks); i++ {
			if err := w.Fork(s.forks[i], s.rows[i]); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("going on after %d forks gives another file:\n%s", n, out)
		}
	}
}

func TestReadForeignLines(t *testing.T) {
	text := `goos: linux
some output
BenchmarkMap-8 100 12 ns/op
# fork=x layout=1
# fork=3 layout=-1
# failed Map-8: lost
# a remark
BenchmarkList/impl=noop/size=16/updates=0%-1 100 NaN retries/op 12 ns/op
# fork=4 layout=2 color=red
BenchmarkList/impl=noop/size=16/updates=0%-1 100 12
BenchmarkList/impl=noop/size=16/updates=0%-1 -5 12 ns/op
BenchmarkList/impl=noop/size=16/updates=0%-1 100 13 ns/op
PASS
`
	f, err := Read(strings.NewReader(text), "file")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, w := range f.Warnings {
		line, _, _ := strings.Cut(w.Error(), ": ")
		lines = append(lines, line)
	}
	slices.Sort(lines)
	want := []string{"file:10", "file:11", "file:3", "file:4", "file:5", "file:6", "file:8"}
	if len(f.Rows) != 2 || !slices.Equal(lines, want) {
		t.Fatalf("%d rows, warnings %v", len(f.Rows), f.Warnings)
	}
	if v, ok := f.Rows[0].Values.Get("ns/op"); v != 12 || !ok || len(f.Rows[0].Values) != 1 {
		t.Errorf("first row %+v", f.Rows[0])
	}
	if a, b := f.Rows[0], f.Rows[1]; a.Fork != 0 || b.Fork != 4 || b.Layout != 2 {
		t.Errorf("rows are of forks %d and %d, layout %d", a.Fork, b.Fork, b.Layout)
	}
}

func TestReadReportsErrors(t *testing.T) {
	broken := errors.New("broken")
	s := mixOf(1)
	data := written(t, s)
	f, err := Read(io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)), "file")
	if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "file: ") {
		t.Errorf("error %v", err)
	}
	if f.Whole != int64(len(data)) || len(f.Forks) != len(s.forks) || len(f.Rows) != len(slices.Concat(s.rows...)) {
		t.Errorf("whole %d of %d, %d forks, %d rows", f.Whole, len(data), len(f.Forks), len(f.Rows))
	}
}

// What was read can be written and read again.
func FuzzRead(f *testing.F) {
	s := mixOf(1)
	seed := written(f, &sheet{s.forks[:1], [][]Row{s.rows[0][:2]}})
	f.Add(seed)
	f.Add(seed[:len(seed)-7])
	f.Add([]byte("BenchmarkHash/impl=gc/size=1k/buckets=16/updates=1%/mode=replace/reclaim=call-2 7 1e300 MB/s 0x1p-3 ns/op\n"))
	f.Add([]byte("baseline: gc\nprecision: 1%\n# failed Stall/impl=gc/structure=hash/size=16-2: out of memory\n# fork=3 layout=2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := Read(bytes.NewReader(data), "file")
		if err != nil {
			return
		}
		var out bytes.Buffer
		w := NewWriter(&out)
		var want []Row
		for _, r := range read.Rows {
			if len(r.Values) == 0 {
				continue
			}
			if err := w.Fork(Fork{Number: r.Fork, Layout: r.Layout}, []Row{r}); err != nil {
				t.Fatal(err)
			}
			for i, v := range r.Values {
				r.Values[i].Value = round(v.Value)
			}
			want = append(want, r)
		}
		for _, failure := range read.Failures {
			if err := w.Fail(failure); err != nil {
				t.Fatal(err)
			}
		}
		again, err := Read(bytes.NewReader(out.Bytes()), "file")
		if err != nil || len(again.Warnings) > 0 {
			t.Fatalf("%v, %v in\n%s", err, again.Warnings, out.Bytes())
		}
		if !slices.EqualFunc(again.Rows, want, equalRows) || len(again.Failures) != len(read.Failures) {
			t.Fatalf("rows differ:\n%+v\n%+v", again.Rows, want)
		}
		for _, o := range []Options{{}, {Full: true, Color: true}, {Full: true, Style: Markdown}} {
			if err := Render(io.Discard, read, o); err != nil {
				t.Fatal(err)
			}
		}
	})
}
