package cli

import (
	"slices"
	"strings"
	"testing"

	"readmostly/internal/topo"
	"readmostly/workloads"
)

// Each workload about letting go has its rows, the ways to let go by name, and
// its table.
func TestLettingGo(t *testing.T) {
	for _, test := range []struct {
		workload string
		rows     int
		names    []string
	}{
		// rwlock has no choice, rcu-alpha two ways and rcu-beta one.
		{"flood", 1 + 2 + 1, []string{
			"BenchmarkFlood/impl=rwlock/structure=hash/size=1k-2",
			"BenchmarkFlood/impl=rcu-alpha/structure=hash/size=1k/reclaim=call-2",
		}},
		{"stall", 1 + 1 + 1, []string{"BenchmarkStall/impl=rcu-alpha/structure=hash/size=1k/reclaim=sync-2"}},
		{"teardown", 1 + 2 + 1, []string{"BenchmarkTeardown/impl=rcu-beta/structure=hash/size=1k/reclaim=sync-2"}},
	} {
		t.Run(test.workload, func(t *testing.T) {
			c := newTrial("bench", "--workload", test.workload, "--count", "1")
			if status := c.run(); status != 0 {
				t.Fatalf("status %d: %s", status, c.stderr.String())
			}
			golden(t, test.workload+"-stderr.txt", c.stderr.String())
			var rows []string
			for line := range strings.Lines(c.stdout.String()) {
				if strings.HasPrefix(line, "Benchmark") {
					rows = append(rows, line)
				}
			}
			slices.Sort(rows) // their order is the schedule's
			golden(t, test.workload+"-rows.txt", strings.Join(rows, ""))
			if f := read(t, c.stdout.String()); len(f.Rows) != test.rows {
				t.Errorf("%d rows, want %d", len(f.Rows), test.rows)
			}
			for _, name := range test.names {
				if strings.Count(c.stdout.String(), name+" ") != 1 {
					t.Errorf("no row %s", name)
				}
			}
		})
	}
}

func TestReclaims(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"--impl rcu-*,rwlock --updates 1%", "rcu-alpha rcu-beta rwlock"},
		{"--impl rcu-*,rwlock --updates 1% --reclaim all", "rcu-alpha/call rcu-alpha/sync rcu-beta/sync rwlock"},
		{"--impl rcu-* --updates 1% --reclaim call", "rcu-alpha/call"},
		{"--impl rwlock --updates 1% --reclaim all", "rwlock"},
		{"--impl rcu-* --workload flood --reclaim call,sync", "rcu-alpha/call rcu-alpha/sync rcu-beta/sync"},
		{"--impl rcu-* --workload stall", "rcu-alpha/sync rcu-beta/sync"},
		{"--impl rcu-* --workload stall --reclaim all", "rcu-alpha/call rcu-alpha/sync rcu-beta/sync"},
		{"--impl rwlock --workload teardown", "rwlock"},
	} {
		c := newTrial(append(strings.Fields("bench --size 16 --structure hash --threads 2 --count 1"), strings.Fields(test.args)...)...)
		if status := c.run(); status != 0 {
			t.Errorf("%s: status %d, %s", test.args, status, c.stderr.String())
		}
		var got []string
		for _, row := range read(t, c.stdout.String()).Rows {
			name := row.Impl
			if row.Reclaim != "" {
				name += "/" + row.Reclaim
			}
			got = append(got, name)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %s, want %s", test.args, got, test.want)
		}
	}
}

func TestThreadsFor(t *testing.T) {
	for _, test := range []struct {
		machine topo.Machine
		want    []int
	}{
		{machineOf(1, 1), []int{2}},
		{machineOf(2, 1), []int{2}},
		{machineOf(6, 2), []int{2, 6}},
	} {
		if got := threadsFor(workloads.Stall, test.machine); !slices.Equal(got, test.want) {
			t.Errorf("%d CPUs: %v, want %v", len(test.machine.CPUs), got, test.want)
		}
	}
}
