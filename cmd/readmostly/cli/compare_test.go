package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readmostly/bench"
	"readmostly/results"
	"readmostly/workloads"
)

// measured is a run whose figures scatter a little, with what some backends take.
func measured(t *testing.T, name string, factors map[string]float64, change ...string) string {
	t.Helper()
	c := newTrial(strings.Fields("bench --structure hash --size 16 --updates 0% --threads 1 --impl rwlock,rcu-*,noop --forks 12 --quiet")...)
	c.app.fork = func(ctx context.Context, s bench.Spec) (*bench.Report, error) {
		return scattered(ctx, s, &c.forks, factors)
	}
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	text := c.stdout.String()
	for i := 0; i < len(change); i += 2 {
		if !strings.Contains(text, change[i]) {
			t.Fatalf("no %q to change", change[i])
		}
		text = strings.ReplaceAll(text, change[i], change[i+1])
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// scattered is a fake fork whose figures scatter by about 1 %, another way for each
// backend and fork.
func scattered(ctx context.Context, s bench.Spec, forks *fakeForks, factors map[string]float64) (*bench.Report, error) {
	r, err := forks.fork(ctx, s)
	if err != nil {
		return nil, err
	}
	for i, row := range r.Rows {
		impl := s.Table.Cells[row.Cell].Impl
		by := 1 + 0.002*float64((7*s.Number+3*row.Cell*row.Cell)%11-5)
		if f, ok := factors[impl]; ok {
			by *= f
		}
		for j, v := range row.Values {
			if v.Unit == workloads.NsPerOp.Unit || v.Unit == results.Ratio(s.Baseline).Unit {
				r.Rows[i].Values[j].Value *= by
			}
		}
	}
	return r, nil
}

func TestCompareFiles(t *testing.T) {
	old := measured(t, "old.txt", nil)
	slower := map[string]float64{"rcu-alpha": 1.05}
	for _, test := range []struct {
		about  string
		new    string
		flags  string
		status int
		stdout string // begins with
		stderr string
	}{
		{"the same", measured(t, "new.txt", nil), "", 0, "0 worse, 0 better, 3 without a difference, of 3 cells\n", ""},
		{"another commit", measured(t, "new.txt", nil, "commit: c0ffee", "commit: decade"), "", 0, "0 worse, 0 better", ""},
		{"slower", measured(t, "new.txt", slower), "", 1,
			"1 worse, 0 better, 2 without a difference, of 3 cells\n\nworse: rcu-alpha, hash of 16, read-only, 1 thread: x/unsync +5.0% ", "readmostly: worse: 1 of 3 cells\n"},
		{"slower, below the threshold", measured(t, "new.txt", slower), "--threshold 6%", 0, "0 worse", ""},
		{"faster", measured(t, "new.txt", map[string]float64{"rwlock": 0.9}), "", 0, "0 worse, 1 better", ""},
		{"slower, for a document", measured(t, "new.txt", slower), "--markdown", 1, "**1 worse, 0 better, 2 without a difference, of 3 cells**\n\n- worse: rcu-alpha", "readmostly: worse: 1 of 3 cells\n"},
		{"another machine", measured(t, "new.txt", nil, "cpu: Example CPU", "cpu: Another CPU", "kernel: 6.1", "kernel: 6.2"), "", 2, "",
			"readmostly: not comparable, as the runs differ: cpu: Example CPU, Another CPU; kernel: 6.1, 6.2: measure again alike, or allow it with --ignore cpu,kernel\n"},
		{"another machine, allowed", measured(t, "new.txt", nil, "cpu: Example CPU", "cpu: Another CPU"), "--ignore machine", 0, "0 worse", ""},
		{"another seed", measured(t, "new.txt", nil, "seed: 1", "seed: 2"), "--ignore machine", 2, "", "readmostly: not comparable, as the runs differ: seed: 1, 2: measure again alike, or allow it with --ignore seed\n"},
		{"other layouts", measured(t, "new.txt", nil, "layouts: 1", "layouts: 8"), "", 2, "", "readmostly: not comparable, as the runs differ: layouts: 1, 8: measure again alike, or allow it with --ignore layouts\n"},
		{"another mode of build", measured(t, "new.txt", nil, "GOAMD64=v1", "GOAMD64=v3"), "", 2, "",
			"readmostly: not comparable, as the runs differ: build: CGO_ENABLED=1 GOAMD64=v1, CGO_ENABLED=1 GOAMD64=v3: measure again alike, or allow it with --ignore build\n"},
		{"the collector", measured(t, "new.txt", nil, "GOGC=100", "GOGC=50"), "", 2, "",
			"readmostly: not comparable, as the runs differ: runtime: GOGC=100 GOMEMLIMIT=off GOMAXPROCS=2, GOGC=50 GOMEMLIMIT=off GOMAXPROCS=2: measure again alike, or allow it with --ignore runtime\n"},
		{"nothing in common", measured(t, "new.txt", nil, "size=16", "size=32"), "", 2, "", "readmostly: nothing to compare: the runs have no backend under a common workload\n"},
		{"flags of bench", old, "--impl rwlock --seed 2", 2, "", "readmostly: --impl, --seed: files hold what was measured: use it with --ab, or leave it out\n"},
		{"no file", "no-such-file", "", 2, "", "readmostly: open no-such-file: no such file or directory\n"},
		{"a bad threshold", old, "--threshold 3", 2, "", "readmostly: --threshold: \"3\" is not a percentage: want 0% to 100%, such as 1%\n"},
		{"two forms at once", old, "--json --markdown", 2, "", "readmostly: --json: it prints no tables: leave out --markdown\n"},
		{"three files", old, "another.txt", 2, "", "readmostly: readmostly compare: 3 arguments; want the old and the new: two files that bench -o wrote, or with --ab two programs\n"},
	} {
		c := newTrial(append([]string{"compare", old, test.new}, strings.Fields(test.flags)...)...)
		if status := c.run(); status != test.status || !strings.HasPrefix(c.stdout.String(), test.stdout) || test.stdout == "" && c.stdout.Len() > 0 || c.stderr.String() != test.stderr {
			t.Errorf("%s: status %d, want %d\n%s%s", test.about, status, test.status, c.stdout.String(), c.stderr.String())
		}
	}
	c := newTrial("compare", "--ignore", "cpu", old, measured(t, "new.txt", nil, "cpu: Example CPU", "cpu: Another CPU"))
	c.run()
	if want := "warning: the runs differ in cpu: Example CPU, Another CPU\n"; !strings.Contains(c.stdout.String(), want) {
		t.Errorf("no %q in\n%s", want, c.stdout.String())
	}
}

func TestCompareJSON(t *testing.T) {
	c := newTrial("compare", "--json", measured(t, "old.txt", nil), measured(t, "new.txt", map[string]float64{"rcu-alpha": 1.05}))
	var got struct {
		Worse int
		Cells []struct {
			Name, Verdict string
			Ratio         struct{ Change, Lo, Hi float64 }
		}
	}
	status := c.run()
	if err := json.Unmarshal(c.stdout.Bytes(), &got); err != nil || status != 1 || got.Worse != 1 {
		t.Fatalf("status %d, %v, %+v", status, err, got)
	}
	for _, cell := range got.Cells {
		if worse := strings.Contains(cell.Name, "impl=rcu-alpha/"); worse != (cell.Verdict == "worse") || worse && !(cell.Ratio.Lo < 0.05 && 0.05 < cell.Ratio.Hi) {
			t.Errorf("%+v", cell)
		}
	}
}

// duet is compare --ab with two programs made up.
func duet(t *testing.T, args string, factors map[string]float64) (*trial, [2]*fakeForks) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"old-1", "old-2", "new-1", "new-2", "new-3"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "plain"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	c := newTrial(append([]string{"compare", "--ab"}, strings.Fields(args)...)...)
	sides := [2]*fakeForks{{}, {}}
	c.app.ask = func(_ context.Context, binaries []string) (bench.Program, error) {
		p := bench.Program{Commit: "decade", Go: "go1.26", Settings: []string{"-pgo=true", "GOAMD64=v1"}, Backends: []string{"noop", "rcu-alpha", "rwlock", "unsync"}}
		if strings.Contains(binaries[0], "new") {
			p.Commit, p.Backends = "c0ffee", append(p.Backends, "rcu-beta")
		}
		return p, nil
	}
	c.app.programs = func(binaries []string) bench.Forker {
		side := 0
		var by map[string]float64
		if strings.Contains(binaries[0], "new") {
			side, by = 1, factors
		}
		return func(ctx context.Context, s bench.Spec) (*bench.Report, error) {
			return scattered(ctx, s, sides[side], by)
		}
	}
	return c, sides
}

func TestCompareAB(t *testing.T) {
	const few = " --structure hash --size 16 --updates 0% --threads 1 --impl rwlock,rcu-*,noop --forks 12 --quiet"
	for _, test := range []struct {
		about, args string
		factors     map[string]float64
		status      int
		stdout      string // begins with
		stderr      string
	}{
		{"equal", "old-1 new-1" + few, nil, 0, "0 worse, 0 better, 3 without a difference, of 3 cells\n", ""},
		{"slower", "old-* new-[12]" + few, map[string]float64{"rcu-alpha": 1.05}, 1,
			"1 worse, 0 better, 2 without a difference, of 3 cells\n\nworse: rcu-alpha, hash of 16, read-only, 1 thread: x/unsync +5.0% ", "readmostly: worse: 1 of 3 cells\n"},
		{"a slower baseline", "old-1 new-1" + few, map[string]float64{"unsync": 1.05}, 1, "1 worse, 0 better, 2 without a difference, of 3 cells\n\nworse: unsync, ", "readmostly: worse: 1 of 3 cells\n"},
		{"other layouts", "old-* new-*" + few, nil, 2, "", "readmostly: --ab: 2 layouts of the old program and 3 of the new one: want as many of each, linked alike\n"},
		{"no program", "old-1 new-4" + few, nil, 2, "", "readmostly: --ab: no file matches \"new-4\": want a build of this command, or a glob of its layouts\n"},
		{"no program either", "old-1 plain" + few, nil, 2, "", "readmostly: --ab: plain is not a program: want a build of this command, or compare two files without --ab\n"},
		{"a backend that one lacks", "old-1 new-1 --impl rcu-beta --quiet", nil, 2, "", "readmostly: --ab: the programs have none of the chosen backends in common\n"},
		{"flags of bench", "old-1 new-1 --updates 200%", nil, 2, "", "readmostly: --updates: \"200%\" is not a percentage: want 0% to 100%, such as 1%\n"},
		{"flags of bench alone", "old-1 new-1 --layouts old-*", nil, 2, "", "readmostly: unknown flag --layouts; the nearest is --buckets, and readmostly compare --help lists all\n"},
	} {
		c, sides := duet(t, test.args, test.factors)
		if status := c.run(); status != test.status || !strings.HasPrefix(c.stdout.String(), test.stdout) || test.stdout == "" && c.stdout.Len() > 0 || c.stderr.String() != test.stderr {
			t.Errorf("%s: status %d, want %d\n%s%s", test.about, status, test.status, c.stdout.String(), c.stderr.String())
		}
		if a, b := len(sides[0].specs), len(sides[1].specs); a != b || test.stdout != "" && a != 12 || test.stdout == "" && a > 0 {
			t.Errorf("%s: %d and %d forks", test.about, a, b)
		}
	}
}

// Two programs that were built otherwise are refused before anything is measured, and
// compared where that is allowed.
func TestCompareABBuilds(t *testing.T) {
	for ignore, want := range map[string]int{"": 2, " --ignore build,profile": 0} {
		c, sides := duet(t, "old-1 new-1 --structure hash --size 16 --updates 0% --threads 1 --impl rwlock --forks 12 --quiet"+ignore, nil)
		ask := c.app.ask
		c.app.ask = func(ctx context.Context, binaries []string) (bench.Program, error) {
			p, err := ask(ctx, binaries)
			if strings.Contains(binaries[0], "new") {
				p.Settings = []string{"-pgo=false", "-race=true", "GOAMD64=v1"}
			}
			return p, err
		}
		status := c.run()
		said := c.stdout.String() + c.stderr.String()
		if status != want || (len(sides[0].specs) > 0) != (want == 0) || want == 0 && !strings.Contains(said, "warning: built with the race detector (-race): no figure") ||
			want == 2 && !strings.Contains(said, "differ: profile: yes, no; build: GOAMD64=v1, -race=true GOAMD64=v1: measure") {
			t.Errorf("%q: status %d after %d forks: %s", ignore, status, len(sides[0].specs), said)
		}
	}
}

// A backend that fails in the new program is worse; one that fails in the old one is
// not, and is named.
func TestCompareABFails(t *testing.T) {
	for side, want := range []int{0, 1} {
		c, sides := duet(t, "old-1 new-1 --structure hash --size 16 --updates 0% --threads 1 --impl rwlock,rcu-alpha --forks 12", nil)
		sides[side].before = failing(map[string]string{"rwlock": "torn"})
		status := c.run()
		if status != want || !strings.Contains(c.stderr.String(), fmt.Sprintf("failed: the %v program: torn\n", bench.Side(side))) {
			t.Errorf("%v: status %d: %s", bench.Side(side), status, c.stderr.String())
		}
		if fails := strings.Contains(c.stdout.String(), "\nfails: rwlock, "); fails != (want == 1) {
			t.Errorf("%v:\n%s", bench.Side(side), c.stdout.String())
		}
	}
}

// An interrupted run shows what it has, and says that it was interrupted.
func TestCompareABInterrupted(t *testing.T) {
	c, sides := duet(t, "old-1 new-1 --structure hash --size 16 --updates 0% --threads 1 --impl rwlock --forks 12 --quiet", nil)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c.ctx = ctx
	sides[0].before = func(call int, _ bench.Spec) error {
		if call == 9 {
			cancel()
		}
		return nil
	}
	if status := c.run(); status != 130 || !strings.Contains(c.stdout.String(), " 1 thread\n") || !strings.Contains(c.stderr.String(), errInterrupted.Error()) {
		t.Errorf("status %d\n%s%s", status, c.stdout.String(), c.stderr.String())
	}
}

// Files of two machines have tables of their own; two of one machine are one sample.
func TestTableKeepsApart(t *testing.T) {
	one, again := measured(t, "one.txt", nil), measured(t, "again.txt", nil)
	other := measured(t, "other.txt", map[string]float64{"rwlock": 3}, "cpu: Example CPU", "cpu: Another CPU", "precision: 1%", "precision: 2%")
	table := func(args ...string) string {
		c := newTrial(append([]string{"table"}, args...)...)
		if status := c.run(); status != 0 || c.stderr.Len() > 0 {
			t.Errorf("%v: status %d: %s", args, status, c.stderr.String())
		}
		return c.stdout.String()
	}
	want := "cpu: Example CPU\n\n" + table(one, again) + "\ncpu: Another CPU\n\n" + table(other)
	if got := table(one, other, again); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	want = "## cpu: Example CPU\n\n" + table("--markdown", "--summary", one) + "\n## cpu: Another CPU\n\n" + table("--markdown", "--summary", other)
	if got := table("--markdown", "--summary", one, other); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := table(one, again); strings.Contains(got, "cpu: ") || got == table(one) {
		t.Errorf("two runs of one machine:\n%s", got)
	}
}
