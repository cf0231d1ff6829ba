package advise

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/results"
)

// Whoever has all that is needed is ranked, and nobody else.
func TestFrom(t *testing.T) {
	for _, test := range []struct {
		name   string
		q      Question
		best   string // the winner and who ties
		others string
	}{
		{"no needs", asked(1024, 0.01, 2), "quick twin", "steady mutex"},
		{"read-only", asked(1024, 0, 2), "adds", "quick twin steady mutex"},
		{"a need of read-only maps", asked(1024, 0, 2, "delete"), "quick twin", "steady mutex"},
		{"readers sleep", asked(1024, 0.01, 2, "sleep"), "twin", "steady mutex"},
		{"bounded", asked(1024, 0.01, 2, "sleep", "bounded"), "steady", "mutex"},
		{"another number of threads", asked(1024, 0.01, 1), "quick twin", "steady mutex"},
		{"many updates", asked(1024, 0.1, 4), "steady", "quick twin mutex"},
		{"between shares", asked(1024, 0.055, 4), "steady", "quick twin mutex"},
		{"between threads", asked(1024, 0.01, 3), "quick twin", "steady mutex"},
		{"between sizes", asked(1536, 0.01, 2), "quick twin", "steady mutex"},
		{"the most threads", asked(1024, 0.01, 0), "quick twin", "steady mutex"},
	} {
		a, err := From(madeUp(8), known, test.q)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		best := strings.Join(append([]string{a.Winner.Name}, named(a.Tied)...), " ")
		if others := strings.Join(named(a.Others), " "); best != test.best || others != test.others {
			t.Errorf("%s: %s, then %s; want %s, then %s", test.name, best, others, test.best, test.others)
		}
		if a.Question.Workload.Threads == 0 || a.Baseline != "unsync" || a.Forks != 8 {
			t.Errorf("%s: %+v", test.name, a)
		}
		for _, x := range a.Out {
			if len(x.Why) == 0 {
				t.Errorf("%s: no reason against %s", test.name, x.Name)
			}
			if slices.Contains(named(a.Candidates()), x.Name) {
				t.Errorf("%s: %s is and isn't an answer", test.name, x.Name)
			}
		}
	}
}

// Who is left out says why, and what it would have cost where that was measured.
func TestExcluded(t *testing.T) {
	a, err := From(madeUp(8, "unknown"), known, asked(1024, 0.01, 2, "delete", "sleep", "bounded"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range a.Out {
		got = append(got, fmt.Sprintf("%s %.3f: %s", x.Name, x.Ratio.Center, strings.Join(x.Why, "; ")))
	}
	want := []string{
		"wrong 1.010: its checks fail: it loses elements",
		"unknown 1.060: this program doesn't have it, so what it can do is unknown",
		"quick 1.150: readers may not sleep; a stalled reader holds up garbage without bound",
		"twin 1.150: a stalled reader holds up garbage without bound",
		"adds 0.000: can't delete: it runs with --updates 0% only",
		"absent 0.000: readers may not sleep; a stalled reader holds up garbage without bound",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

// Between two measured points costs are those on a straight line.
func TestInterpolated(t *testing.T) {
	f := madeUp(8)
	for _, test := range []struct {
		q        Question
		axis     Axis
		low, top float64
		of       string
		want     float64
	}{
		{asked(1024, 0.055, 2), Updates, 0.01, 0.1, "steady", 1.2 + 3*0.055},
		{asked(1024, 1e-7, 2), Updates, 0, 0.01, "steady", 1.2},
		{asked(1024, 0.01, 3), Threads, 2, 4, "mutex", 7},
		{asked(4096, 0.01, 2), Size, 1024, 16384, "quick", 1.15 + 0.5*0.02*15}, // half way by the logarithm
	} {
		a, err := From(f, known, test.q)
		if err != nil {
			t.Errorf("%v: %v", test.q, err)
			continue
		}
		if a.Between == nil || *a.Between != (Between{test.axis, test.low, test.top}) {
			t.Errorf("%v: between %v", test.q, a.Between)
		}
		for _, c := range a.Candidates() {
			if c.Name == test.of && math.Abs(c.Ratio.Center-test.want) > 0.001*test.want {
				t.Errorf("%v: %s at %v, want %v", test.q, c.Name, c.Ratio.Center, test.want)
			}
			if c.Name == test.of && !(c.Ratio.Lo < c.Ratio.Center && c.Ratio.Center < c.Ratio.Hi) {
				t.Errorf("%v: %+v", test.q, c.Ratio)
			}
		}
	}
}

// An answer holds until another takes over, or until nothing was measured.
func TestHorizons(t *testing.T) {
	for _, test := range []struct {
		name string
		q    Question
		want []Horizon
	}{
		{"few updates", asked(1024, 0.01, 2), []Horizon{
			{Updates, Turn{End: Flips, To: 0.01, Next: 0, Takers: []string{"adds"}, New: true}, Turn{End: Flips, To: 0.01, Next: 0.1, Takers: []string{"steady"}, Cross: 0.05, Base: 0.01}},
			{Threads, Turn{End: Holds, To: 1}, Turn{End: Holds, To: 4}},
			{Size, Turn{End: Unmeasured, To: 1024}, Turn{End: Flips, To: 1024, Next: 16384, Takers: []string{"steady"}, Cross: 2145, Base: 1024}},
		}},
		{"none can be replaced", asked(1024, 0, 1), []Horizon{
			{Updates, Turn{End: Unmeasured, To: 0}, Turn{End: Flips, To: 0, Next: 0.01, Takers: []string{"quick", "twin"}, Gone: true}},
			{Threads, Turn{End: Unmeasured, To: 1}, Turn{End: Holds, To: 4}},
			{Size, Turn{End: Unmeasured, To: 1024}, Turn{End: Holds, To: 16384}},
		}},
		{"between", asked(1024, 0.02, 2, "delete"), []Horizon{
			{Updates, Turn{End: Holds, To: 0}, Turn{End: Flips, To: 0.02, Next: 0.1, Takers: []string{"steady"}, Cross: 0.05, Base: 0.01}},
			{Threads, Turn{End: Holds, To: 1}, Turn{End: Holds, To: 4}},
			{Size, Turn{End: Unmeasured, To: 1024}, Turn{End: Flips, To: 1024, Next: 16384, Takers: []string{"steady"}, Cross: 1783, Base: 1024}},
		}},
	} {
		a, err := From(madeUp(8), known, test.q)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range test.want {
			got := a.Horizons[i]
			for _, turns := range [][2]*Turn{{&got.Down, &want.Down}, {&got.Up, &want.Up}} {
				if math.Abs(turns[0].Cross-turns[1].Cross) <= 0.01*turns[1].Cross {
					turns[0].Cross = turns[1].Cross
				}
			}
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Errorf("%s: %+v, want %+v", test.name, got, want)
			}
		}
	}
}

// Where a neighbour has too few forks, how far the answer holds is not known.
func TestHorizonOfFewForks(t *testing.T) {
	f := madeUp(8)
	f.Rows = slices.DeleteFunc(f.Rows, func(r results.Row) bool { return r.Updates == 0.1 && r.Fork > 3 })
	a, err := From(f, known, asked(1024, 0.01, 2))
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Horizons[0].Up; got.End != Unclear || got.Next != 0.1 {
		t.Errorf("%+v", got)
	}
}

// Too few forks name nobody.
func TestTooFewForks(t *testing.T) {
	a, err := From(madeUp(3), known, asked(1024, 0.01, 2))
	if err != nil || a.Winner != nil || len(a.Tied) > 0 || len(a.Others) != 4 || len(a.Horizons) > 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

// A plain mechanism is enough if at most a hundredth of a core goes into it.
func TestEnough(t *testing.T) {
	for _, test := range []struct {
		reads float64
		needs []string
		want  string
	}{
		{200e3, nil, "mutex"}, // 0.8 %
		{249.5e3, nil, ""},    // in the middle less than 1 %, at the upper end more
		{300e3, nil, ""},
		{200e3, []string{"no-collector"}, "mutex"},
	} {
		q := asked(1024, 0, 2, test.needs...)
		q.Load = &Load{Reads: test.reads}
		a, err := From(madeUp(8), known, q)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if a.Enough != nil {
			got = a.Enough.Name
		}
		if got != test.want {
			t.Errorf("%v/s: %q, want %q", test.reads, got, test.want)
		}
	}
	if l := (Load{Reads: 200e3, Writes: 5.0 / 60}); math.Abs(l.Share()-4.1667e-7) > 1e-11 {
		t.Errorf("share %v", l.Share())
	}
}

// What nobody can do, and what was not measured, is said in one line.
func TestRefuses(t *testing.T) {
	list := asked(1024, 0.01, 2)
	list.Workload.Structure = "list"
	for _, test := range []struct {
		q      Question
		known  []impls.Backend
		nobody bool
		want   string
	}{
		{asked(1024, 0.01, 2, "once", "section"), known, true, "none of 7 backends is an answer to: hash of 1k, 1% updates, 2 threads, needs once, section " +
			"(no section covers several lookups: quick, twin, steady, mutex, adds, wrong, absent; can't delete: it runs with --updates 0% only: adds; its checks fail: it loses elements: wrong): " +
			"leave out a need, or bring a mechanism that has them all"},
		{asked(1024, 0.2, 2), known, false, "hash of 1k, 20% updates, 2 threads was not measured, and does not lie between two that were: of a hash there are sizes 1k, 16k, updates 0%, 1%, 10%, threads 1, 2, 4"},
		{asked(1024, 0.02, 3), known, false, "hash of 1k, 2% updates, 3 threads was not measured, and does not lie between two that were: of a hash there are sizes 1k, 16k, updates 0%, 1%, 10%, threads 1, 2, 4"},
		{list, known, false, "no list was measured, only the other structure: want a file that has one"},
	} {
		_, err := From(madeUp(8), test.known, test.q)
		var nobody *Nobody
		if err == nil || err.Error() != test.want || errors.As(err, &nobody) != test.nobody {
			t.Errorf("%v: %v", test.q, err)
		}
	}
	if _, err := From(results.File{}, known, asked(1024, 0, 1)); err == nil || err.Error() != "no mix was compared with a baseline: want a file of bench --scenario mix" {
		t.Errorf("of nothing: %v", err)
	}
	absent := known[8:]
	if _, err := From(madeUp(8), absent, asked(1024, 0, 1, "delete")); err == nil || !strings.HasPrefix(err.Error(), "none of 7 backends is an answer") {
		t.Errorf("of others: %v", err)
	}
	if _, err := FindNeed("sleeep"); err == nil || err.Error() != `"sleeep" is not a need: want insert, delete, replace, walk, once, sleep, bounded, preemption, section, no-collector` {
		t.Errorf("%v", err)
	}
}

// Chained lookups, sections and other numbers of retained elements are not what is asked
// about.
func TestPlainMixesOnly(t *testing.T) {
	f := madeUp(8)
	for _, r := range f.Rows {
		if r.Updates > 0 || r.Threads > 1 {
			continue
		}
		for _, change := range []func(*results.Point){
			func(p *results.Point) { p.Chained = true }, func(p *results.Point) { p.Section = 16 }, func(p *results.Point) { p.Scenario = "flood" },
		} {
			other := r
			other.Size, other.Threads = 512, 8
			change(&other.Point)
			f.Rows = append(f.Rows, other)
		}
	}
	a, err := From(f, known, asked(1024, 0.01, 0))
	if err != nil || a.Question.Workload.Threads != 4 || a.Horizons[2].Down.End != Unmeasured {
		t.Errorf("%+v, %v", a, err)
	}
}

// Each need excludes who lacks it, and nobody else.
func TestNeeds(t *testing.T) {
	all := impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, SleepInReader: true, BoundedGarbage: true, Section: true}
	for name, lacking := range map[string]func(*impls.Caps){
		"insert": func(c *impls.Caps) { c.Insert = false }, "delete": func(c *impls.Caps) { c.Delete = false },
		"replace": func(c *impls.Caps) { c.Replace = false }, "walk": func(c *impls.Caps) { c.Walk = false },
		"once": func(c *impls.Caps) { c.WalkRepeats = true }, "sleep": func(c *impls.Caps) { c.SleepInReader = false },
		"bounded": func(c *impls.Caps) { c.BoundedGarbage = false }, "preemption": func(c *impls.Caps) { c.Pinned = true },
		"section": func(c *impls.Caps) { c.Section = false }, "no-collector": func(c *impls.Caps) { c.NeedsGC = true },
	} {
		lacks := all
		lacking(&lacks)
		for _, n := range Needs() {
			if !n.has(all) {
				t.Errorf("%s excludes who can do all", n.Name)
			}
			if wants := n.Name == name || n.Name == "once" && name == "walk"; n.has(lacks) == wants {
				t.Errorf("%s of one that lacks %s: %v", n.Name, name, !wants)
			}
		}
	}
	if len(Needs()) != 10 {
		t.Errorf("%d needs", len(Needs()))
	}
}

// The published tables and the advice name the same winners.
func TestSameWinnerAsTables(t *testing.T) {
	files, err := filepath.Glob("../results/published/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	compared := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := results.Read(bytes.NewReader(text), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range results.Tables(f) {
			w := table.Workload()
			if !w.Scene().Mixed || !table.Compared() {
				continue
			}
			compared++
			w.Threads = table.Most()
			a, err := From(f, impls.Backends(), Question{Workload: w})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if table.TooFew() {
				if a.Winner != nil {
					t.Errorf("%s: %s of too few forks; the table: %s", name, a.Winner.Name, table.Sentence())
				}
				continue
			}
			if a.Winner == nil {
				t.Errorf("%s: nobody; the table: %s", name, table.Sentence())
				continue
			}
			var want []string
			for _, b := range table.Backends() {
				if b.Rank() == 1 {
					want = append(want, b.Name())
				}
			}
			if got := append([]string{a.Winner.Name}, named(a.Tied)...); !slices.Equal(got, want) {
				t.Errorf("%s: %v; the table: %s", name, got, table.Sentence())
			}
			for _, winner := range want[:min(len(want), 4)] {
				if !strings.Contains(table.Sentence(), winner) {
					t.Errorf("%s: %s is not in %s", name, winner, table.Sentence())
				}
			}
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

func TestRender(t *testing.T) {
	loaded := asked(1024, 0, 2, "delete")
	loaded.Load = &Load{Reads: 200e3, Writes: 5.0 / 60}
	loaded.Workload.Updates = loaded.Load.Share()
	busy := asked(1024, 0.1, 2, "bounded")
	busy.Load = &Load{Reads: 180e6, Writes: 20e6}
	for name, test := range map[string]struct {
		q     Question
		forks int
	}{
		"answer": {asked(1024, 0.01, 2), 8},
		"needs":  {asked(1024, 0.01, 2, "delete", "sleep", "bounded"), 8},
		"loaded": {loaded, 8},
		"busy":   {busy, 8},
		"few":    {asked(1024, 0.01, 2), 3},
		"sizes":  {asked(4096, 0.01, 2), 8},
	} {
		a, err := From(madeUp(test.forks), known, test.q)
		if err != nil {
			t.Fatal(err)
		}
		var text, object bytes.Buffer
		if err := errors.Join(a.Render(&text, "results.txt"), a.JSON(&object, "results.txt")); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", text.String())
		for line := range strings.Lines(text.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width+20 {
				t.Errorf("%s: %d characters: %s", name, n, line)
			}
		}
		if !json.Valid(object.Bytes()) {
			t.Errorf("%s: %s", name, object.String())
		}
		if name == "loaded" || name == "few" || name == "answer" {
			golden(t, name+".json", object.String())
		}
	}
}

func TestRate(t *testing.T) {
	for want, perSecond := range map[string]float64{
		"200k x/s": 200e3, "5 x/min": 5.0 / 60, "1 x/h": 1.0 / 3600, "0 x/s": 0, "1.5M x/s": 1.5e6, "2G x/s": 2e9, "30 x/s": 30, "30 x/min": 0.5,
	} {
		if got := rate(perSecond, "x"); got != want {
			t.Errorf("%v: %s, want %s", perSecond, got, want)
		}
	}
}
