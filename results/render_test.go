package results

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"readmostly/workloads"
)

func render(t testing.TB, f File, o Options) string {
	t.Helper()
	var out strings.Builder
	if err := Render(&out, f, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRender(t *testing.T) {
	f := mixOf(12).file()
	golden(t, "summary.txt", render(t, f, Options{}))
	golden(t, "summary.md", render(t, f, Options{Style: Markdown}))
	golden(t, "full.txt", render(t, f, Options{Full: true}))
	golden(t, "full.md", render(t, f, Options{Style: Markdown, Full: true}))
	golden(t, "few.txt", render(t, mixOf(2).file(), Options{}))
	for forks, want := range map[int]bool{5: true, 6: false} {
		if got := render(t, mixOf(forks).file(), Options{}); strings.Contains(got, "an interval takes at least 6") != want {
			t.Errorf("%d forks:\n%s", forks, got)
		}
	}
}

// The row with the fewest forks counts.
func TestLegendFewest(t *testing.T) {
	f := tableOf(0, ratios{"unsync", around(1, 8), false}, ratios{"a", around(1.2, 3), false}, ratios{"b", around(1.3, 8), false})
	if got := render(t, f, Options{}); !strings.Contains(got, "There are as few as 3 forks per row") {
		t.Errorf("3 forks of one and 8 of others:\n%s", got)
	}
}

func TestRenderNothing(t *testing.T) {
	if got := render(t, File{Config: Known(exampleConfig)}, Options{}); got != "" {
		t.Errorf("no rows give %q", got)
	}
}

// Whatever runs without a baseline is shown whole.
func TestRenderWithoutBaseline(t *testing.T) {
	f := mixOf(6).file()
	f.Config = nil
	short, full := render(t, f, Options{}), render(t, f, Options{Full: true})
	if !strings.HasPrefix(short, "hash of 1k, read-only\n") || strings.Contains(short, "x/") {
		t.Errorf("without a baseline:\n%s", short)
	}
	if table, _, _ := strings.Cut(short, "\n\n"); !strings.HasPrefix(full, table) {
		t.Errorf("the short form has another table than the full one:\n%s\n%s", short, full)
	}
}

// manyOf returns a run with long names, many tables, many numbers of threads and
// counters.
func manyOf() File {
	s := &sheet{}
	for i := range 6 {
		for _, size := range []int{16, 1024, 1 << 20} {
			for _, updates := range []float64{0, 0.01, 0.1} {
				for n := range 7 {
					w := workloads.Workload{Structure: workloads.Hash, Size: size, Updates: updates, Threads: 2}
					rows := mixRows(w, i)
					for j := range rows {
						rows[j].Threads = 1 << n
						if rows[j].Impl == "rcu-classic" {
							rows[j].Impl, rows[j].Reclaim = "rcu-classic-fence", "kfree"
						}
						rows[j].Values = append(rows[j].Values, workloads.Value{Unit: "cache-misses/op", Value: 0.0123}, workloads.Value{Unit: "instructions/op", Value: 25}, workloads.Value{Unit: "page-faults/op", Value: 0})
					}
					s.add(rows...)
				}
			}
		}
	}
	return s.file()
}

func TestRenderFits(t *testing.T) {
	f := manyOf()
	for _, full := range []bool{false, true} {
		got := render(t, f, Options{Full: full})
		for line := range strings.Lines(got) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 100 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		if full {
			for _, want := range []string{" misses/op", " instructions/op", " x/unsync @64", "rcu-classic-fence/kfree"} {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in\n%s", want, got)
				}
			}
			if strings.Contains(got, "page-faults") {
				t.Error("a counter that counted nothing has a column")
			}
		}
	}
	lines := strings.Split(render(t, f, Options{Style: Markdown}), "\n")
	if n := strings.Count(lines[2], "|"); n != 2+9 {
		t.Errorf("a document's table has %d columns, want 10: %s", n-1, lines[2])
	}
}

// Each line of a table begins at a backend, so continued tables can be read
// beside each other.
func TestRenderContinues(t *testing.T) {
	full := render(t, manyOf(), Options{Full: true})
	table, _, _ := strings.Cut(full, "\nhash of 16, 0 ")
	var first []string
	for i, part := range strings.Split(table, "\n\n")[:2] {
		var names []string
		for line := range strings.Lines(part) {
			if strings.HasPrefix(line, " ") {
				names = append(names, strings.Fields(line)[0])
			}
		}
		if i == 0 {
			first = names
		} else if !slices.Equal(names, first) {
			t.Errorf("continued with %v, began with %v", names, first)
		}
	}
}

// The order in which rows were measured must not show.
func TestRenderIgnoresOrder(t *testing.T) {
	f := mixOf(12).file()
	for _, full := range []bool{false, true} {
		want := render(t, f, Options{Full: full})
		backwards := f
		backwards.Rows = slices.Clone(f.Rows)
		slices.Reverse(backwards.Rows)
		if got := render(t, backwards, Options{Full: full}); got != want {
			t.Errorf("reversed rows give another table:\n%s", got)
		}
	}
}

var ansi = regexp.MustCompile("\x1b\\[[0-9]*m")

// Colours change nothing but colours.
func TestRenderColor(t *testing.T) {
	f := mixOf(12).file()
	f.Failures = []Failure{{NewPoint(workloads.Workload{Structure: "hash", Size: 1024, Threads: 2}, "broken", ""), "killed"}}
	for i := range f.Rows {
		if r := f.Rows[i]; r.Impl == "seqlock" {
			f.Rows[i].Values = workloads.Values{{Unit: "ns/op", Value: 6.5}, {Unit: "x/unsync", Value: 1.04}}
		}
	}
	for _, full := range []bool{false, true} {
		plain, colored := render(t, f, Options{Full: full}), render(t, f, Options{Full: full, Color: true})
		if ansi.ReplaceAllString(colored, "") != plain || strings.Contains(plain, "\x1b") {
			t.Errorf("colours change the table:\n%s\n%s", plain, colored)
		}
		for _, want := range []string{"\x1b[32m1.040 ±0.0%\x1b[0m", "\x1b[31m33.0", "\x1b[31mfailed"} {
			if !strings.Contains(colored, want) {
				t.Errorf("no %q in\n%s", want, colored)
			}
		}
		if strings.Contains(colored, "m0.098") || strings.Contains(colored, "m1.002") {
			t.Errorf("the floor or the control is coloured:\n%s", colored)
		}
	}
}

func TestRenderEscapesBars(t *testing.T) {
	var out strings.Builder
	if err := RenderTable(&out, Markdown, []string{"a|b"}, [][]string{{"c|d"}}, 1); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`a\|b`, `c\|d`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
}

// What could not be measured stands where it would have stood, and below.
func TestRenderFailures(t *testing.T) {
	f := mixOf(12).file()
	f.Failures = nil
	f.Rows = slices.DeleteFunc(f.Rows, func(r Row) bool { return r.Impl == "seqlock" && r.Updates > 0 && r.Threads == 2 })
	for _, r := range f.Rows {
		if r.Updates == 0.01 && r.Threads == 2 && r.Impl == "noop" {
			failed := r.Point
			failed.Impl = "seqlock"
			f.Failures = append(f.Failures, Failure{failed, "panic: a chain without an end, after 10 s"})
		}
	}
	once := NewPoint(workloads.Workload{Structure: "hash", Size: 1024, Threads: 2}, "rwlock", "")
	f.Failures = append(f.Failures, Failure{once, "killed"})
	golden(t, "failures.txt", render(t, f, Options{}))
	full := render(t, f, Options{Full: true})
	if want := "failed: panic: a chain with..."; !strings.Contains(full, want) {
		t.Errorf("no %q in\n%s", want, full)
	}
	slices.Reverse(f.Failures)
	golden(t, "failures.txt", render(t, f, Options{}))

	// Nothing but failures is a table, too.
	f.Rows = nil
	if got := render(t, f, Options{}); !strings.Contains(got, "hash of 1k, 1% updates") || !strings.Contains(got, "failed: seqlock") {
		t.Errorf("failures alone give\n%s", got)
	}
}

// Tables with other numbers of threads say so.
func TestSummaryThreads(t *testing.T) {
	f := mixOf(6).file()
	f.Rows = slices.DeleteFunc(f.Rows, func(r Row) bool { return r.Updates > 0 && r.Threads == 2 })
	got := render(t, f, Options{})
	for _, want := range []string{"time per operation over that of unsync\n", "hash 1k @2 ", "hash 1k @1\n", "1% updates, 1 thread: "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// A backend that can't update stands in one row of the summary, marked where it
// only read, behind those that can do everything, and wins nothing there.
func TestSummaryReadOnly(t *testing.T) {
	f := mixOf(12).file()
	for i, r := range f.Rows {
		if r.Impl == "seqlock" && r.Updates > 0 {
			f.Rows[i].ReadOnly = true
		}
	}
	got := render(t, f, Options{})
	for _, want := range []string{"±0.7%   r\n", "rcu-classic is the cheapest", " r: only reads"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n seqlock "); n != 1 {
		t.Errorf("seqlock has %d rows in\n%s", n, got)
	}
}

func BenchmarkRender(b *testing.B) {
	s := &sheet{}
	for i := range 24 {
		for size := range 8 {
			w := workloads.Workload{Structure: workloads.Hash, Size: 16 << size, Threads: 2}
			var rows []Row
			for j := range 3 {
				for _, r := range mixRows(w, i+j) {
					r.Impl = fmt.Sprintf("%s-x%c", r.Impl, 'a'+j)
					rows = append(rows, r)
				}
			}
			s.add(rows...)
		}
	}
	f := s.file()
	for b.Loop() {
		render(b, f, Options{})
	}
}
