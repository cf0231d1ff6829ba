package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"readmostly/bench"
)

// advisedBy is a file of several shares of updates and sizes.
func advisedBy(t *testing.T, name string) string {
	t.Helper()
	c := newTrial(strings.Fields("bench --structure hash --size 1k,16k --updates 0%,1%,10% --threads 1,2 --forks 8 --quiet")...)
	c.app.fork = func(ctx context.Context, s bench.Spec) (*bench.Report, error) {
		return scattered(ctx, s, &c.forks, nil)
	}
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, c.stdout.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// From a file, nothing is measured, and the winner is that of the file's table.
func TestAdvise(t *testing.T) {
	path := advisedBy(t, "results.txt")
	c := newTrial("advise", "--need", "delete", path)
	if status := c.run(); status != 0 || c.stderr.Len() > 0 || len(c.forks.specs) > 0 {
		t.Fatalf("status %d, %s, %d forks", status, c.stderr.String(), len(c.forks.specs))
	}
	golden(t, "advise.txt", strings.ReplaceAll(c.stdout.String(), path, "results.txt"))

	c = newTrial("advise", "--json", "--reads", "200k/s", "--writes", "5/min", path)
	status := c.run()
	var got struct {
		Winner  struct{ Backend string }
		Updates float64
		Load    struct {
			Reads  float64 `json:"reads_per_second"`
			Writes float64 `json:"writes_per_second"`
		}
	}
	if err := json.Unmarshal(c.stdout.Bytes(), &got); err != nil || status != 0 {
		t.Fatalf("status %d, %v: %s", status, err, c.stdout.String())
	}
	if got.Winner.Backend != "rwlock" || got.Load.Reads != 200e3 || got.Load.Writes != 0.0833333 || got.Updates != 4.16666e-7 {
		t.Errorf("%+v", got)
	}
}

// What nobody can do fails with one line, and without measuring for a minute.
func TestAdviseNobody(t *testing.T) {
	for _, args := range [][]string{{"advise", "--need", "bounded,sleep"}, {"advise", "--need", "bounded,sleep", advisedBy(t, "results.txt")}} {
		c := newTrial(args...)
		status := c.run()
		if got := c.stderr.String(); status != 1 || !strings.HasPrefix(got, "readmostly: none of 4 backends is an answer to: hash of 1k, 1% updates") ||
			strings.Count(got, "\n") != 1 || c.stdout.Len() > 0 || len(c.forks.specs) > 0 {
			t.Errorf("%v: status %d, %q", args, status, got)
		}
	}
}

// Without a file, the map is measured with neighbouring shares of updates.
func TestAdviseMeasures(t *testing.T) {
	for _, test := range []struct {
		args    string
		updates []float64
	}{
		{"--updates 1%", []float64{0, 0.01, 0.1}},
		{"--updates 0%", []float64{0, 0.01}},
		{"--updates 20% --threads 2 --buckets 64 --replace", []float64{0, 0.2, 1}},
		{"--updates 100%", []float64{0, 1}},
		{"--reads 200k/s --writes 5/min", []float64{0, 0.01}},
	} {
		out := filepath.Join(t.TempDir(), "out.txt")
		c := newTrial(append([]string{"advise", "--quiet", "-o", out}, strings.Fields(test.args)...)...)
		status := c.run()
		if status != 0 || c.stderr.Len() > 0 || !strings.Contains(c.stdout.String(), "(measured now):\n") {
			t.Errorf("%s: status %d, %s%s", test.args, status, c.stdout.String(), c.stderr.String())
		}
		var updates []float64
		for _, s := range c.forks.specs {
			w := s.Table.Workload
			if !slices.Contains(updates, w.Updates) {
				updates = append(updates, w.Updates)
			}
			if w.Size != 1024 || w.Threads != 2 || w.Structure != "hash" || w.Buckets != 0 && w.Buckets != 64 {
				t.Errorf("%s: %+v", test.args, w)
			}
		}
		slices.Sort(updates)
		if !slices.Equal(updates, test.updates) {
			t.Errorf("%s: %v, want %v", test.args, updates, test.updates)
		}
		kept, err := os.ReadFile(out)
		if f := read(t, string(kept)); err != nil || len(f.Rows) == 0 || f.Value("baseline") != "unsync" {
			t.Errorf("%s: kept %d rows, %v", test.args, len(f.Rows), err)
		}
	}
}

// A backend that fails is named, and the others are compared.
func TestAdviseOfTheOthers(t *testing.T) {
	c := newTrial("advise", "--quiet")
	c.forks.before = func(_ int, s bench.Spec) error {
		for i, cell := range s.Table.Cells {
			if cell.Impl == "rwlock" {
				return &bench.Failed{Cell: i, Why: "it hangs"}
			}
		}
		return nil
	}
	status := c.run()
	if got := c.stdout.String(); status != 0 || !strings.Contains(got, "Take ") || !strings.Contains(c.stderr.String(), "readmostly: rwlock failed: it hangs\n") {
		t.Errorf("status %d, %s%s", status, got, c.stderr.String())
	}
}

// An interrupted measurement is no answer.
func TestAdviseInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := newTrial("advise", "--quiet")
	c.ctx = ctx
	c.forks.before = func(call int, _ bench.Spec) error {
		if call == 2 {
			cancel()
		}
		return nil
	}
	if status := c.run(); status != statusInterrupted || c.stdout.Len() > 0 {
		t.Errorf("status %d, %s", status, c.stdout.String())
	}
}

// What differs in the machine or the settings is answered by itself.
func TestAdviseKeepsMachinesApart(t *testing.T) {
	first, second := advisedBy(t, "first.txt"), advisedBy(t, "second.txt")
	text, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(second, []byte(strings.Replace(string(text), "cpu: Example CPU", "cpu: Other CPU", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	c := newTrial("advise", first, second, measured(t, "list.txt", nil, "cpu: Example CPU", "cpu: Third CPU"))
	status := c.run()
	if got := c.stdout.String(); status != 0 || strings.Count(got, "Take rwlock") != 2 || !strings.Contains(got, "(cpu: Example CPU; placement: ") || !strings.Contains(got, "(cpu: Other CPU; placement: ") {
		t.Errorf("status %d, %s", status, got)
	}
	if got := c.stderr.String(); !strings.HasPrefix(got, "note: cpu: Third CPU; placement: CPU 0: hash of 1k, 1% updates, 1 thread was not measured") {
		t.Errorf("%s", got)
	}
	c = newTrial("advise", "--updates", "50%", first, second)
	if status := c.run(); status != 2 || c.stdout.Len() > 0 {
		t.Errorf("status %d, %s", status, c.stdout.String())
	}
}

func TestParseRate(t *testing.T) {
	for text, want := range map[string]float64{"200k/s": 200e3, "6/min": 0.1, "36/h": 0.01, "1.5M/s": 1.5e6, "2G/min": 2e9 / 60, "0/s": 0} {
		if got, err := parseRate(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "/s", "5/d", "-1/s", "NaN/s", "Inf/s", "1e300/s", "k/s", "5 /s", "5/s/s"} {
		if got, err := parseRate(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
