package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readmostly/internal/topo"
)

// resumable is a run whose rows have the same figures each time, so that whole
// files can be compared.
const resumable = "bench --structure hash --size 16 --updates 0%,10% --impl rwlock,rcu-alpha,unsync --count 2"

const resumableRows = (3 + 2) * 2 * 2

// whole runs the command without a break and returns the file.
func whole(t *testing.T, command string) []byte {
	t.Helper()
	c := newTrial(strings.Fields(command)...)
	if status := c.run(); status != 0 {
		t.Fatalf("status %d after %d windows: %s", status, c.measure.calls, c.stderr.String())
	}
	return c.stdout.Bytes()
}

// A resumed is a run that went on with a file.
type resumed struct {
	*trial
	status int
	file   []byte // what it holds then
}

// resume runs the command with --resume on a file that holds data.
func resume(t *testing.T, data []byte, command string, prepare ...func(*trial)) resumed {
	t.Helper()
	name := filepath.Join(t.TempDir(), "out.txt")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	c := newTrial(append(strings.Fields(command), "-o", name, "--resume")...)
	for _, p := range prepare {
		p(c)
	}
	status := c.run()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []*bytes.Buffer{&c.stdout, &c.stderr} {
		said := strings.ReplaceAll(text.String(), name, "out.txt")
		text.Reset()
		text.WriteString(said)
	}
	return resumed{c, status, file}
}

// Wherever a file was cut, the run that goes on with it makes it what it would
// have been, and measures no more than it must.
func TestResumeAnyCut(t *testing.T) {
	const command = resumable + " --quiet"
	want := whole(t, command)
	const stride = 11 // prime to the lengths of lines
	for n := 0; n < len(want); n += stride {
		c := resume(t, want[:n], command)
		if c.status != 0 || c.stderr.Len() > 0 {
			t.Fatalf("cut at %d: status %d: %s", n, c.status, c.stderr.String())
		}
		rows := bytes.Count(want[:bytes.LastIndexByte(want[:n], '\n')+1], []byte("\nBenchmark"))
		if c.measure.calls != resumableRows-rows {
			t.Fatalf("cut at %d, behind row %d: measured %d windows", n, rows, c.measure.calls)
		}
		if !bytes.Equal(c.file, want) {
			t.Fatalf("cut at %d: the file became\n%s", n, c.file)
		}
	}
}

// The tables that end a run show what was there as well as what was measured.
func TestResumeShowsAll(t *testing.T) {
	want := whole(t, resumable)
	uninterrupted := newTrial(strings.Fields(resumable)...)
	uninterrupted.run()
	table := uninterrupted.stderr.String()
	for _, test := range []struct {
		data []byte
		note string
	}{
		{want, "note: out.txt is complete: it holds all 20 windows\n"},
		{want[:len(want)-5], "note: out.txt holds 19 of 20 windows: the rest is measured\n"},
		{want[:bytes.Index(want, []byte("\nBench"))], ""},
	} {
		c := resume(t, test.data, resumable)
		left, notes, _ := strings.Cut(table, "\n") // what is left out comes before the notes
		if got := c.stderr.String(); c.status != 0 || got != left+"\n"+test.note+notes {
			t.Errorf("status %d, %s", c.status, got)
		}
		if !bytes.Equal(c.file, want) {
			t.Errorf("%s: the file became\n%s", test.note, c.file)
		}
	}
}

// A run that was interrupted while it went on with a file can be gone on with.
func TestResumeInterrupted(t *testing.T) {
	want := whole(t, resumable)
	c := resume(t, want[:bytes.LastIndex(want, []byte("\nBench"))-3], resumable, func(c *trial) {
		ctx, cancel := context.WithCancel(context.Background())
		c.ctx = ctx
		c.measure.before = func(call int) error {
			if call == 2 {
				cancel()
			}
			return nil
		}
	})
	if end := "readmostly: interrupted (after 19 of 20 windows, which are kept)\n"; c.status != 130 || !strings.HasSuffix(c.stderr.String(), end) {
		t.Errorf("status %d, %s", c.status, c.stderr.String())
	}
	if c := resume(t, c.file, resumable); c.status != 0 || c.measure.calls != 1 || !bytes.Equal(c.file, want) {
		t.Errorf("status %d after %d windows, and the file became\n%s", c.status, c.measure.calls, c.file)
	}
}

func TestResumeWithoutFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out.txt")
	c := newTrial(append(strings.Fields(resumable), "--resume", "-o", name)...)
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, whole(t, resumable)) {
		t.Errorf("%v, the file holds\n%s", err, got)
	}
}

// Without --resume a file is overwritten.
func TestWithoutResume(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out.txt")
	want := whole(t, resumable)
	if err := os.WriteFile(name, want, 0o644); err != nil {
		t.Fatal(err)
	}
	c := newTrial(append(strings.Fields(resumable), "-o", name)...)
	if status := c.run(); status != 0 || c.measure.calls != resumableRows {
		t.Errorf("status %d after %d windows", status, c.measure.calls)
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v, the file holds\n%s", err, got)
	}
}

// The dry run says what would be measured and writes nothing.
func TestResumeDryRun(t *testing.T) {
	data := whole(t, resumable)
	data = data[:len(data)-5]
	c := resume(t, data, resumable+" --dry-run")
	if c.status != 0 || !bytes.Equal(c.file, data) || c.measure.calls > 0 {
		t.Errorf("status %d after %d windows: %s", c.status, c.measure.calls, c.stderr.String())
	}
	if want := "note        out.txt holds 19 of 20 windows: the rest is measured\n"; !strings.Contains(c.stdout.String(), want) {
		t.Errorf("no %q in\n%s", want, c.stdout.String())
	}
}

// A file that this run would not have written is left as it is, and one line
// says what differs and what would be right.
func TestResumeRefuses(t *testing.T) {
	own := string(whole(t, resumable))
	cut := own[:len(own)-5]
	kernel := func(c *trial) {
		c.app.machine = func() (topo.Machine, error) {
			m := machineOf(2, 1)
			m.Kernel, m.Governor = "6.2", "performance"
			return m, nil
		}
	}
	first := own[strings.Index(own, "\nBench")+1:]
	first = first[:strings.Index(first, "\n")+1]
	var refusals strings.Builder
	for _, test := range []struct {
		about   string
		data    string
		command string
		prepare []func(*trial)
	}{
		{"another seed", cut, resumable + " --seed 2", nil},
		{"another command, complete", own, resumable + " --quiet", nil},
		{"another machine", cut, resumable, []func(*trial){kernel}},
		{"another commit", strings.Replace(cut, "commit: c0ffee", "commit: decade", 1), resumable, nil},
		{"a row of another plan", strings.ReplaceAll(cut, "impl=unsync", "impl=sync"), resumable, nil},
		{"a row too many", own + first + first, resumable, nil},
		{"no rows and another seed", own[:strings.Index(own, "\nBench")], resumable + " --seed 2", nil},
		{"a header without its seed", strings.Replace(own, "\nseed: 1\n", "\n", 1), resumable, nil},
		{"no results", "precious\n", resumable, nil},
		{"other results", "BenchmarkMap-8 100 12 ns/op\n", resumable, nil},
		{"other results among ours", strings.Replace(own, first, "BenchmarkMap-8 100 12 ns/op\n", 1), resumable, nil},
		{"a broken line", strings.Replace(own, first, "BenchmarkHash/impl=unsync/size=16/updates=0%-1 many\n", 1), resumable, nil},
	} {
		c := resume(t, []byte(test.data), test.command, test.prepare...)
		if c.status != 2 || c.measure.calls > 0 || c.stdout.Len() > 0 {
			t.Errorf("%s: status %d, %d windows measured, stdout %q", test.about, c.status, c.measure.calls, c.stdout.String())
		}
		if string(c.file) != test.data {
			t.Errorf("%s: the file became\n%s", test.about, c.file)
		}
		if n := strings.Count(c.stderr.String(), "\n"); n != 1 {
			t.Errorf("%s: %d lines: %s", test.about, n, c.stderr.String())
		}
		refusals.WriteString(test.about + "\n  " + c.stderr.String())
	}
	golden(t, "resume-refuses.txt", refusals.String())
}

func TestResumeNamesNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("folder", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ args, want string }{
		{"--resume", "--resume: no file to go on with: name it with -o"},
		{"--resume -o folder", "--resume: folder is no regular file: name the one that the interrupted run wrote"},
		{"--resume -o folder/out.txt/x", ""},
	} {
		c := newTrial(append(strings.Fields(resumable), strings.Fields(test.args)...)...)
		if status := c.run(); status != 2 || c.measure.calls > 0 {
			t.Errorf("%s: status %d after %d windows", test.args, status, c.measure.calls)
		}
		if got := c.stderr.String(); test.want != "" && got != "readmostly: "+test.want+"\n" {
			t.Errorf("%s: %s", test.args, got)
		}
	}
}
