package cli

import (
	"strings"
	"testing"
)

func TestHelp(t *testing.T) {
	for name, args := range map[string][]string{
		"help.txt":       nil,
		"help-bench.txt": {"bench", "--help"},
		"help-list.txt":  {"list", "--help"},
		"help-table.txt": {"help", "table"},

		"help-torture.txt": {"torture", "--help"},
	} {
		c := newTrial(args...)
		if status := c.run(); status != 0 || c.stderr.Len() > 0 {
			t.Errorf("%v: status %d, %s", args, status, c.stderr.String())
		}
		golden(t, name, c.stdout.String())
	}
}

func TestList(t *testing.T) {
	c := newTrial("list")
	if status := c.run(); status != 0 || c.stderr.Len() > 0 {
		t.Errorf("status %d, %s", status, c.stderr.String())
	}
	golden(t, "list.txt", c.stdout.String())

	same := newTrial("list", "impls")
	if same.run(); same.stdout.String() != c.stdout.String() {
		t.Error("list and list impls differ")
	}
}

// The events depend on the machine, so only some lines are compared.
func TestListCounters(t *testing.T) {
	c := newTrial("list", "counters")
	if status := c.run(); status != 0 || c.stderr.Len() > 0 {
		t.Errorf("status %d, %s", status, c.stderr.String())
	}
	got := strings.Join(strings.Fields(c.stdout.String()), " ")
	for _, want := range []string{
		"event kind here what it counts",
		" cycles hardware no (1) ",
		" page-faults software yes ",
		"(1) buy a machine that has it (no such event)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, c.stdout.String())
		}
	}
}

func TestDryRun(t *testing.T) {
	for name, args := range map[string]string{
		"dry-run.txt":         "bench --dry-run",
		"dry-run-choices.txt": "bench --dry-run --impl rcu-*,unsync --structure hash --size 1k --buckets 64 --updates 1% --replace --threads 1,4 --pin none --reclaim call --counters none --count 2 -o out.txt",
	} {
		c := newTrial(strings.Fields(args)...)
		if status := c.run(); status != 0 || c.stderr.Len() > 0 {
			t.Errorf("%s: status %d, %s", args, status, c.stderr.String())
		}
		if c.measure.calls > 0 {
			t.Errorf("%s: measured", args)
		}
		// How much memory and time it takes is the driver's estimate.
		text, estimate, ok := strings.Cut(c.stdout.String(), "memory ")
		if !ok || strings.Count(estimate, "\n") != 2 || !strings.Contains(estimate, "time        about ") {
			t.Errorf("%s: estimate %q", args, estimate)
		}
		golden(t, name, text)
	}
}
