package cli

import (
	"slices"
	"strings"
	"testing"

	"readmostly/internal/topo"
	"readmostly/workloads"
)

// Each scenario about reclamation has its rows, the ways to reclaim by name, and
// its table.
func TestScenarios(t *testing.T) {
	for _, test := range []struct {
		scenario string
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
		t.Run(test.scenario, func(t *testing.T) {
			c := newTrial("bench", "--scenario", test.scenario, "--forks", "1")
			if status := c.run(); status != 0 {
				t.Fatalf("status %d: %s", status, c.stderr.String())
			}
			golden(t, test.scenario+"-rows.txt", strings.Join(rowsOf(c.stdout.String()), ""))
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

// Readers and updaters are timed apart: each number of updaters has a table, in
// which the baseline's updaters rest.
func TestApart(t *testing.T) {
	c := newTrial("bench", "--scenario", "apart", "--structure", "hash", "--threads", "2,3", "--updaters", "1,2", "--replace", "--forks", "1")
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	golden(t, "apart-rows.txt", strings.Join(rowsOf(c.stdout.String()), ""))
	const name, cells = "/structure=hash/size=1k/updaters=", 6
	for _, want := range []string{"rwlock" + name + "1/mode=replace-2", "rwlock" + name + "2/mode=replace-3", "unsync" + name + "1/mode=replace/reads=only-3"} {
		if strings.Count(c.stdout.String(), "BenchmarkApart/impl="+want+" ") != 1 {
			t.Errorf("no row of %s", want)
		}
	}
	if f := read(t, c.stdout.String()); len(f.Rows) != 3*cells {
		t.Errorf("%d rows, want %d: of 1 updater of 2 and of 3 threads, and of 2 updaters of 3", len(f.Rows), 3*cells)
	}
	for _, want := range []string{
		"apart: hash of 1k, 1 updater (copy-updates)\n", "apart: hash of 1k, 2 updaters (copy-updates)\n", "ns/lookup @2", " ns/update",
		"left out: 2 of 2 threads update: want at least 1 that does, and 1 that reads",
	} {
		if !strings.Contains(c.stderr.String(), want) {
			t.Errorf("no word of %q in\n%s", want, c.stderr.String())
		}
	}
}

// Each table has one of chained lookups beside it, where that can be, and both
// stand in one file.
func TestChained(t *testing.T) {
	c := newTrial("bench", "--impl", "rwlock", "--size", "16", "--structure", "list", "--threads", "2", "--updates", "0%,1%", "--chained", "--forks", "1")
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	for _, name := range []string{
		"BenchmarkList/impl=rwlock/size=16/updates=0%-2",
		"BenchmarkList/impl=rwlock/size=16/updates=0%/lookups=chained-2",
		"BenchmarkList/impl=rwlock/size=16/updates=1%-2",
	} {
		if strings.Count(c.stdout.String(), name+" ") != 1 {
			t.Errorf("no row %s", name)
		}
	}
	if strings.Contains(c.stdout.String(), "updates=1%/lookups=chained") {
		t.Error("lookups are chained that can miss")
	}
	for _, want := range []string{
		"note: left out: chained lookups, 1% inserts and deletes: ", "read-only, chained",
		"lookups are independent of each other", "chained: each lookup's address depends on the element",
	} {
		if !strings.Contains(strings.ReplaceAll(c.stderr.String(), "\n  ", " "), want) {
			t.Errorf("no word of %q in\n%s", want, c.stderr.String())
		}
	}
}

// Single operations are timed in tables of their own, which compare no means.
func TestLatency(t *testing.T) {
	for _, test := range []struct{ args, name string }{
		{"--updates 10%", "Hash/impl=rwlock/size=1k/updates=10%/latency=on-2"},
		{"--scenario apart", "Apart/impl=rwlock/structure=hash/size=1k/updaters=1/latency=on-2"},
		{"--scenario stall", "Stall/impl=rwlock/structure=hash/size=1k/latency=on-2"},
	} {
		c := newTrial(append(strings.Fields("bench --latency --impl rwlock --structure hash --threads 2 --forks 1"), strings.Fields(test.args)...)...)
		if status := c.run(); status != 0 {
			t.Errorf("%s: status %d, %s", test.args, status, c.stderr.String())
			continue
		}
		rows := read(t, c.stdout.String()).Rows
		if last := rows[len(rows)-1]; last.Name() != test.name {
			t.Errorf("%s: row %s, want %s", test.args, last.Name(), test.name)
		}
		for _, want := range []string{"single operations", "lookup p99.9", "update p99.99"} {
			if !strings.Contains(c.stderr.String(), want) {
				t.Errorf("%s: no word of %q in\n%s", test.args, want, c.stderr.String())
			}
		}
	}
}

// Each number of lookups per section has a table, without the backends that have no
// such section, but with what they are compared with.
func TestSections(t *testing.T) {
	c := newTrial("bench", "--impl", "rcu-*,rwlock,noop", "--structure", "hash", "--threads", "2", "--updates", "1%", "--section", "1,16", "--forks", "1")
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	var got []string
	for _, row := range read(t, c.stdout.String()).Rows {
		name := strings.TrimPrefix(row.Name(), "Hash/impl=")
		got = append(got, strings.Replace(name, "/size=1k/updates=1%", "", 1))
	}
	slices.Sort(got)
	want := "noop-2 noop/section=16-2 rcu-alpha-2 rcu-alpha/section=16-2 rcu-beta-2 rwlock-2 " +
		"unsync-control/reads=only-2 unsync-control/section=16/reads=only-2 unsync/reads=only-2 unsync/section=16/reads=only-2"
	if strings.Join(got, " ") != want {
		t.Errorf("rows\n%s, want\n%s", strings.Join(got, " "), want)
	}
	for _, want := range []string{
		"left out: rwlock has no section that covers several lookups: it runs with --section 1 only", "sections of 16",
		"sections of N: one read-side critical section covers up to N lookups in a row",
	} {
		if !strings.Contains(strings.ReplaceAll(c.stderr.String(), "\n  ", " "), want) {
			t.Errorf("no word of %q in\n%s", want, c.stderr.String())
		}
	}
	for _, spec := range c.forks.specs {
		if n := spec.Table.Workload.Section; n != 0 && n != 16 {
			t.Errorf("a fork measures sections of %d", n)
		}
	}
}

func TestReclaims(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"--impl rcu-*,rwlock --updates 1%", "rcu-alpha rcu-beta rwlock"},
		{"--impl rcu-*,rwlock --updates 1% --reclaim all", "rcu-alpha/call rcu-alpha/sync rcu-beta/sync rwlock"},
		{"--impl rcu-* --updates 1% --reclaim call", "rcu-alpha/call"},
		{"--impl rwlock --updates 1% --reclaim all", "rwlock"},
		{"--impl rcu-* --scenario flood --reclaim call,sync", "rcu-alpha/call rcu-alpha/sync rcu-beta/sync"},
		{"--impl rcu-*,rwlock --scenario apart", "rcu-alpha rcu-beta rwlock"},
		{"--impl rcu-*,rwlock --scenario apart --reclaim call", "rcu-alpha/call rwlock"},
		{"--impl rcu-* --scenario stall", "rcu-alpha/sync rcu-beta/sync"},
		{"--impl rcu-* --scenario stall --reclaim all", "rcu-alpha/call rcu-alpha/sync rcu-beta/sync"},
		{"--impl rwlock --scenario teardown", "rwlock"},
	} {
		c := newTrial(append(strings.Fields("bench --size 16 --structure hash --threads 2 --forks 1"), strings.Fields(test.args)...)...)
		if status := c.run(); status != 0 {
			t.Errorf("%s: status %d, %s", test.args, status, c.stderr.String())
		}
		var got []string
		for _, row := range read(t, c.stdout.String()).Rows {
			if !strings.HasPrefix(row.Impl, "unsync") {
				got = append(got, row.Backend())
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %s, want %s", test.args, got, test.want)
		}
	}
}

func TestThreadsOfScenarios(t *testing.T) {
	for _, test := range []struct {
		machine topo.Machine
		want    []int
	}{
		{machineOf(1, 1), []int{2}},
		{machineOf(2, 1), []int{2}},
		{machineOf(6, 2), []int{2, 6}},
	} {
		s := &settings{machine: test.machine, flags: benchFlags{scene: workloads.Stall}}
		if got := s.defaultThreads(); !slices.Equal(got, test.want) {
			t.Errorf("%d CPUs: %v, want %v", len(test.machine.CPUs), got, test.want)
		}
	}
}
