package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"readmostly/bench"
	"readmostly/internal/topo"
)

// resumable is a run whose rows have the same figures each time, so that whole
// files can be compared.
const resumable = "bench --structure hash --size 16 --updates 0%,10% --impl rwlock,rcu-alpha,unsync --forks 2"

const (
	resumableForks = 2 * 2 * 2
	resumableRows  = 4 * resumableForks
)

// whole runs the command without a break and returns the file.
func whole(t *testing.T, command string) []byte {
	t.Helper()
	c := newTrial(strings.Fields(command)...)
	if status := c.run(); status != 0 {
		t.Fatalf("status %d after %d forks: %s", status, len(c.forks.specs), c.stderr.String())
	}
	return c.stdout.Bytes()
}

// linesOf returns a file's lines but for those of forks, sorted, as the order of
// forks is drawn anew when a run goes on.
func linesOf(file []byte) (lines []string) {
	for line := range strings.Lines(string(file)) {
		if !strings.HasPrefix(line, "# fork=") {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
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

// Rows of readers beside updaters are kept as others are.
func TestResumeApart(t *testing.T) {
	const command = "bench --scenario apart --structure hash --size 16 --threads 3 --updaters 1,2 --impl rwlock,rcu-alpha --forks 2"
	want := whole(t, command)
	cut := bytes.LastIndex(want, []byte("\n# fork="))
	r := resume(t, want[:cut+1], command)
	if r.status != 0 || len(r.forks.specs) != 1 {
		t.Fatalf("status %d, %d forks measured: %s", r.status, len(r.forks.specs), r.stderr.String())
	}
	if got := linesOf(r.file); !slices.Equal(got, linesOf(want)) {
		t.Errorf("the run that went on has\n%s", r.file)
	}
}

// Wherever a file was cut, the run that goes on with it makes it what it would
// have been: each cell has its rows, none is lost, none is measured once more.
func TestResumeAnyCut(t *testing.T) {
	const command = resumable + " --quiet"
	file := whole(t, command)
	want := linesOf(file)
	stride := 11 // prime to the lengths of lines
	if testing.Short() {
		stride = 101
	}
	for n := 0; n < len(file); n += stride {
		c := resume(t, file[:n], command)
		if c.status != 0 || c.stderr.Len() > 0 {
			t.Fatalf("cut at %d: status %d: %s", n, c.status, c.stderr.String())
		}
		left := file[:bytes.LastIndexByte(file[:n], '\n')+1]
		kept := left
		if note := bytes.LastIndexByte(bytes.TrimSuffix(kept, []byte("\n")), '\n') + 1; bytes.HasPrefix(kept[note:], []byte("# fork=")) {
			kept = kept[:note] // a note without rows is written again, with the time that its fork takes now
		}
		if begun := bytes.Index(file, []byte("# fork=")); n >= begun && !bytes.HasPrefix(c.file, kept) {
			t.Fatalf("cut at %d: what was there is not", n)
		}
		forks := bytes.Count(left, []byte("\n# fork="))
		// A fork that was cut is measured again, for the rows that it lacks.
		if again := len(c.forks.specs) - (resumableForks - forks); again < 0 || again > 1 {
			t.Fatalf("cut at %d, in fork %d: measured %d forks", n, forks, len(c.forks.specs))
		}
		if !slices.Equal(linesOf(c.file), want) {
			t.Fatalf("cut at %d: the file became\n%s", n, c.file)
		}
		if f := read(t, string(c.file)); len(f.Rows) != resumableRows {
			t.Fatalf("cut at %d: %d rows", n, len(f.Rows))
		}
	}
}

// The tables that end a run show what was there as well as what was measured.
func TestResumeShowsAll(t *testing.T) {
	file := whole(t, resumable)
	uninterrupted := newTrial(strings.Fields(resumable)...)
	uninterrupted.run()
	table := uninterrupted.stderr.String()
	last := bytes.LastIndex(file, []byte("\n# fork="))
	for _, test := range []struct {
		data []byte
		note string
	}{
		{file, "note: out.txt holds 8 forks: the rest is measured\n"},
		{file[:last+1], "note: out.txt holds 7 forks: the rest is measured\n"},
		{file[:bytes.Index(file, []byte("\n# fork="))], ""},
	} {
		c := resume(t, test.data, resumable)
		if got := c.stderr.String(); c.status != 0 || got != test.note+table {
			t.Errorf("status %d, %s\nwant %s", c.status, got, test.note+table)
		}
		if !slices.Equal(linesOf(c.file), linesOf(file)) {
			t.Errorf("%s: the file became\n%s", test.note, c.file)
		}
	}
}

// A run that was interrupted while it went on with a file can be gone on with.
func TestResumeInterrupted(t *testing.T) {
	file := whole(t, resumable)
	half := bytes.Index(file, []byte("\n# fork=4 ")) + 1
	c := resume(t, file[:half], resumable, func(c *trial) {
		ctx, cancel := context.WithCancel(context.Background())
		c.ctx = ctx
		c.forks.before = func(call int, _ bench.Spec) error {
			if call == 2 {
				cancel()
			}
			return nil
		}
	})
	if end := "readmostly: interrupted (after 4 forks, which are kept)\n"; c.status != 130 || !strings.HasSuffix(c.stderr.String(), end) {
		t.Errorf("status %d, %s", c.status, c.stderr.String())
	}
	if c := resume(t, c.file, resumable); c.status != 0 || len(c.forks.specs) != 4 || !slices.Equal(linesOf(c.file), linesOf(file)) {
		t.Errorf("status %d after %d forks, and the file became\n%s", c.status, len(c.forks.specs), c.file)
	}
}

// What has failed stays out, and the run that goes on fails as well.
func TestResumeFailures(t *testing.T) {
	c := newTrial(strings.Fields(resumable)...)
	c.forks.before = failing(map[string]string{"rwlock": "torn"})
	if status := c.run(); status != 1 {
		t.Fatalf("status %d", status)
	}
	file := c.stdout.Bytes()
	for _, data := range [][]byte{file, file[:bytes.LastIndex(file, []byte("\n# fork="))+1]} {
		c := resume(t, data, resumable)
		if c.status != 1 || !slices.Equal(linesOf(c.file), linesOf(file)) || !strings.Contains(c.stderr.String(), "\nreadmostly: rwlock failed: torn\n") {
			t.Errorf("status %d, %s, and the file became\n%s", c.status, c.stderr.String(), c.file)
		}
	}
}

// A run that looks at precision has nothing to do when it has reached it.
func TestResumeOfWhatIsKnown(t *testing.T) {
	const command = "bench --structure hash --size 16 --updates 0% --impl rwlock --threads 1"
	file := whole(t, command)
	if c := resume(t, file, command); c.status != 0 || len(c.forks.specs) > 0 || !bytes.Equal(c.file, file) {
		t.Errorf("status %d after %d forks", c.status, len(c.forks.specs))
	}
	half := file[:bytes.Index(file, []byte("\n# fork=5 "))+1]
	if c := resume(t, half, command); c.status != 0 || len(c.forks.specs) != 4 || !slices.Equal(linesOf(c.file), linesOf(file)) {
		t.Errorf("status %d after %d forks: %s", c.status, len(c.forks.specs), c.file)
	}
}

func TestResumeWithoutFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out.txt")
	c := newTrial(append(strings.Fields(resumable), "--resume", "-o", name)...)
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	if got, err := os.ReadFile(name); err != nil || !slices.Equal(linesOf(got), linesOf(whole(t, resumable))) {
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
	if status := c.run(); status != 0 || len(c.forks.specs) != resumableForks {
		t.Errorf("status %d after %d forks", status, len(c.forks.specs))
	}
	if got, err := os.ReadFile(name); err != nil || !slices.Equal(linesOf(got), linesOf(want)) {
		t.Errorf("%v, the file holds\n%s", err, got)
	}
}

// The dry run says what would be measured and writes nothing.
func TestResumeDryRun(t *testing.T) {
	data := whole(t, resumable)
	data = data[:len(data)-5]
	c := resume(t, data, resumable+" --dry-run")
	if c.status != 0 || !bytes.Equal(c.file, data) || len(c.forks.specs) > 0 {
		t.Errorf("status %d after %d forks: %s", c.status, len(c.forks.specs), c.stderr.String())
	}
	if want := "note        out.txt holds 8 forks: the rest is measured\n"; !strings.Contains(c.stdout.String(), want) {
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
	limited := func(c *trial) {
		c.app.machine = func() (topo.Machine, error) {
			m := machineOf(2, 1)
			m.Quota, m.MemoryLimit = 1.5, 512<<20
			return m, nil
		}
	}
	collecting := func(c *trial) { c.app.goRuntime = func() string { return "GOGC=50 GOMEMLIMIT=off GOMAXPROCS=2" } }
	racing := func(c *trial) {
		c.app.build = func() []string { return []string{"-pgo=false", "-race=true", "CGO_ENABLED=1", "GOAMD64=v1"} }
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
		{"other limits", cut, resumable, []func(*trial){limited}},
		{"another setting of the runtime", cut, resumable, []func(*trial){collecting}},
		{"another build", cut, resumable, []func(*trial){racing}},
		{"another commit", strings.Replace(cut, "commit: c0ffee", "commit: decade", 1), resumable, nil},
		{"a row of another plan", strings.ReplaceAll(cut, "impl=rwlock", "impl=lock"), resumable, nil},
		{"no rows and another seed", own[:strings.Index(own, "\nBench")], resumable + " --seed 2", nil},
		{"a header without its seed", strings.Replace(own, "\nseed: 1\n", "\n", 1), resumable, nil},
		{"no results", "precious\n", resumable, nil},
		{"other results", "BenchmarkMap-8 100 12 ns/op\n", resumable, nil},
		{"other results among ours", strings.Replace(own, first, "BenchmarkMap-8 100 12 ns/op\n", 1), resumable, nil},
		{"a broken line", strings.Replace(own, first, "BenchmarkHash/impl=rwlock/size=16/updates=0%-1 many\n", 1), resumable, nil},
	} {
		c := resume(t, []byte(test.data), test.command, test.prepare...)
		if c.status != 2 || len(c.forks.specs) > 0 || c.stdout.Len() > 0 {
			t.Errorf("%s: status %d, %d forks measured, stdout %q", test.about, c.status, len(c.forks.specs), c.stdout.String())
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
		if status := c.run(); status != 2 || len(c.forks.specs) > 0 {
			t.Errorf("%s: status %d after %d forks", test.args, status, len(c.forks.specs))
		}
		if got := c.stderr.String(); test.want != "" && got != "readmostly: "+test.want+"\n" {
			t.Errorf("%s: %s", test.args, got)
		}
	}
}
