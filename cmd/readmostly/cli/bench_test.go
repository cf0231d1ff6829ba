package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"readmostly/bench"
	"readmostly/internal/topo"
	"readmostly/internal/topo/topotest"
	"readmostly/results"
	"readmostly/workloads"
)

const shortRun = "bench --structure hash --size 16 --updates 0%,10% --forks 2"

// Of shortRun, each fork: the baseline, its control and five others, of which one
// can't update.
const (
	shortForks = 2 * 2 * 2
	shortRows  = (7 + 6) * 2 * 2
)

func read(t *testing.T, text string) results.File {
	t.Helper()
	f, err := results.Read(strings.NewReader(text), "results")
	if err != nil || len(f.Warnings) > 0 || f.Cut {
		t.Fatalf("%v, %v, cut %v", err, f.Warnings, f.Cut)
	}
	return f
}

func TestBench(t *testing.T) {
	c := newTrial(strings.Fields(shortRun)...)
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	golden(t, "bench-rows.txt", strings.Join(rowsOf(c.stdout.String()), ""))
	if want := "left out: add-only can't delete: it runs with --updates 0% only\n"; !strings.HasPrefix(c.stderr.String(), want) {
		t.Errorf("stderr begins without %q:\n%s", want, c.stderr.String())
	}
	if !strings.Contains(c.stderr.String(), "\n unsync-control ") {
		t.Errorf("no table in\n%s", c.stderr.String())
	}

	f := read(t, c.stdout.String())
	if len(f.Rows) != shortRows || len(f.Forks) != shortForks || len(c.forks.specs) != shortForks {
		t.Errorf("%d rows in %d forks of %d", len(f.Rows), len(f.Forks), len(c.forks.specs))
	}
	config := map[string]string{}
	for _, pair := range f.Config {
		config[pair[0]] = pair[1]
	}
	for key, want := range map[string]string{
		"cpu": "Example CPU", "cores": "2", "smt": "off", "seed": "1", "commit": "c0ffee",
		"command": "readmostly " + shortRun,
		"window":  "3ms", "long-window": "25ms", "precision": "1%", "layouts": "1",
		"baseline": "unsync", "control": "unsync-control", "floors": "noop", "faulty": "",
		"placement": "CPU 0,1", "reclaim-defaults": "rcu-alpha=sync rcu-beta=sync", "retain-defaults": "rcu-alpha=512", "perf-scope": "off",
		"profile": "yes", "build": "CGO_ENABLED=1 GOAMD64=v1", "unfit": "", "runtime": "GOGC=100 GOMEMLIMIT=off GOMAXPROCS=2",
	} {
		if config[key] != want {
			t.Errorf("%s is %q, want %q", key, config[key], want)
		}
	}
	for _, key := range []string{"goos", "goarch", "go", "kernel", "membarrier", "element-memory", "profile"} {
		if config[key] == "" {
			t.Errorf("no %s", key)
		}
	}
}

// rowsOf returns the lines of rows, sorted, as their order is that of the forks.
func rowsOf(file string) (rows []string) {
	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, "Benchmark") {
			rows = append(rows, line)
		}
	}
	slices.Sort(rows)
	return rows
}

func TestBenchQuietToFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.txt")
	c := newTrial(append(strings.Fields(shortRun), "--quiet", "-o", file, "--impl", "rcu-alpha", "--reclaim", "sync,call", "--replace")...)
	if status := c.run(); status != 0 || c.stderr.Len() > 0 || c.stdout.Len() > 0 {
		t.Fatalf("status %d, stdout %q, stderr %q", status, c.stdout.String(), c.stderr.String())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"BenchmarkHash/impl=rcu-alpha/size=16/updates=0%/reclaim=sync-1 ",
		"BenchmarkHash/impl=rcu-alpha/size=16/updates=10%/mode=replace/reclaim=call-2 ",
	} {
		if n := bytes.Count(data, []byte(want)); n != 2 {
			t.Errorf("%d lines begin with %s", n, want)
		}
	}

	table := newTrial("table", file)
	if status := table.run(); status != 0 || !strings.Contains(table.stdout.String(), "rcu-alpha/call") {
		t.Errorf("table: status %d, %s%s", status, table.stdout.String(), table.stderr.String())
	}
}

func TestTableOfCutFile(t *testing.T) {
	c := newTrial(strings.Fields(shortRun)...)
	c.run()
	file := filepath.Join(t.TempDir(), "cut.txt")
	if err := os.WriteFile(file, c.stdout.Bytes()[:c.stdout.Len()-9], 0o644); err != nil {
		t.Fatal(err)
	}
	table := newTrial("table", "--markdown", file)
	if status := table.run(); status != 0 || !strings.Contains(table.stdout.String(), "| noop") {
		t.Errorf("status %d, %s", status, table.stdout.String())
	}
	if want := "note: " + file + " ends in the middle of a line, which is left out\n"; table.stderr.String() != want {
		t.Errorf("stderr %q, want %q", table.stderr.String(), want)
	}
}

// What was measured before an interrupt is kept and shown.
func TestInterrupt(t *testing.T) {
	c := newTrial(strings.Fields(shortRun)...)
	ctx, cancel := context.WithCancel(context.Background())
	c.ctx = ctx
	c.forks.before = func(call int, _ bench.Spec) error {
		if call == 6 {
			cancel()
		}
		return nil
	}
	if status := c.run(); status != 130 {
		t.Errorf("status %d", status)
	}
	if f := read(t, c.stdout.String()); len(f.Forks) != 5 {
		t.Errorf("%d forks kept", len(f.Forks))
	}
	stderr := c.stderr.String()
	if want := "readmostly: interrupted (after 5 forks, which are kept)\n"; !strings.HasSuffix(stderr, want) {
		t.Errorf("stderr ends without %q:\n%s", want, stderr)
	}
	if !strings.Contains(stderr, "\n unsync-control ") {
		t.Errorf("no table:\n%s", stderr)
	}
}

// failing makes forks fail that have one of the backends.
func failing(why map[string]string) func(int, bench.Spec) error {
	return func(_ int, s bench.Spec) error {
		for i, c := range s.Table.Cells {
			if w := why[c.Impl]; w != "" {
				return &bench.Failed{Cell: i, Why: w}
			}
		}
		return nil
	}
}

// A backend that fails loses its rows, and ends the run with a line of its own and
// status 1; all others are measured.
func TestFailures(t *testing.T) {
	for _, more := range []string{"", " --quiet"} {
		c := newTrial(strings.Fields(shortRun + more)...)
		c.forks.before = failing(map[string]string{"rwlock": "lookup of key 0x7: torn", "rcu-beta": "it hangs"})
		if status := c.run(); status != 1 {
			t.Errorf("status %d", status)
		}
		f := read(t, c.stdout.String())
		if want := shortRows - 2*2*2*2; len(f.Rows) != want || len(f.Failures) != 2*2*2 {
			t.Errorf("%d rows, want %d, and %d failures", len(f.Rows), want, len(f.Failures))
		}
		end := c.stderr.String()
		end = end[max(0, strings.Index(end, "readmostly: ")):]
		lines := strings.Split(strings.TrimSuffix(end, "\n"), "\n")
		slices.Sort(lines)
		want := []string{
			"readmostly: 2 of the backends failed, and all others were measured",
			"readmostly: rcu-beta failed: it hangs",
			"readmostly: rwlock failed: lookup of key 0x7: torn",
		}
		if !slices.Equal(lines, want) || more != "" && !strings.HasPrefix(c.stderr.String(), end) {
			t.Errorf("stderr ends with %q, want %q", lines, want)
		}
	}
}

func TestBaselineFails(t *testing.T) {
	c := newTrial(strings.Fields(shortRun)...)
	c.forks.before = failing(map[string]string{"unsync": "torn"})
	if status := c.run(); status != 1 {
		t.Errorf("status %d", status)
	}
	if got := c.stderr.String(); !strings.Contains(got, "\nreadmostly: the baseline failed: hash of 16, ") || !strings.HasSuffix(got, ": torn\n") {
		t.Errorf("stderr %s", got)
	}
}

// A budget that ends before the first fork is no success.
func TestBudgetOfNothing(t *testing.T) {
	c := newTrial(strings.Fields("bench --quiet --budget 1ns")...)
	if status := c.run(); status != 1 || c.stderr.String() != "readmostly: the budget was spent before anything was measured: want more of --budget\n" {
		t.Errorf("status %d, %s", status, c.stderr.String())
	}
}

func TestOutputFails(t *testing.T) {
	c := newTrial(strings.Fields(shortRun)...)
	reader, writer := io.Pipe()
	reader.CloseWithError(errors.New("disk full"))
	c.app.Stdout = writer
	if status := c.run(); status != 1 || !strings.Contains(c.stderr.String(), "readmostly: the results can't be written: disk full\n") {
		t.Errorf("status %d, %s", status, c.stderr.String())
	}
	if len(c.forks.specs) > 0 {
		t.Error("measured without a place for the results")
	}
}

// A build that no figure should come from is run, warned of, and remembered in the
// header, which the tables repeat.
func TestUnfitBuild(t *testing.T) {
	c := newTrial(strings.Fields("bench --impl rwlock --size 16 --forks 1 --updates 0%")...)
	c.app.build = func() []string { return []string{"-compiler=gc", "-race=true", "-tags=rcudebug", "GOAMD64=v1"} }
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	const why = "built with the race detector (-race), the checks of misuse (-tags rcudebug)"
	for text, want := range map[string]string{
		c.stdout.String(): "\nbuild: -race=true -tags=rcudebug GOAMD64=v1\nunfit: " + why + "\n",
		c.stderr.String(): "note: this program was " + why + ": no figure should come from it\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if want := "unfit: " + why + ":"; !strings.Contains(strings.Join(strings.Fields(c.stderr.String()), " "), want) {
		t.Errorf("no %q below the tables:\n%s", want, c.stderr.String())
	}
}

// What is in force is written, however it came to be.
func TestGoRuntime(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 40))
	t.Setenv("GODEBUG", "madvdontneed=1")
	want := fmt.Sprintf("GOGC=77 GOMEMLIMIT=%d GOMAXPROCS=%d GODEBUG=madvdontneed=1", 1<<40, runtime.GOMAXPROCS(0))
	if got := goRuntime(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(math.MaxInt64)
	if got := goRuntime(); !strings.HasPrefix(got, "GOGC=off GOMEMLIMIT=off ") {
		t.Errorf("%q with both off", got)
	}
}

func TestNotes(t *testing.T) {
	for _, test := range []struct {
		machine topo.Machine
		args    string
		want    string
	}{
		{machineOf(2, 1), "--threads 1,2", ""},
		{machineOf(2, 1), "--threads 4", "note: 4 threads on 2 CPUs is oversubscription: times include waiting for a CPU\n"},
		{machineOf(2, 2), "--threads 4", "note: 4 threads on 2 cores: some share a core's hardware threads\n"},
		{machineOf(2, 2), "--threads 5", "note: 5 threads on 4 CPUs is oversubscription: times include waiting for a CPU\n"},
		{machineOf(2, 1), "--impl rwlock,add-only --updates 1%", "left out: add-only can't delete: it runs with --updates 0% only\n"},
		{machineOf(2, 1), "--impl rcu-* --reclaim call", "note: rcu-beta can't reclaim by call: it knows sync\n"},
	} {
		c := newTrial(append(strings.Fields("bench --impl rwlock --size 16 --forks 1 --updates 0%"), strings.Fields(test.args)...)...)
		c.app.machine = func() (topo.Machine, error) { return test.machine, nil }
		if status := c.run(); status != 0 {
			t.Errorf("%s: status %d", test.args, status)
		}
		got := ""
		for line := range strings.Lines(c.stderr.String()) {
			if strings.HasPrefix(line, "note: ") || strings.HasPrefix(line, "left out: ") {
				got += line
			}
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.args, got, test.want)
		}
	}
}

func TestDefaultThreads(t *testing.T) {
	for _, test := range []struct {
		machine topo.Machine
		want    []int
	}{
		{machineOf(1, 1), []int{1}},
		{machineOf(2, 1), []int{1, 2}},
		{machineOf(2, 2), []int{1, 2, 4}},
		{topotest.Shape{CoresPerPackage: 16, ThreadsPerCore: 2, CoresPerCache: 8}.Machine(), []int{1, 8, 16, 32}},
		{topo.Machine{}, []int{1}},
	} {
		s := &settings{machine: test.machine, flags: benchFlags{scene: workloads.Mix}}
		if got := s.defaultThreads(); !slices.Equal(got, test.want) {
			t.Errorf("%d CPUs: %v, want %v", len(test.machine.CPUs), got, test.want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"bench", "--impl", "rcu-*", "-o", "a b.txt", "--forks", "1"}, "readmostly bench --impl 'rcu-*' --forks 1"},
		{[]string{"bench", "--output=x", "--impl=it's"}, `readmostly bench '--impl=it'\''s'`},
		{[]string{"bench", "-o"}, "readmostly bench"},
		{[]string{"bench", "-ox", "--resume", "--seed", "1", "-o=x", "--resume=true"}, "readmostly bench --seed 1"},
	} {
		if got := commandLine("", test.args); got != test.want {
			t.Errorf("%q gives %s, want %s", test.args, got, test.want)
		}
	}
}

// The command that is to be repeated is the one that has the backends.
func TestCommandHasItsOwnName(t *testing.T) {
	if got := nameOf(filepath.Join("bin", "c", "readmostly-c.exe")); got != "readmostly-c" {
		t.Errorf("named %s", got)
	}
	c := newTrial(strings.Fields(shortRun)...)
	c.app.Name = "readmostly-c"
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	f := read(t, c.stdout.String())
	if got, want := f.Value("command"), "readmostly-c "+shortRun; got != want {
		t.Errorf("named %q, want %q", got, want)
	}
}
