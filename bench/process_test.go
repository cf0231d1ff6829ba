package bench

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/workloads"
)

// act runs this binary as a fork that does what a script says.
func act(t *testing.T, ctx context.Context, name string, patience time.Duration) (*Report, error) {
	t.Helper()
	t.Setenv(actVariable, name)
	return Processes(nil)(ctx, Spec{Table: Table{Workload: workloads.Workload{Size: 1, Threads: 1}}, Layout: 1, Patience: patience})
}

func TestFork(t *testing.T) {
	for _, tt := range []struct {
		act      string
		patience time.Duration
		want     Failed
		why      string // what is in the reason
	}{
		{"fails", time.Minute, Failed{Cell: 1}, "lookup of key 0x7: torn"},
		{"crashes", time.Minute, Failed{Cell: 1, anonymous: true}, "its process ended: exit status 2: fatal error: sync: unlock of unlocked mutex"},
		{"is killed", time.Minute, Failed{Cell: 1, anonymous: true, Memory: true}, "its process was killed, perhaps for want of memory"},
		{"hangs", 100 * time.Millisecond, Failed{Cell: 1, anonymous: true}, "it hangs: nothing was heard of its process for 300.008ms"},
		{"ends", time.Minute, Failed{Cell: 1, anonymous: true}, "its process ended without a word"},
		{"is torn", time.Minute, Failed{Cell: 1, anonymous: true}, "its process ended without a word"},
		{"wants memory", time.Minute, Failed{Cell: 1, anonymous: true, Memory: true}, "its process ended: exit status 2: fatal error: runtime: out of memory"},
	} {
		t.Run(tt.act, func(t *testing.T) {
			report, err := act(t, t.Context(), tt.act, tt.patience)
			var failed *Failed
			if report != nil || !errors.As(err, &failed) {
				t.Fatalf("%+v, %v", report, err)
			}
			if failed.Why != tt.why {
				t.Errorf("why: %s\nwant %s", failed.Why, tt.why)
			}
			if tt.want.Why = failed.Why; *failed != tt.want {
				t.Errorf("%+v, want %+v", *failed, tt.want)
			}
		})
	}
}

// The report is there whatever a backend prints beside it.
func TestForkReports(t *testing.T) {
	for _, name := range []string{"reports", "prints"} {
		report, err := act(t, t.Context(), name, time.Minute)
		if err != nil || report.Fork.Number != 3 || len(report.Rows) != 1 || report.Rows[0].Ops != 7 {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

// A fork that is interrupted is killed, and that is nobody's failure.
func TestForkInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if report, err := act(t, ctx, "hangs", time.Minute); !errors.Is(err, context.DeadlineExceeded) || report != nil {
		t.Errorf("%v, %v", report, err)
	}
}

// A program that does not serve forks is told so, and starts no forks as a fork.
func TestForkOfAnotherProgram(t *testing.T) {
	_, err := act(t, t.Context(), "is no fork", time.Minute)
	var failed *Failed
	if err == nil || errors.As(err, &failed) || !strings.HasSuffix(err.Error(), " does not measure when it is started as a fork: does its main function call bench.ServeFork first? its process ended without a word: usage: other [flags]") {
		t.Error(err)
	}
	if _, err := act(t, t.Context(), "forks", time.Minute); err == nil || err.Error() != "this process was started as a fork and did not serve: main must call bench.ServeFork first" {
		t.Error(err)
	}
}

func TestForkCantStart(t *testing.T) {
	_, err := Processes([]string{filepath.Join(t.TempDir(), "missing")})(t.Context(), Spec{Layout: 1})
	var failed *Failed
	if err == nil || errors.As(err, &failed) || !strings.HasPrefix(err.Error(), "a fork can't be started: ") {
		t.Errorf("%v", err)
	}
}

// Forks rotate through the binaries by their layout.
func TestForkLayouts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell")
	}
	var binaries []string
	for _, name := range []string{"one", "two", "three"} {
		file := filepath.Join(t.TempDir(), name)
		script := "#!/bin/sh\necho '{\"Failed\":{\"Cell\":0,\"Why\":\"" + name + "\"}}'\n"
		if err := os.WriteFile(file, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		binaries = append(binaries, file)
	}
	for layout, want := range map[int]string{1: "one", 2: "two", 3: "three", 4: "one"} {
		if _, err := Processes(binaries)(t.Context(), Spec{Layout: layout}); err == nil || err.Error() != want {
			t.Errorf("layout %d: %v, want %s", layout, err, want)
		}
	}
}

// Of what a process writes to its standard error the line that a crash begins with
// counts, however much stands before it, and else the first.
func TestWords(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"one\ntwo\n", "one"},
		{"no end", "no end"},
		{"\n\n  chatter  \n", "chatter"},
		{strings.Repeat("chatter\n", 1000) + "panic: torn\n\ngoroutine 1:\npanic: again\n", "panic: torn"},
		{"SIGSEGV: segmentation violation\n", "SIGSEGV: segmentation violation"},
		{strings.Repeat("x", 1000) + "\n", strings.Repeat("x", longestLine)},
		{strings.Repeat("x", 1000) + "\nfatal error: y", "fatal error: y"},
	} {
		for _, size := range []int{1, 7, 1 << 20} {
			w := &words{}
			if _, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{bytes.NewReader([]byte(tt.text))}, make([]byte, size)); err != nil {
				t.Fatal(err)
			}
			if got := w.last(); got != tt.want {
				t.Errorf("%.20q in pieces of %d: %.60q, want %.60q", tt.text, size, got, tt.want)
			}
		}
	}
}

// A fork that is told nothing that it understands says so.
func TestServeNonsense(t *testing.T) {
	var out, errs bytes.Buffer
	if status := serve(strings.NewReader("{"), &out, &errs); status != 2 || out.Len() > 0 || !strings.HasPrefix(errs.String(), "fork: reading what to measure: ") {
		t.Errorf("status %d, %q, %q", status, out.String(), errs.String())
	}
}

func TestCheckLayouts(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(commitVariable, "c0ffee")
	if err := CheckLayouts(t.Context(), []string{self, self}, "c0ffee"); err != nil {
		t.Error(err)
	}
	if err := CheckLayouts(t.Context(), nil, "c0ffee"); err != nil {
		t.Error(err)
	}
	err = CheckLayouts(t.Context(), []string{self}, "decade")
	if want := self + " is a build of another program: its commit: c0ffee, here: decade"; err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	for _, other := range []string{"is killed", "ends", "is torn"} {
		t.Setenv(actVariable, other)
		err = CheckLayouts(t.Context(), []string{self}, "c0ffee")
		if want := self + " is not a build of this program: it does not say what it is"; err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", other, err, want)
		}
	}
	t.Setenv(actVariable, "has another shape")
	if err = CheckLayouts(t.Context(), []string{self}, "c0ffee"); err == nil || !strings.Contains(err.Error(), ": its commit: none, here: c0ffee") {
		t.Error(err)
	}
}

// Binaries of another program than this one are asked too, and must be of one.
func TestAsk(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(commitVariable, "decade")
	p, err := Ask(t.Context(), []string{self, self})
	if err != nil || p.Commit != "decade" || p.Go != runtime.Version() || !slices.Contains(p.Backends, "rcu-classic") {
		t.Errorf("%+v, %v", p, err)
	}
	t.Setenv(actVariable, "ends")
	if _, err := Ask(t.Context(), []string{self}); err == nil || err.Error() != self+" is not a build of this program: it does not say what it is" {
		t.Error(err)
	}
}

func TestProgramDiffers(t *testing.T) {
	own := Program{Commit: "c0ffee", Go: "go1.26", Settings: []string{"GOARCH=amd64", "-pgo=true"}, Backends: []string{"a", "b"}}
	for _, tt := range []struct {
		change func(*Program)
		want   string
	}{
		{func(*Program) {}, ""},
		{func(b *Program) { b.Commit = "decade" }, "its commit: decade, here: c0ffee"},
		{func(b *Program) { b.Commit = "" }, "its commit: none, here: c0ffee"},
		{func(b *Program) { b.Go = "go1.25" }, "its compiler: go1.25, here: go1.26"},
		{func(b *Program) { b.Settings = []string{"GOARCH=amd64", "-pgo=false"} }, "its settings: -pgo=false, here: -pgo=true"},
		{func(b *Program) { b.Backends = []string{"a", "c"} }, "its backends: c, here: b"},
		{func(b *Program) { b.Backends = []string{"a"} }, "its backends: none, here: b"},
	} {
		b := own
		if tt.change(&b); b.differs(own) != tt.want {
			t.Errorf("%q, want %q", b.differs(own), tt.want)
		}
	}
}
