package history

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"readmostly/impls"
)

// Test surveys a backend with each of its ways to let go, and if it has sections of
// several lookups with these and the last of the ways, all but the default with a
// quarter of the histories, and logs the summaries. A violated
// history fails the test; the page that shows it stands in the test's artifact
// directory, which go test keeps with -artifacts. Tests that call it must not run
// in parallel with others, as it sets GOMAXPROCS. The function that it gives to a
// walk yields the processor now and then, as any function may.
func Test(t *testing.T, b impls.Backend, o Options) {
	t.Helper()
	if b.Caps.Floor {
		t.Skip("does no work")
	}
	survey(t, b, o)
	o.Count = max(o.Count/4, 1)
	for _, mode := range b.Reclaims[min(1, len(b.Reclaims)):] {
		o.Reclaim = mode
		survey(t, b, o)
	}
	if b.Caps.Section {
		o.Section = 8
		survey(t, b, o)
	}
}

func survey(t *testing.T, b impls.Backend, o Options) {
	t.Helper()
	s, err := Survey(b, o)
	t.Log(s)
	if s.Undecided > 0 {
		t.Errorf("%d histories are undecided: they show nothing", s.Undecided)
	}
	switch {
	case err == nil:
	case errors.Is(err, ErrTurns) && !o.Strict:
		t.Log(err)
	default:
		t.Error(err)
		show(t, err)
	}
}

// show writes the page of a failure.
func show(t *testing.T, err error) {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) || len(f.part) == 0 {
		return
	}
	path := filepath.Join(t.ArtifactDir(), "history.html")
	file, err := os.Create(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer file.Close()
	if err := f.Visualize(file); err != nil {
		t.Error(err)
	}
	t.Logf("shown in %s", path)
}
