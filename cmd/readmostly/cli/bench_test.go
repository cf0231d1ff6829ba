package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"readmostly/internal/topo"
	"readmostly/results"
)

const shortRun = "bench --structure hash --size 16 --updates 0%,10% --count 2"

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
	golden(t, "bench-stderr.txt", c.stderr.String())
	_, lines, _ := strings.Cut(c.stdout.String(), "\n\n")
	rows := slices.Sorted(strings.Lines(lines)) // their order is the driver's
	golden(t, "bench-rows.txt", strings.TrimLeft(strings.Join(rows, ""), "\n"))

	f := read(t, c.stdout.String())
	// 6 backends read-only, 4 with updates, 2 numbers of threads, 2 windows.
	if len(f.Rows) != (6+4)*2*2 || c.measure.calls != len(f.Rows) {
		t.Errorf("%d rows, %d calls", len(f.Rows), c.measure.calls)
	}
	config := map[string]string{}
	for _, pair := range f.Config {
		config[pair[0]] = pair[1]
	}
	for key, want := range map[string]string{
		"cpu": "Example CPU", "cores": "2", "smt": "off", "seed": "1", "commit": "c0ffee",
		"command":   "readmostly bench --structure hash --size 16 --updates 0%,10% --count 2",
		"placement": "CPU 0,1", "reclaim-defaults": "rcu-alpha=sync rcu-beta=sync", "perf-scope": "off",
	} {
		if config[key] != want {
			t.Errorf("%s is %q, want %q", key, config[key], want)
		}
	}
	for _, key := range []string{"goos", "goarch", "go", "kernel", "membarrier", "element-memory", "duration", "warmup"} {
		if config[key] == "" {
			t.Errorf("no %s", key)
		}
	}
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
	c.measure.before = func(call int) error {
		if call == 8 {
			cancel()
		}
		return nil
	}
	if status := c.run(); status != 130 {
		t.Errorf("status %d", status)
	}
	if f := read(t, c.stdout.String()); len(f.Rows) != 7 {
		t.Errorf("%d rows kept", len(f.Rows))
	}
	stderr := c.stderr.String()
	if want := "readmostly: interrupted (after 7 of 40 windows, which are kept)\n"; !strings.HasSuffix(stderr, want) {
		t.Errorf("stderr ends without %q:\n%s", want, stderr)
	}
	if !strings.Contains(stderr, "hash of 16, ") {
		t.Errorf("no table:\n%s", stderr)
	}
}

// A failed measurement ends the run: its figures would be worthless.
func TestFailure(t *testing.T) {
	c := newTrial(strings.Fields(shortRun)...)
	c.measure.before = func(call int) error {
		if call == 3 {
			return errors.Join(errors.New("rwlock, hash of 16: lookup of key 0x7: torn"), errors.New("1 element leaked"))
		}
		return nil
	}
	if status := c.run(); status != 1 {
		t.Errorf("status %d", status)
	}
	if f := read(t, c.stdout.String()); len(f.Rows) != 2 || c.measure.calls != 3 {
		t.Errorf("%d rows kept, %d calls", len(f.Rows), c.measure.calls)
	}
	want := "readmostly: the measurement failed: rwlock, hash of 16: lookup of key 0x7: torn; 1 element leaked (after 2 of 40 windows, which are kept)\n"
	if !strings.HasSuffix(c.stderr.String(), want) {
		t.Errorf("stderr ends without %q:\n%s", want, c.stderr.String())
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
	if c.measure.calls > 0 {
		t.Error("measured without a place for the results")
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
		{machineOf(2, 1), "--impl rwlock,unsync --updates 1%", "left out: unsync can't update: it runs with --updates 0% only\n"},
		{machineOf(2, 1), "--impl rcu-* --reclaim call", "left out: rcu-beta can't let go by call: it knows sync\n"},
	} {
		c := newTrial(append(strings.Fields("bench --impl rwlock --size 16 --count 1 --updates 0%"), strings.Fields(test.args)...)...)
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
		{machineOf(2, 2), []int{1, 2}},
		{machineOf(6, 1), []int{1, 2, 4, 6}},
		{topo.Machine{}, []int{1}},
	} {
		if got := defaultThreads(test.machine); !slices.Equal(got, test.want) {
			t.Errorf("%d CPUs: %v, want %v", len(test.machine.CPUs), got, test.want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"bench", "--impl", "rcu-*", "-o", "a b.txt", "--count", "1"}, "readmostly bench --impl 'rcu-*' --count 1"},
		{[]string{"bench", "--output=x", "--impl=it's"}, `readmostly bench '--impl=it'\''s'`},
		{[]string{"bench", "-o"}, "readmostly bench"},
		{[]string{"bench", "-ox", "--resume", "--seed", "1", "-o=x", "--resume=true"}, "readmostly bench --seed 1"},
	} {
		if got := commandLine(test.args); got != test.want {
			t.Errorf("%q gives %s, want %s", test.args, got, test.want)
		}
	}
}
