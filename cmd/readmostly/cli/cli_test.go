package cli

import (
	"strings"
	"testing"

	"readmostly/internal/topo"
	"readmostly/internal/topo/topotest"
)

func TestHelp(t *testing.T) {
	for name, args := range map[string][]string{
		"help.txt":        nil,
		"help-advise.txt": {"advise", "--help"},
		"help-bench.txt":  {"bench", "--help"},
		"help-list.txt":   {"list", "--help"},
		"help-table.txt":  {"help", "table"},
		"help-report.txt": {"report", "--help"},

		"help-torture.txt": {"torture", "--help"},
		"help-compare.txt": {"compare", "--help"},
		"help-doctor.txt":  {"doctor", "--help"},
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

func TestListSpace(t *testing.T) {
	c := newTrial("list", "space")
	if status := c.run(); status != 0 || c.stderr.Len() > 0 {
		t.Errorf("status %d, %s", status, c.stderr.String())
	}
	golden(t, "list-space.txt", c.stdout.String())
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

// The plan of a run, on machines of many kinds, and the time that it takes.
func TestDryRun(t *testing.T) {
	small := machineOf(2, 1)
	desktop := topotest.Shape{CoresPerPackage: 16, ThreadsPerCore: 2, CoresPerCache: 8}.Machine()
	server := topotest.Shape{CoresPerPackage: 64, ThreadsPerCore: 2, CoresPerCache: 8, NodesPerPackage: 4}.Machine()
	sockets := topotest.Shape{Packages: 2, CoresPerPackage: 96, ThreadsPerCore: 2, CoresPerCache: 8}.Machine()
	for _, test := range []struct {
		name    string
		machine topo.Machine
		args    string
	}{
		{"dry-run", small, "bench --dry-run"},
		{"dry-run-choices", small, "bench --dry-run --impl rcu-*,unsync --structure hash --size 1k --buckets 64 --updates 1% --replace --threads 1,4 --pin none --reclaim call --counters none --forks 2 -o out.txt"},
		{"dry-run-apart", small, "bench --dry-run --scenario apart --updaters 1,2 --threads 2,4 --replace"},
		{"dry-run-stall", small, "bench --dry-run --scenario stall"},
		{"dry-run-retain", small, "bench --dry-run --impl rcu-alpha --structure hash --updates 0%,1% --threads 2 --retain 64,512"},
		{"dry-run-section", small, "bench --dry-run --impl rcu-*,unsync,noop --structure hash --updates 0%,1% --threads 2 --section 1,16"},
		{"dry-run-short", small, "bench --dry-run --budget 1s"},
		{"dry-run-16", desktop, "bench --dry-run"},
		{"dry-run-64", server, "bench --dry-run"},
		{"dry-run-2x96", sockets, "bench --dry-run"},
	} {
		c := newTrial(strings.Fields(test.args)...)
		c.app.machine = func() (topo.Machine, error) { return test.machine, nil }
		c.app.available = func() (uint64, bool) { return 16 << 30, true }
		if status := c.run(); status != 0 || c.stderr.Len() > 0 {
			t.Errorf("%s: status %d, %s", test.name, status, c.stderr.String())
		}
		if len(c.forks.specs) > 0 {
			t.Errorf("%s: measured", test.name)
		}
		golden(t, test.name+".txt", c.stdout.String())
	}
}

// What takes centuries is said without a negative time.
func TestDryRunOfCenturies(t *testing.T) {
	for _, args := range []string{
		"--budget 2000000h", "--duration 1h --window 1h --budget 2562047h", "--duration 1h --window 1h --forks 65536",
		"--scenario teardown --duration 1h --forks 65536",
	} {
		c := newTrial(append([]string{"bench", "--dry-run"}, strings.Fields(args)...)...)
		if status := c.run(); status != 0 {
			t.Errorf("%s: status %d: %s", args, status, c.stderr.String())
		}
		if _, said, ok := strings.Cut(c.stdout.String(), "\ntime "); !ok || strings.Contains(said, "-") {
			t.Errorf("%s: time %s", args, said)
		}
	}
}
