package perf

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// prepared is the /sys of a machine with a core unit, a socket's unit and one
// whose files are broken.
func prepared() fstest.MapFS {
	fsys := fstest.MapFS{}
	for path, content := range map[string]string{
		"cpu/type":                         "4",
		"cpu/format/event":                 "config:0-7,32-35",
		"cpu/format/umask":                 "config:8-15",
		"cpu/format/edge":                  "config:18",
		"cpu/format/offcore_rsp":           "config1:0-63",
		"cpu/format/ldlat":                 "config1:0-15",
		"cpu/format/frontend":              "config2:0-23",
		"cpu/events/mem-loads":             "event=0xcd,umask=0x1,ldlat=3",
		"cpu/events/cpu-cycles":            "event=0x3c",
		"cpu/events/topdown-slots":         "event=0x00,umask=0x4",
		"cpu/events/topdown-slots.scale":   "2",
		"cpu/events/needs-a-value":         "event=0xd2,umask=?",
		"uncore_imc/type":                  "17",
		"uncore_imc/cpumask":               "0",
		"uncore_imc/format/event":          "config:0-7",
		"uncore_imc/events/clockticks":     "event=0xff",
		"uncore_imc/events/mem-loads":      "event=0x01",
		"broken/type":                      "seven",
		"broken2/type":                     "9",
		"broken2/format/nocolon":           "0-7",
		"broken2/format/word":              "config3:0-7",
		"broken2/format/range":             "config:7-0",
		"broken2/format/wide":              "config:0-64",
		"broken2/format/twice":             "config:0-7,7",
		"broken2/events/bad":               "nosuchterm=1",
		"broken2/events/deep/not-an-event": "x",
	} {
		fsys[unitsDir+"/"+path] = &fstest.MapFile{Data: []byte(content + "\n")}
	}
	return fsys
}

// onPrepared reads the names of that machine.
func onPrepared() Parser { return Parser{FS: prepared()} }

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		in, name string
		kind     Kind
		attr     attr
		unit     string
	}{
		{"cycles", "cycles", Hardware, attr{0, 0, 0, 0}, "cycles/op"},
		{"CPU-Cycles", "cpu-cycles", Hardware, attr{0, 0, 0, 0}, "cpu-cycles/op"},
		{" instructions ", "instructions", Hardware, attr{0, 1, 0, 0}, "instructions/op"},
		{"cache-references", "cache-references", Hardware, attr{0, 2, 0, 0}, "cache-references/op"},
		{"cache-misses", "cache-misses", Hardware, attr{0, 3, 0, 0}, "cache-misses/op"},
		{"branches", "branches", Hardware, attr{0, 4, 0, 0}, "branches/op"},
		{"branch-instructions", "branch-instructions", Hardware, attr{0, 4, 0, 0}, "branch-instructions/op"},
		{"branch-misses", "branch-misses", Hardware, attr{0, 5, 0, 0}, "branch-misses/op"},
		{"bus-cycles", "bus-cycles", Hardware, attr{0, 6, 0, 0}, "bus-cycles/op"},
		{"stalled-cycles-frontend", "stalled-cycles-frontend", Hardware, attr{0, 7, 0, 0}, "stalled-cycles-frontend/op"},
		{"idle-cycles-backend", "idle-cycles-backend", Hardware, attr{0, 8, 0, 0}, "idle-cycles-backend/op"},
		{"ref-cycles", "ref-cycles", Hardware, attr{0, 9, 0, 0}, "ref-cycles/op"},
		{"cpu-clock", "cpu-clock", Software, attr{1, 0, 0, 0}, "cpu-clock/op"},
		{"task-clock", "task-clock", Software, attr{1, 1, 0, 0}, "task-clock/op"},
		{"faults", "faults", Software, attr{1, 2, 0, 0}, "faults/op"},
		{"cs", "cs", Software, attr{1, 3, 0, 0}, "cs/op"},
		{"cpu-migrations", "cpu-migrations", Software, attr{1, 4, 0, 0}, "cpu-migrations/op"},
		{"minor-faults", "minor-faults", Software, attr{1, 5, 0, 0}, "minor-faults/op"},
		{"major-faults", "major-faults", Software, attr{1, 6, 0, 0}, "major-faults/op"},
		{"L1d-load-misses", "L1d-load-misses", Cache, attr{3, 0x10000, 0, 0}, "L1d-load-misses/op"},
		{"l1-DCACHE-load-misses", "L1-dcache-load-misses", Cache, attr{3, 0x10000, 0, 0}, "L1-dcache-load-misses/op"},
		{"L1-dcache-stores", "L1-dcache-stores", Cache, attr{3, 0x100, 0, 0}, "L1-dcache-stores/op"},
		{"L1-icache-prefetch-misses", "L1-icache-prefetch-misses", Cache, attr{3, 0x10201, 0, 0}, "L1-icache-prefetch-misses/op"},
		{"LLC-loads", "LLC-loads", Cache, attr{3, 0x2, 0, 0}, "LLC-loads/op"},
		{"LLC-misses", "LLC-misses", Cache, attr{3, 0x10002, 0, 0}, "LLC-misses/op"},
		{"LLC-store-misses", "LLC-store-misses", Cache, attr{3, 0x10102, 0, 0}, "LLC-store-misses/op"},
		{"dTLB-load-misses", "dTLB-load-misses", Cache, attr{3, 0x10003, 0, 0}, "dTLB-load-misses/op"},
		{"iTLB-loads", "iTLB-loads", Cache, attr{3, 0x4, 0, 0}, "iTLB-loads/op"},
		{"branch-loads", "branch-loads", Cache, attr{3, 0x5, 0, 0}, "branch-loads/op"},
		{"node-speculative-read-miss", "node-speculative-read-miss", Cache, attr{3, 0x10206, 0, 0}, "node-speculative-read-miss/op"},
		{"r04d2", "r04d2", Raw, attr{4, 0x4d2, 0, 0}, "r04d2/op"},
		{"rffffffffffffffff", "rffffffffffffffff", Raw, attr{4, 1<<64 - 1, 0, 0}, "rffffffffffffffff/op"},
		{"cpu/event=0xd2,umask=0x4/", "cpu/event=0xd2,umask=0x4/", PMU, attr{4, 0x4d2, 0, 0}, "cpu-event-0xd2-umask-0x4/op"},
		{"cpu/event=0x1d2,umask=4/", "cpu/event=0x1d2,umask=4/", PMU, attr{4, 0x1_0000_04d2, 0, 0}, "cpu-event-0x1d2-umask-4/op"},
		{"cpu/event=0xd2,umask=0x4,name=xsnp-hit/", "xsnp-hit", PMU, attr{4, 0x4d2, 0, 0}, "xsnp-hit/op"},
		{"cpu/event=0x3c,edge/", "cpu/event=0x3c,edge/", PMU, attr{4, 0x4003c, 0, 0}, "cpu-event-0x3c-edge/op"},
		{"cpu/event=0xff,event=0x01/", "cpu/event=0xff,event=0x01/", PMU, attr{4, 1, 0, 0}, "cpu-event-0xff-event-0x01/op"},
		{"cpu/config=0x1b7,config1=0x10/", "cpu/config=0x1b7,config1=0x10/", PMU, attr{4, 0x1b7, 0x10, 0}, "cpu-config-0x1b7-config1-0x10/op"},
		{"cpu/event=0xc6,frontend=0x12/", "cpu/event=0xc6,frontend=0x12/", PMU, attr{4, 0xc6, 0, 0x12}, "cpu-event-0xc6-frontend-0x12/op"},
		{"cpu/mem-loads/", "cpu/mem-loads/", PMU, attr{4, 0x1cd, 3, 0}, "cpu-mem-loads/op"},
		{"cpu/mem-loads,ldlat=30/", "cpu/mem-loads,ldlat=30/", PMU, attr{4, 0x1cd, 30, 0}, "cpu-mem-loads-ldlat-30/op"},
		{"mem-loads", "mem-loads", PMU, attr{4, 0x1cd, 3, 0}, "mem-loads/op"},
		{"clockticks", "clockticks", PMU, attr{17, 0xff, 0, 0}, "clockticks/op"},
	} {
		e, err := onPrepared().Parse(tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if e.Name != tt.name || e.Kind != tt.kind || e.attr != tt.attr || e.Unit() != tt.unit {
			t.Errorf("%s: %q %s %#x %s\nwant %q %s %#x %s", tt.in, e.Name, e.Kind, e.attr, e.Unit(), tt.name, tt.kind, tt.attr, tt.unit)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for in, want := range map[string]string{
		"cycels":                     "did you mean cycles",
		"cachemisses":                "did you mean cache-misses",
		"LLC":                        "did you mean LLC-loads",
		"L1d-load-mises":             "did you mean L1d-load-misses",
		"mem-load":                   "did you mean cpu/mem-loads/",
		"":                           "list counters",
		"zzzzzzzzzzzz":               "list counters",
		"r":                          "unknown counter",
		"r10000000000000000":         "unknown counter",
		"rxyz":                       "unknown counter",
		"iTLB-stores":                "unknown counter",
		"cycles:u":                   "modifier :u is not supported",
		"needs-a-value":              "list counters",
		"cpu/event=0xd2":             "no closing slash",
		"cpu//":                      "no terms",
		"cpu/event=0xd2/u":           "nothing may follow the closing slash",
		"cpu/event=0xd2,/":           `has no term ""`,
		"cpu/event=d2/":              "not a number",
		"cpu/event=/":                "not a number",
		"cpu/event=-1/":              "not a number",
		"cpu/umask=0x100/":           "does not fit its 8 bits",
		"cpu/evnt=1/":                `no term "evnt"; its terms are edge, event, frontend, ldlat, offcore_rsp, umask, its events cpu-cycles, mem-loads`,
		"cpu/event=1,name=/":         "name= needs a word",
		"cpu/needs-a-value/":         `the value of umask is "?"`,
		"cpu/topdown-slots.scale/":   "no term",
		"cpu/../cpu/type/":           "nothing may follow",
		"../event=1/":                `no unit ".."`,
		"gpu/event=1/":               "it has broken, broken2, cpu, uncore_imc",
		"/event=1/":                  `no unit ""`,
		"broken/event=1/":            "not a number",
		"broken2/nocolon=1/":         "has no colon",
		"broken2/word=1/":            "a word that is not supported",
		"broken2/range=1/":           "bad range",
		"broken2/wide=1/":            "bad range",
		"broken2/twice=1/":           "names bit 7 twice",
		"broken2/bad/":               `its event bad: the unit broken2 has no term "nosuchterm"`,
		"broken2/deep/":              `no term "deep"`,
		strings.Repeat("cycles", 99): "list counters",
	} {
		e, err := onPrepared().Parse(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, %v; want an error with %q", in, e, err, want)
		}
	}
}

func TestParseWithoutSysfs(t *testing.T) {
	if _, err := (Parser{FS: fstest.MapFS{}}).Parse("cycles"); err != nil {
		t.Error(err)
	}
	if _, err := (Parser{FS: fstest.MapFS{}}).Parse("cpu/event=1/"); err == nil || !strings.Contains(err.Error(), "it has none") {
		t.Errorf("got %v", err)
	}
}

func TestParseList(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"none":                     "",
		"cycles,page-faults":       "cycles page-faults",
		"cycles,cpu-cycles,cycles": "cycles",
		"default,cs,LLC-loads":     "cycles instructions cache-misses L1d-load-misses context-switches page-faults cpu-migrations LLC-loads",
		"cpu/event=0xd2,umask=0x4/,cycles,r04d2,cs": "cpu/event=0xd2,umask=0x4/ cycles cs",
	} {
		events, err := onPrepared().ParseList(in)
		var names []string
		for _, e := range events {
			names = append(names, e.Name)
		}
		if got := strings.Join(names, " "); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"cycles,", ",", "cycles,nosuch", "cpu/event=1,cycles"} {
		if events, err := onPrepared().ParseList(in); err == nil {
			t.Errorf("%q: %v, want an error", in, events)
		}
	}
}

// TestAllNames checks that every listed event is found again by its name, as
// the same event, has a line of documentation and a unit that benchfmt takes.
func TestAllNames(t *testing.T) {
	unit := regexp.MustCompile(`^[A-Za-z0-9._-]+/op$`)
	seen := map[string]bool{}
	for _, e := range onPrepared().All() {
		again, err := onPrepared().Parse(e.Name)
		if err != nil || again != e {
			t.Errorf("%v became %v, %v", e, again, err)
		}
		if e.Doc == "" || strings.Contains(e.Doc, "\n") {
			t.Errorf("%s: documentation %q", e.Name, e.Doc)
		}
		if !unit.MatchString(e.Unit()) {
			t.Errorf("%s: unit %q", e.Name, e.Unit())
		}
		if seen[e.Unit()] {
			t.Errorf("two events are reported as %s", e.Unit())
		}
		seen[e.Unit()] = true
	}
	for _, want := range []string{"cycles/op", "L1-dcache-load-misses/op", "iTLB-load-misses/op", "cpu-mem-loads/op", "uncore_imc-clockticks/op"} {
		if !seen[want] {
			t.Errorf("no event is reported as %s", want)
		}
	}
}

func ExampleParse() {
	e, err := Parse("L1d-load-misses")
	fmt.Println(e.Kind, e.Doc, e.Unit(), err)
	_, err = Parse("page-fault")
	fmt.Println(err)
	// Output:
	// cache level-1 data cache: loads that missed L1d-load-misses/op <nil>
	// unknown counter "page-fault"; did you mean page-faults?
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"cycles", "r04d2", "cpu/event=0xd2,umask=0x4/", "cpu/mem-loads,name=a b/", "L1d-load-misses", "cpu/../", "//", ",", "cpu/=/"} {
		f.Add(seed, "config:0-7,32-35", "event=1")
	}
	f.Add("cpu/event=1/", "config:0-99", "")
	f.Add("cpu/mem-loads/", "config", "mem-loads")
	fsys := prepared()
	f.Fuzz(func(t *testing.T, list, format, event string) {
		fsys[unitsDir+"/cpu/format/event"].Data = []byte(format)
		fsys[unitsDir+"/cpu/events/mem-loads"].Data = []byte(event)
		events, err := Parser{FS: fsys}.ParseList(list)
		if err != nil {
			return
		}
		for _, e := range events {
			if strings.ContainsFunc(strings.TrimSuffix(e.Unit(), "/op"), func(r rune) bool {
				return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", r)
			}) {
				t.Fatalf("unit %q of %q", e.Unit(), e.Name)
			}
		}
	})
}
