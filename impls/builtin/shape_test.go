package builtin_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// A shape is where a reader's loop stands and which lines of unsync's it has in
// another form, because its mechanism walks otherwise.
type shape struct {
	file, function string
	otherwise      []string
}

const (
	fromHead = "ref := mem.LoadAcquire(&b.Head)"
	onward   = "for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {"
	at       = "e = slab.At(ref)"
	compare  = "if mem.LoadAcquire(&e.Key) == key {"
	whole    = "whole := chain.Valid(e, key)"
	atEnd    = "if ref != slab.EndAt(&b.Head) {"
	ledAway  = "return n, hits, passed, 0, astray"
	table    = "table := w.table"
	counted  = "passed++"
)

var shapes = []shape{
	{"lockless.go", "locklessWorker) read", nil},
	{"sections.go", "worker) lookups", nil},
	{"rcu.go", "rcuWorker) read", []string{table}},
	{"srcu.go", "srcuWorker) read", []string{table}},
	{"sched.go", "schedWorker) read", []string{table}},
	{"qsbr.go", "qsbrWorker) read", []string{table}},
	{"rwlock.go", "rwWorker) read", []string{table}},
	{"rwmutex.go", "rwmutexWorker) read", []string{table}},
	{"refcountrcu.go", "countedWorker) read", []string{table}},
	{"refcountrcu.go", "countedWorker) lookups", nil},
	{"seqlock.go", "seqWorker) read", nil},
	{"seqlock.go", "seqWorker) readGlobal", []string{table}},
	// Another chain's end is nothing wrong.
	{"nulls.go", "nullsWorker) read", []string{ledAway}},
	// A step takes a reference.
	{"refcount.go", "refcountWorker) read", []string{fromHead, onward}},
	// A step announces and looks again, and a turn of the walk takes two.
	{"hazard.go", "hazardWorker) read", []string{table, counted}},
	// Pointers that the collector knows, and no end of its own for each chain.
	{"gc.go", "gcWorker) read", []string{table, "b := table.Of(key)", "var e *slab.Elem", fromHead, onward, at, compare, whole, atEnd, ledAway, "}"}},
}

// TestLoopsHaveOneShape: each reader's loop is unsync's with its mechanism's lines
// between, so that the diff of two shows nothing else and what is measured is the
// mechanism.
func TestLoopsHaveOneShape(t *testing.T) {
	model := loopLines(t, shape{file: "unsync.go", function: "unsyncWorker) read"})
	for _, s := range shapes {
		rest := loopLines(t, s)
		for _, line := range model {
			if slices.Contains(s.otherwise, line) {
				continue
			}
			at := slices.Index(rest, line)
			if at < 0 {
				t.Errorf("%s: (w *%s has no line %q, or not in unsync's order", s.file, s.function, line)
				break
			}
			rest = rest[at+1:]
		}
		for _, line := range s.otherwise {
			if !slices.Contains(model, line) {
				t.Errorf("%s is said to do %q otherwise, which unsync does not do at all", s.file, line)
			}
		}
	}
}

// loopLines returns the lines of a loop's function without comments and blanks.
func loopLines(t *testing.T, s shape) (lines []string) {
	t.Helper()
	source, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	_, body, found := strings.Cut(string(source), "func (w *"+s.function+"(")
	if !found {
		t.Fatalf("%s has no func (w *%s: tell this test what it is called now", s.file, s.function)
	}
	body, _, _ = strings.Cut(body, "\n}\n")
	for line := range strings.Lines(body) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			lines = append(lines, line)
		}
	}
	return lines[1:] // without the results
}
