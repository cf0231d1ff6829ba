package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/bench"
	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestMain lets the test's binary be what the program runs: a process with a job, or
// one that is traced.
func TestMain(m *testing.M) {
	bench.ServeFork(commit)
	if serve() {
		return
	}
	os.Exit(m.Run())
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLoopsAgree plays a tape on all loops, C's and ours, and then on one that leaves
// a lookup out.
func TestLoopsAgree(t *testing.T) {
	for _, structure := range []workloads.Structure{workloads.List, workloads.Hash} {
		m := newMaterial(structure, 16, 1)
		l, err := openLoops(m.buckets, m.elements)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.check(m.tape[:1024]); err != nil {
			t.Error(err)
		}
		var names []string
		for _, x := range l.all {
			names = append(names, x.name)
		}
		for _, want := range []string{"unsync", "rcu-classic", "gc", control, "c-urcu-memb", "c-urcu-qsbr", "c-seqlock", "c-hazard"} {
			if !slices.Contains(names, want) {
				t.Errorf("no loop of %s among %q", want, names)
			}
		}
		last := len(l.all) - 1
		l.all[last].run = skipper{l.all[last].run}
		if err := l.check(m.tape[:1024]); err == nil || !strings.Contains(err.Error(), l.all[last].name+" finds") {
			t.Errorf("a loop that leaves a lookup out passes: %v", err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A skipper looks up a batch's second key twice and its first one not at all. One of
// the two is there.
type skipper struct{ runner }

func (s skipper) Run(ops []impls.Op, t *impls.Tally) {
	s.runner.Run(ops[1:2], t)
	s.runner.Run(ops[1:], t)
}

// TestMaterial: half of the tape's lookups hit, and all of the keys take part.
func TestMaterial(t *testing.T) {
	m := newMaterial(workloads.Hash, 1000, 7)
	if m.buckets != 1024 || len(m.elements) != 1000 || len(m.tape)%2000 != 0 || len(m.tape) < minTape {
		t.Fatalf("%d chains, %d elements, a tape of %d", m.buckets, len(m.elements), len(m.tape))
	}
	present := map[uint64]bool{}
	for _, e := range m.elements {
		present[e.Key] = true
	}
	seen, hits := map[uint64]bool{}, 0
	for _, op := range m.tape[:2000] {
		seen[op.Key()] = true
		if present[op.Key()] {
			hits++
		}
	}
	if len(seen) != 2000 || hits != 1000 {
		t.Errorf("2000 lookups are of %d keys, and %d hit; want 2000 and 1000", len(seen), hits)
	}
}

// TestRecord: ratios are those of rounds, and the middle one counts.
func TestRecord(t *testing.T) {
	var r record
	r.add(300, 200, 10)
	r.add(100, 100, 10)
	r.add(900, 300, 10)
	got := r.outcome("mine")
	want := outcome{Loop: "mine", Ratio: 1.5, Time: 30, Raw: 20, Rounds: 3, Ops: 30}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("outcome %+v, want %+v", got, want)
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2.5 {
		t.Errorf("the median of 1 to 4 is %v", m)
	}
	if m := median(nil); !math.IsNaN(m) {
		t.Errorf("the median of nothing is %v", m)
	}
}

// TestTurns: a round plays each side twice, in either order, on parts that follow
// each other on a hash and are the same on a list.
func TestTurns(t *testing.T) {
	for _, structure := range []workloads.Structure{workloads.List, workloads.Hash} {
		p := newPlayer(job{Structure: structure, Size: 1 << 10}, material{tape: make([]impls.Op, 1<<20)})
		for n, want := range []string{"-+--+", "--++-"} {
			var played []bool
			var at []int
			x := loop{"mine", spy{p, true, &played, &at}, spy{p, false, &played, &at}}
			var r record
			if err := p.round(x, &r, n); err != nil {
				t.Fatal(err)
			}
			order := ""
			for _, own := range played {
				order += map[bool]string{true: "+", false: "-"}[own]
			}
			if order != want {
				t.Errorf("round %d plays %s, want %s", n, order, want)
			}
			if same := at[1] == at[4]; same != (structure == workloads.List) {
				t.Errorf("round %d on a %s plays from %v", n, structure, at)
			}
			if r.ops != 2*p.turn {
				t.Errorf("round %d counts %d lookups, and plays %d", n, r.ops, 2*p.turn)
			}
		}
	}
}

type spy struct {
	p      *player
	own    bool
	played *[]bool
	at     *[]int
}

func (s spy) Run([]impls.Op, *impls.Tally) {
	*s.played, *s.at = append(*s.played, s.own), append(*s.at, s.p.at)
}

// TestSpan counts a function's instructions without those of a scheduler that came
// between as it called another, which then began again.
func TestSpan(t *testing.T) {
	for _, test := range []struct {
		name  string
		steps [][2]uint64 // address and stack pointer
		want  []uint64
	}{
		{"plain", [][2]uint64{{7, 9000}, {1, 8000}, {2, 7990}, {3, 7990}, {8, 8008}}, []uint64{1, 2, 3}},
		{"interrupted", [][2]uint64{{1, 8000}, {20, 7990}, {21, 7990}, {99, 7980}, {100, 1 << 40}, {101, 1 << 40},
			{22, 7990}, {23, 7990}, {20, 7990}, {21, 7990}, {24, 7990}, {2, 7990}, {8, 8008}}, []uint64{1, 20, 21, 24, 2}},
	} {
		s := span{entry: 1}
		for _, x := range test.steps {
			s.step(x[0], x[1])
		}
		if !s.over || !slices.Equal(s.path, test.want) {
			t.Errorf("%s: path %v, over %v; want %v", test.name, s.path, s.over, test.want)
		}
	}
}

func TestIsNop(t *testing.T) {
	for code, want := range map[string]bool{
		"\x90\x48\x89\xc3": true, "\x66\x90\x00\x00": true, "\x0f\x1f\x44\x00": true, "\x66\x66\x0f\x1f": true,
		"\x48\x89\xc3\x90": false, "\x0f\xaf\xc1\x90": false, "\x66\x89\x00\x00": false,
	} {
		if got := isNop([]byte(code)); got != want {
			t.Errorf("% x is a NOP: %v", code, got)
		}
	}
}

// TestTable compares a table with its golden file.
func TestTable(t *testing.T) {
	c := comparison{binaries: make([]string, 6), instructions: map[string]instructions{control: {29, 19, 7, 0}, host: {28, 18, 6.5, 2}}}
	for layout := range 6 {
		x := float64(layout) / 100
		for _, s := range shapes[:4] {
			c.outcomes = append(c.outcomes, outcomes{s, layout + 1, []outcome{
				{Loop: host, Ratio: 0.98 + x, Raw: 14}, {Loop: control, Ratio: 1, Raw: 14}, {Loop: "mine", Ratio: 2.5, Raw: 14},
			}})
		}
	}
	c.outcomes = append(c.outcomes, outcomes{shapes[4], 1, []outcome{{Loop: host, Ratio: 1.07, Raw: 31.4}}})
	var out bytes.Buffer
	if err := c.print(&out); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "table.txt")
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the table is\n%s\nwant\n%s", &out, want)
	}
}

// TestRun measures a tiny map in one process, whose results are read back.
func TestRun(t *testing.T) {
	defer func(all []shape) { shapes = all }(shapes)
	shapes = []shape{{workloads.List, 4}, {workloads.Hash, 4}}
	var file bytes.Buffer
	c := comparison{binaries: []string{self(t)}, budget: time.Millisecond, rounds: 1, file: &file, log: io.Discard}
	if err := c.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := c.print(&table); err != nil {
		t.Fatal(err)
	}
	if text := table.String(); !strings.Contains(text, "c-urcu-memb") || !strings.Contains(text, "hash of 4") {
		t.Errorf("the table is\n%s", text)
	}
	f, err := results.Read(bytes.NewReader(file.Bytes()), "results")
	if err != nil {
		t.Fatal(err)
	}
	if f.Value("baseline") != baseline || f.Value("control") != control {
		t.Errorf("the file says %s and %s", f.Value("baseline"), f.Value("control"))
	}
	loops := map[string]int{}
	for _, r := range f.Rows {
		loops[r.Impl]++
		if x, ok := r.Values.Get("x/c-raw"); !ok || x <= 0 {
			t.Errorf("%s has no ratio: %v", r.Name(), r.Values)
		}
	}
	if len(loops) != len(c.loops())+1 || loops[baseline] != 2 || loops["hazard"] != 2 {
		t.Errorf("rows of %v", loops)
	}
	var drawn bytes.Buffer
	if err := results.Render(&drawn, f, results.Options{}); err != nil {
		t.Error(err)
	}
}
