package compare

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"readmostly/results"
)

func runs(t *testing.T, old, new sketch, o Options) Comparison {
	t.Helper()
	c, err := Runs(old.file(), new.file(), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verdictsOf returns the cells that are not the same, as "impl verdict".
func verdictsOf(c Comparison) (all []string) {
	for _, cell := range c.with(Better, Worse, Fails, TooFew) {
		if text := cell.Impl + " " + string(cell.Verdict); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return all
}

func TestVerdicts(t *testing.T) {
	three := Options{Threshold: 0.03}
	few := steady(2)
	few.forks, few.layouts = 1, 1
	lone := steady(2)
	lone.layouts = 1
	noisy := steady(2)
	noisy.fork, noisy.layout = 0.1, 0.05
	for _, test := range []struct {
		about   string
		new     sketch
		options Options
		want    []string
	}{
		{"the same", steady(2), three, nil},
		{"5 % more", with(steady(2), "rcu-classic", 1.05), three, []string{"rcu-classic worse"}},
		{"5 % less", with(steady(2), "rcu-classic", 0.95), three, []string{"rcu-classic better"}},
		{"2 % more is below the threshold", with(steady(2), "rcu-classic", 1.02), three, nil},
		{"2 % more", with(steady(2), "rcu-classic", 1.02), Options{Threshold: 0.01}, []string{"rcu-classic worse"}},
		{"5 % more, one layout", with(lone, "rcu-classic", 1.05), three, []string{"rcu-classic worse"}},
		{"5 % more in all the noise", with(noisy, "rcu-classic", 1.05), three, nil},
		{"ten times in all the noise", with(noisy, "rcu-classic", 10), three, []string{"rcu-classic worse"}},
		{"a slower machine", sketch{seed: 2, forks: 24, layouts: 8, layout: 0.005, fork: 0.01, drift: 1.3}, three, nil},
		{"a floor, a control", with(with(steady(2), "noop", 1.3), "unsync-control", 1.1), three, nil},
		{"a backend that fails", sketch{seed: 2, forks: 24, layouts: 8, layout: 0.005, fork: 0.01, fails: "seqlock"}, three, []string{"seqlock fails"}},
		{"a backend that is missing", sketch{seed: 2, forks: 24, layouts: 8, layout: 0.005, fork: 0.01, without: "seqlock"}, three, nil},
	} {
		c := runs(t, steady(1), test.new, test.options)
		if got := verdictsOf(c); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.about, got, test.want)
		}
	}
	if _, err := Runs(few.file(), few.file(), three); !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), "too few forks") {
		t.Errorf("one fork each: %v", err)
	}
}

// with returns the sketch with a backend that takes so many times the time.
func with(s sketch, impl string, factor float64) sketch {
	times := map[string]float64{impl: factor}
	for k, v := range s.times {
		times[k] = v
	}
	s.times = times
	return s
}

// A worse cell that ranks below the threshold, or whose p-value Holm's correction
// raises above 5 %, is none.
func TestVerdictBounds(t *testing.T) {
	c := Comparison{Options: Options{Threshold: 0.03}}
	for _, test := range []struct {
		by, p float64
		want  Verdict
	}{
		{0.03, 0.05, Worse}, {0.0299, 0.001, Same}, {0.1, 0.0501, Same}, {0.1, 0, Worse},
		{1/1.03 - 1 - 1e-9, 0.01, Better}, {-0.029, 0.01, Same}, {-0.5, 0.9, Same}, {0, 0, Same},
	} {
		if got := c.verdict(Change{By: test.by}, test.p); got != test.want {
			t.Errorf("%v, p=%v: %q, want %q", test.by, test.p, got, test.want)
		}
	}
}

// Many cells are compared: without a correction, some would differ by chance alone in
// most runs.
func TestEqualRuns(t *testing.T) {
	changed, single := 0, 0
	for seed := range uint64(200) {
		c := runs(t, steady(2*seed+1), steady(2*seed+2), Options{})
		if len(c.with(Better, Worse)) > 0 {
			changed++
		}
		if slices.ContainsFunc(c.Cells, func(x Cell) bool { return x.Verdict != None && x.Ratio.P <= alpha }) {
			single++
		}
	}
	if changed > 20 {
		t.Errorf("%d of 200 comparisons of equal runs find a change", changed)
	}
	if single < 60 {
		t.Errorf("without the correction it would be %d: this test shows nothing", single)
	}
}

// In runs whose forks took turns, the baseline's own time is compared, and what both
// sides share cancels.
func TestPairedRuns(t *testing.T) {
	old := steady(7)
	old.fork = 0.2
	o := Options{Threshold: 0.03, Paired: true}
	f := old.file()
	slower := f
	slower.Rows = slices.Clone(f.Rows)
	for i, r := range slower.Rows {
		slower.Rows[i].Values = slices.Clone(r.Values)
		switch r.Impl {
		case "unsync":
			slower.Rows[i].Values[0].Value *= 1.06
		case "nulls":
			for j := range r.Values {
				slower.Rows[i].Values[j].Value *= 1.05
			}
		}
	}
	c, err := Runs(f, slower, o)
	if want := []string{"nulls worse", "unsync worse"}; err != nil || !slices.Equal(verdictsOf(c), want) {
		t.Errorf("%q, %v; want %q", verdictsOf(c), err, want)
	}
	if c, err := Runs(f, f, o); err != nil || len(verdictsOf(c)) > 0 {
		t.Errorf("%q, %v of a run with itself", verdictsOf(c), err)
	}
	// The same figures as two independent runs hide it all.
	if c, err := Runs(f, slower, Options{Threshold: 0.03}); err != nil || len(verdictsOf(c)) > 0 {
		t.Errorf("%q, %v", verdictsOf(c), err)
	}
}

// A published run in two halves shows no difference.
func TestPublishedHalves(t *testing.T) {
	for _, name := range []string{"epyc-zen4-2core-vm.txt", "epyc-zen4-2core-vm-full-flood.txt"} {
		in, err := os.Open("../results/published/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		f, err := results.Read(in, name)
		if err != nil {
			t.Fatal(err)
		}
		halves := [2]results.File{{Config: f.Config}, {Config: f.Config}}
		seen := map[results.Point]int{}
		for _, r := range f.Rows {
			half := &halves[seen[r.Point]%2]
			half.Rows = append(half.Rows, r)
			seen[r.Point]++
		}
		c, err := Runs(halves[0], halves[1], Options{Threshold: 0.03})
		if err != nil || len(verdictsOf(c)) > 0 || c.Judged() < 10 {
			t.Errorf("%s: %q of %d, %v", name, verdictsOf(c), c.Judged(), err)
		}
	}
}

func TestNothing(t *testing.T) {
	f := steady(1).file()
	floors := f
	floors.Rows = slices.DeleteFunc(slices.Clone(f.Rows), func(r results.Row) bool { return r.Impl != "unsync" && r.Impl != "noop" })
	for _, test := range []struct {
		old, new results.File
		want     string
	}{
		{f, results.File{Config: f.Config}, "no backend under a common workload"},
		{f, floors, "only their baseline in common"},
	} {
		if c, err := Runs(test.old, test.new, Options{}); !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, %v; want %q", verdictsOf(c), err, test.want)
		}
	}
}

func TestRender(t *testing.T) {
	changed := with(with(steady(2), "rcu-classic", 1.052), "rwlock", 0.8)
	changed.fails = "seqlock"
	changed.drift = 1.2
	old := steady(1)
	old.without = "nulls"
	paired := steady(4)
	paired.layouts = 1
	for name, c := range map[string]Comparison{
		"changed": runs(t, old, changed, Options{Threshold: 0.03}),
		"equal":   runs(t, steady(3), paired, Options{Threshold: 0.03, Paired: true}),
	} {
		for extension, style := range map[string]results.Style{"txt": results.Text, "md": results.Markdown} {
			var out bytes.Buffer
			if err := c.Render(&out, style); err != nil {
				t.Fatal(err)
			}
			golden(t, name+"."+extension, out.String())
		}
		var out bytes.Buffer
		if err := c.JSON(&out); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", out.String())
		if !json.Valid(out.Bytes()) {
			t.Errorf("%s: no JSON", name)
		}
	}
}
