package advise

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

var updating = impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true}

func with(change func(*impls.Caps)) impls.Caps {
	c := updating
	change(&c)
	return c
}

// known are the backends of these tests.
var known = []impls.Backend{
	{Name: "unsync", Caps: impls.Caps{Limit: true, Walk: true, SleepInReader: true, BoundedGarbage: true}},
	{Name: "noop", Caps: with(func(c *impls.Caps) { c.Floor = true })},
	{Name: "quick", Caps: updating},
	{Name: "twin", Caps: with(func(c *impls.Caps) { c.SleepInReader = true })},
	{Name: "steady", Caps: with(func(c *impls.Caps) { c.SleepInReader, c.BoundedGarbage = true, true })},
	{Name: "mutex", Plain: true, Caps: with(func(c *impls.Caps) { c.SleepInReader, c.BoundedGarbage = true, true })},
	{Name: "adds", Caps: impls.Caps{Insert: true, Walk: true, SleepInReader: true, BoundedGarbage: true}},
	{Name: "wrong", Fault: "it loses elements", Caps: with(func(c *impls.Caps) { c.SleepInReader, c.BoundedGarbage = true, true })},
	{Name: "absent", Caps: updating},
}

// cost is what backends cost in the made-up file. quick is the cheapest with few
// updates and elements, steady with many; twin is like quick.
func cost(impl string, w workloads.Workload) (ratio float64, ok bool) {
	u, grown := w.Updates, float64(w.Size)/1024-1
	switch impl {
	case "quick":
		return 1.1 + 5*u + 0.02*grown, true
	case "twin":
		return 1.1003 + 5*u + 0.02*grown, true
	case "steady":
		return 1.2 + 3*u, true
	case "mutex":
		return 2*float64(w.Threads) + 100*u, true
	case "adds":
		return 1.02, u == 0
	case "wrong":
		return 1.01, true
	case "unsync-control":
		return 1, true
	case "noop":
		return 0.05, true
	case "unknown":
		return 1.05 + u, true
	}
	return 0, false
}

// madeUp is a file of so many forks that measured lookups on a hash; others are further
// backends.
func madeUp(forks int, others ...string) results.File {
	f := results.File{Config: [][2]string{{"baseline", "unsync"}, {"control", "unsync-control"}, {"floors", "noop"}, {"faulty", "wrong"}, {"precision", "1%"}, {"layouts", "8"}}}
	for _, size := range []int{1 << 10, 16 << 10} {
		for _, updates := range []float64{0, 0.01, 0.1} {
			for _, threads := range []int{1, 2, 4} {
				w := workloads.Workload{Structure: workloads.Hash, Size: size, Updates: updates, Threads: threads}
				for _, impl := range append([]string{"unsync", "unsync-control", "noop", "quick", "twin", "steady", "mutex", "adds", "wrong"}, others...) {
					f.Rows = append(f.Rows, rowsOf(w, impl, forks)...)
				}
			}
		}
	}
	return f
}

func rowsOf(w workloads.Workload, impl string, forks int) (rows []results.Row) {
	ratio, ok := cost(impl, w)
	if !ok && impl != "unsync" {
		return nil
	}
	for i := range forks {
		wobble := 1 + 0.001*(float64(i)-float64(forks-1)/2)
		r := results.Row{Point: results.NewPoint(w, impl, ""), Fork: i + 1, Layout: 1 + i%8, Ops: 1000}
		r.ReadOnly = impl == "unsync" && w.Updates > 0
		if impl == "unsync" {
			r.Values.Add(workloads.NsPerOp, 10*wobble)
		} else {
			r.Values.Add(workloads.NsPerOp, 10*ratio*wobble)
			r.Values.Add(results.Ratio("unsync"), ratio*wobble)
		}
		rows = append(rows, r)
	}
	return rows
}

// asked is a question about a hash.
func asked(size int, updates float64, threads int, needs ...string) Question {
	q := Question{Workload: workloads.Workload{Scenario: workloads.Mix.Name, Structure: workloads.Hash, Size: size, Updates: updates, Threads: threads}}
	for _, name := range needs {
		n, err := FindNeed(name)
		if err != nil {
			panic(err)
		}
		q.Needs = append(q.Needs, n)
	}
	return q
}
