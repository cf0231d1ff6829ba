package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readmostly/internal/topo"
)

// Bad input gets one line that says what is wrong and what would be right, and
// leaves nothing behind.
func TestBadInput(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"benhc", `readmostly has no command "benhc"; it has advise, bench, compare, doctor, list, report, table, torture`},
		{"list backends", `readmostly list has no command "backends"; it has counters, impls, space`},
		{"list impls more", `readmostly list impls takes no argument "more", only flags: readmostly list impls --help lists them`},
		{"bench rcu-alpha", `readmostly bench takes no argument "rcu-alpha", only flags: readmostly bench --help lists them`},
		{"bench --siez 16", `unknown flag --siez; the nearest is --size, and readmostly bench --help lists all`},
		{"bench --size", `flag needs an argument: --size: readmostly bench --help lists the flags`},
		{"bench -x", `unknown shorthand flag: 'x' in -x: readmostly bench --help lists the flags`},
		{"bench --impl rcu-alhpa", `--impl: no backend is named "rcu-alhpa"; the nearest are rcu-alpha, rcu-beta, rwlock`},
		{"bench --impl rwlock,zzz-*", "--impl: no backend matches \"zzz-*\"; `readmostly list` shows all"},
		{"bench --impl [", `--impl: bad pattern "[": syntax error in pattern`},
		{"bench --structure tree", `--structure: "tree" is not a structure: want list or hash`},
		{"bench --size 0", `--size: "0" is not a number of elements: want 1 or more, such as 16, 1k or 1M`},
		{"bench --size 16,", `--size: "" is not a number of elements: want 1 or more, such as 16, 1k or 1M`},
		{"bench --size many", `--size: "many" is not a number of elements: want 1 or more, such as 16, 1k or 1M`},
		{"bench --buckets 3", `--buckets: "3" is not a number of chains: want a power of two up to 2G, such as 64 or 1k`},
		{"bench --updates 1", `--updates: "1" is not a percentage: want 0% to 100%, such as 1%`},
		{"bench --updates 101%", `--updates: "101%" is not a percentage: want 0% to 100%, such as 1%`},
		{"bench --threads 0", `--threads: "0" is not a number of threads: want 1 to 65536, such as 1,2,4`},
		{"bench --threads 2,x", `--threads: "x" is not a number of threads: want 1 to 65536, such as 1,2,4`},
		{"bench --duration 0", `--duration: 0 is too short: want more than 0, such as 100ms`},
		{"bench --duration -1s", `--duration: -1s is too short: want more than 0, such as 100ms`},
		{"bench --duration 5", `--duration: "5" is not a time: want a number with its unit, such as 100ms or 1s`},
		{"bench --duration 61m", `--duration: 61m is too long: want at most 1h0m0s, such as 100ms`},
		{"bench --duration 2000000h", `--duration: 2000000h is too long: want at most 1h0m0s, such as 100ms`},
		{"bench --window 0s", `--window: 0s is too short: want more than 0, such as 100ms`},
		{"bench --window 2h", `--window: 2h is too long: want at most 1h0m0s, such as 100ms`},
		{"bench --budget 0s", `--budget: 0s is too short: want more than 0, such as 100ms`},
		{"bench --precision 0%", `--precision: "0%" is not a precision: want more than 0%, such as 1%`},
		{"bench --precision 1", `--precision: "1" is not a precision: want more than 0%, such as 1%`},
		{"bench --forks 0", `--forks: "0" is not a number of forks: want 1 or more, such as 6`},
		{"bench --forks 65537", `--forks: 65537 forks are too many: want at most 65536, such as 6`},
		{"bench --forks 2 --budget 3m", `--forks: it stands in the place of --precision and --budget: leave one or the other out`},
		{"bench --forks 2 --precision 1%", `--forks: it stands in the place of --precision and --budget: leave one or the other out`},
		{"bench --chained --updates 1%,10%", `--chained: chained lookups, 10% inserts and deletes: a lookup that misses returns nothing that the next could depend on: want copy-updates, or 0% updates`},
		{"bench --latency --scenario flood", `--latency: a flood is about many operations: leave it out, or choose --scenario mix, apart or stall`},
		{"bench --latency --chained", `--latency: a time contains the wait for the lookup's own result already: leave --chained out`},
		{"bench --latency --section 16", `--latency: an operation that is timed has a section of its own: leave --section out`},
		{"bench --scenario flood --chained", `--chained: a flood is about updates: leave it out`},
		{"bench --size 1MiB", `--size: "1MiB" is an amount of memory: want a number of elements, such as 16, 1k or 1M`},
		{"bench --threads 10050", `--threads: 10050 are more than a process can have here: want at most 9000`},
		{"bench --threads 1,9001", `--threads: 9001 are more than a process can have here: want at most 9000`},
		{"bench --layouts no-such-*", `--layouts: no file matches "no-such-*": make layouts makes some`},
		{"bench --layouts .", `--layouts: . is not a program: want binaries that make layouts made`},
		{"bench --cpuprofile no-such-folder", `--cpuprofile: no-such-folder is not a folder: make it first`},
		{"bench --seed -1", `--seed: "-1" is not a number from 0 to 2^64-1`},
		{"bench --counters cycels", `--counters: `},
		{"bench --pin 7", `--pin: placement: CPU 7 is offline or not allowed to this process; it may use 0-1`},
		{"bench --pin here", `--pin: placement: `},
		{"bench --impl rcu-* --reclaim free", `--reclaim: no chosen backend reclaims by "free"; want call, sync`},
		{"bench --impl rwlock --reclaim sync", `--reclaim: none of the chosen backends has a choice: leave it out`},
		{"bench --impl rcu-alpha --retain 0", `--retain: "0" is not a number of elements: want 1 or more, such as 16, 1k or 1M`},
		{"bench --impl rcu-alpha --retain 1M", `--retain: 1048576 elements retained: want 1 to 65536, or 0 for each backend's own number`},
		{"bench --impl rwlock,rcu-beta --retain 64", `--retain: none of the chosen backends gathers what it retires: leave it out`},
		{"bench --impl rcu-alpha --updates 0% --retain 64", `--retain: lookups retire nothing: want --updates of more than 0%`},
		{"bench --scenario rain", `--scenario: "rain" is not a scenario: want mix, apart, flood, stall, teardown`},
		{"bench --scenario apart --updates 1%", `--updates: the updaters of scenario apart do nothing else: leave it out, and say with --updaters how many they are`},
		{"bench --scenario apart --chained --replace", `--chained: the readers of scenario apart don't wait: leave it out`},
		{"bench --scenario apart --updaters 0", `--updaters: "0" is not a number of updaters: want 1 to 65536, such as 1,2`},
		{"bench --scenario apart --updaters x", `--updaters: "x" is not a number of updaters: want 1 to 65536, such as 1,2`},
		{"bench --scenario apart --threads 1", `1 of 1 threads update: want at least 1 that does, and 1 that reads`},
		{"bench --scenario apart --threads 2 --updaters 2,3", `3 of 2 threads update: want at least 1 that does, and 1 that reads`},
		{"bench --updaters 1", `--updaters: in scenario mix no thread only updates: leave it out, or choose --scenario apart`},
		{"bench --scenario flood --updaters 1", `--updaters: in scenario flood no thread only updates: leave it out, or choose --scenario apart`},
		{"bench --impl rcu-alpha --section 0", `--section: "0" is not a number of lookups: want 1 or more, such as 1,16,64`},
		{"bench --impl rcu-alpha --section 1,x", `--section: "x" is not a number of lookups: want 1 or more, such as 1,16,64`},
		{"bench --impl rcu-alpha --section 5000", `--section: 5000 lookups per section: want 1 to 4096`},
		{"bench --impl rwlock,rcu-beta --section 1,16", `--section: none of the chosen backends has sections that cover several lookups: leave it out`},
		{"bench --impl rcu-alpha --updates 0% --section 16 --chained", `--chained: chained lookups, 16 per section: each has a section of its own: want 1 per section`},
		{"bench --scenario flood --impl rcu-alpha --section 16", `--section: 16 lookups per section: want a mix, as a flood is about updates`},
		{"bench --scenario flood --updates 1%", `--updates: a flood has updates of its own: leave it out`},
		{"bench --scenario stall --replace", `--replace: a stall has updates of its own: leave it out`},
		{"bench --scenario stall --threads 1", `1 thread: a stall takes at least 2, one that reads and one that updates`},
		{"bench --scenario flood --impl add-only", `nothing to measure: add-only can't delete, as a flood does`},
		{"bench --scenario flood --impl rwlock --reclaim sync", `--reclaim: none of the chosen backends has a choice: leave it out`},
		{"bench --impl add-only --updates 1%", `nothing to measure: add-only can't delete: it runs with --updates 0% only`},
		{"bench --size 1G --threads 1", `--size 1G takes `},
		{"torture --impl rcu-alhpa", `--impl: no backend is named "rcu-alhpa"; the nearest are rcu-alpha, rcu-beta, rwlock`},
		{"torture --impl noop", `nothing to torture: --impl noop does nothing, or rests on no library of its own`},
		{"torture --structure tree", `--structure: "tree" is not a structure: want list, hash or library`},
		{"torture --duration 0s", `--duration: 0s is too short: want more than 0, such as 100ms`},
		{"torture --threads 1", `--threads: 1 is too few: want 2 or more, a reader and an updater`},
		{"torture --threads x", `--threads: "x" is not a number of threads: want 1 to 65536, such as 1,2,4`},
		{"torture --seed x", `--seed: "x" is not a number from 0 to 2^64-1`},
		{"torture rwlock", `readmostly torture takes no argument "rwlock", only flags: readmostly torture --help lists them`},
		{"advise --structure tree", `--structure: "tree" is not a structure: want list or hash`},
		{"advise --size 0", `--size: "0" is not a number of elements: want 1 or more, such as 16, 1k or 1M`},
		{"advise --buckets 3", `--buckets: "3" is not a number of chains: want a power of two up to 2G, such as 64 or 1k`},
		{"advise --structure list --buckets 4", `--buckets: a list has one chain: leave it out`},
		{"advise --updates 1", `--updates: "1" is not a percentage: want 0% to 100%, such as 1%`},
		{"advise --threads 0", `--threads: "0" is not a number of threads: want 1 to 65536, such as 1,2,4`},
		{"advise --need sleeep", `--need: "sleeep" is not a need: want insert, delete, replace, walk, once, sleep, bounded, preemption, section, no-collector`},
		{"advise --reads 5/s", `--reads and --writes: one without the other: want both, such as --reads 200k/s --writes 5/min`},
		{"advise --reads 5/s --writes 1/min --updates 1%", `--updates: it follows from --reads and --writes: leave one or the other out`},
		{"advise --reads 5 --writes 1/min", `--reads: "5" is not a rate: want a number per s, min or h, such as 200k/s or 5/min`},
		{"advise --reads 5/s --writes -1/min", `--writes: "-1/min" is not a rate: want a number per s, min or h, such as 200k/s or 5/min`},
		{"advise --reads 0/s --writes 0/h", `--reads and --writes: nothing is done to the map: want a rate above 0`},
		{"advise --budget 0s", `--budget: 0s is too short: want more than 0, such as 100ms`},
		{"advise --layouts no-such-*", "--layouts: no file matches \"no-such-*\": make layouts makes some"},
		{"advise --budget 1s no-such-file", `--budget: nothing is measured where a file is named: leave one or the other out`},
		{"advise no-such-file", `open no-such-file: no such file or directory`},
		{"advise cli.go", `no results in [cli.go]; want files that bench -o wrote`},
		{"advise --size 64M", `--size 64M takes `},
		{"table", `readmostly table: no file named; want those that bench -o wrote`},
		{"table no-such-file", `open no-such-file: no such file or directory`},
	} {
		t.Run(test.args, func(t *testing.T) {
			kept := filepath.Join(t.TempDir(), "kept.txt")
			if err := os.WriteFile(kept, []byte("precious"), 0o644); err != nil {
				t.Fatal(err)
			}
			args := strings.Fields(test.args)
			if args[0] == "bench" {
				args = append([]string{"bench", "-o", kept}, args[1:]...)
			}
			c := newTrial(args...)
			if status := c.run(); status != 2 {
				t.Errorf("status %d", status)
			}
			got, one := strings.CutSuffix(c.stderr.String(), "\n")
			if !one || strings.Contains(got, "\n") {
				t.Errorf("not one line: %q", c.stderr.String())
			}
			want := "readmostly: " + test.want
			if strings.HasSuffix(want, " ") { // the rest is another package's
				got = got[:min(len(got), len(want))]
			}
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if c.stdout.Len() > 0 || len(c.forks.specs) > 0 {
				t.Errorf("wrote %q, %d forks", c.stdout.String(), len(c.forks.specs))
			}
			if data, err := os.ReadFile(kept); string(data) != "precious" {
				t.Errorf("the file that was there holds %q, %v", data, err)
			}
		})
	}
}

func TestSizeThatFits(t *testing.T) {
	c := newTrial("bench", "--size", "16,64M")
	if status := c.run(); status != 2 {
		t.Errorf("status %d", status)
	}
	stderr := c.stderr.String()
	_, fits, ok := strings.Cut(strings.TrimSuffix(stderr, " would fit\n"), "1 GiB are available: ")
	if !ok || !strings.HasPrefix(stderr, "readmostly: --size 64M takes ") {
		t.Fatalf("stderr %q", stderr)
	}
	c = newTrial("bench", "--size", fits, "--impl", "rwlock", "--forks", "1")
	if status := c.run(); status != 0 {
		t.Errorf("what would fit does not: %s", c.stderr.String())
	}
}

func TestMemoryUnknown(t *testing.T) {
	c := newTrial("bench", "--size", "64M", "--impl", "rwlock", "--forks", "1")
	c.app.available = func() (uint64, bool) { return 0, false }
	if status := c.run(); status != 0 {
		t.Errorf("status %d: %s", status, c.stderr.String())
	}
}

func TestUnwritableFile(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct{ file, want string }{
		{filepath.Join(dir, "missing", "out.txt"), "make the folder " + filepath.Join(dir, "missing") + " first, or name another file\n"},
		{dir, "name a file that you may write\n"},
	} {
		c := newTrial("bench", "-o", test.file)
		if status := c.run(); status != 2 || len(c.forks.specs) > 0 {
			t.Errorf("status %d, %d forks", status, len(c.forks.specs))
		}
		if got := c.stderr.String(); !strings.HasSuffix(got, test.want) || strings.Count(got, "\n") != 1 {
			t.Errorf("stderr %q, want %q", got, test.want)
		}
	}
}

func TestMachineUnknown(t *testing.T) {
	c := newTrial("bench")
	c.app.machine = func() (topo.Machine, error) { return topo.Machine{}, errors.New("no /sys") }
	if status := c.run(); status != 2 || c.stderr.String() != "readmostly: this machine's CPUs can't be listed: no /sys\n" {
		t.Errorf("status %d, %q", status, c.stderr.String())
	}
}

func TestTableWithoutRows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "other.txt")
	if err := os.WriteFile(file, []byte("BenchmarkMap-8 100 12 ns/op\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := newTrial("table", file)
	if status := c.run(); status != 2 || !strings.Contains(c.stderr.String(), "readmostly: no results in ") {
		t.Errorf("status %d, %q", status, c.stderr.String())
	}
}

// Layouts are checked before anything is done, and counted in the header.
func TestLayouts(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"layout1", "layout2", "layout3"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	args := append(strings.Fields(shortRun), "--layouts", filepath.Join(dir, "layout*"))
	c := newTrial(args...)
	var checked []string
	c.app.layouts = func(_ context.Context, binaries []string, commit string) error {
		if checked = binaries; commit != "c0ffee" {
			t.Errorf("commit %s", commit)
		}
		return nil
	}
	if status := c.run(); status != 0 || len(checked) != 3 {
		t.Errorf("status %d, checked %v: %s", status, checked, c.stderr.String())
	}
	f := read(t, c.stdout.String())
	if f.Value("layouts") != "3" {
		t.Errorf("layouts: %s", f.Value("layouts"))
	}
	used := map[int]int{}
	for _, fork := range f.Forks {
		used[fork.Layout]++
	}
	if used[1] != shortForks/2 || used[2] != shortForks/2 { // two forks of each table
		t.Errorf("forks by layout: %v", used)
	}

	c = newTrial(args...)
	c.app.layouts = func(context.Context, []string, string) error {
		return errors.New("layout2 is a build of another program")
	}
	if status := c.run(); status != 2 || c.stdout.Len() > 0 || len(c.forks.specs) > 0 {
		t.Errorf("status %d, %d forks", status, len(c.forks.specs))
	}
	if got, want := c.stderr.String(), "readmostly: --layouts: layout2 is a build of another program: make layouts makes them anew\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// An event may not be called what another figure is.
func TestReservedEvent(t *testing.T) {
	if _, err := os.Stat("/sys/bus/event_source/devices/software"); err != nil {
		t.Skip("no unit for software events")
	}
	for name, refused := range map[string]bool{"ns": true, "nodes": true, "allocs": true, "mine": false} {
		c := newTrial("bench", "--dry-run", "--counters", "software/config=1,name="+name+"/")
		status := c.run()
		if refused != (status == 2) || refused && !strings.Contains(c.stderr.String(), name+"/op, which has another meaning there; choose another name=WORD\n") {
			t.Errorf("%s: status %d, %s", name, status, c.stderr.String())
		}
	}
}
