//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two runs that write to one file would lose what one of them measures.
func TestBusyFile(t *testing.T) {
	half := whole(t, resumable)[:900]
	for _, more := range []string{"", " --resume"} {
		name := filepath.Join(t.TempDir(), "out.txt")
		if err := os.WriteFile(name, half, 0o644); err != nil {
			t.Fatal(err)
		}
		other, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := lock(other); err != nil {
			t.Fatal(err)
		}
		command := append(strings.Fields(resumable+more), "-o", name)
		c := newTrial(command...)
		if status := c.run(); status != statusUsage || len(c.forks.specs) > 0 {
			t.Errorf("%q: status %d, %d forks", more, status, len(c.forks.specs))
		}
		if got, want := c.stderr.String(), ": another run writes to it: wait for it, or name another file\n"; !strings.HasSuffix(got, want) {
			t.Errorf("%q: %q", more, got)
		}
		if now, err := os.ReadFile(name); err != nil || string(now) != string(half) {
			t.Errorf("%q: the file became %q, %v", more, now, err)
		}
		other.Close()
		if c := newTrial(command...); c.run() != 0 {
			t.Errorf("%q: after the other has ended: %s", more, c.stderr.String())
		}
	}
}

// What another run has added after the file was read is not cut off.
func TestFileThatGrew(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out.txt")
	if err := os.WriteFile(name, []byte("a\nb\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := &settings{found: 2}
	s.flags.resume = true
	s.kept.Whole = 2
	if _, err := s.openFile(name); err == nil || !strings.Contains(err.Error(), errBusy.Error()) {
		t.Errorf("error %v", err)
	}
	s.found = 4
	f, err := s.openFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if now, err := os.ReadFile(name); err != nil || string(now) != "a\n" {
		t.Errorf("the file became %q, %v", now, err)
	}
}
