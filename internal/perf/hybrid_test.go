package perf

import (
	"fmt"
	"maps"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

// sysfs makes the units of a machine out of files below unitsDir.
func sysfs(content map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for path, text := range content {
		fsys[unitsDir+"/"+path] = &fstest.MapFile{Data: []byte(text + "\n")}
	}
	return fsys
}

// laptop has fast cores on CPUs 0-3, whose unit has the number that raw codes
// mean, and small ones on 4-7.
func laptop() map[string]string {
	return map[string]string{
		"cpu_core/type": "4", "cpu_core/cpus": "0-3",
		"cpu_core/format/event": "config:0-7", "cpu_core/format/umask": "config:8-15",
		"cpu_core/events/mem-loads": "event=0xcd,umask=0x1", "cpu_core/events/core-only": "event=0x1",
		"cpu_atom/type": "10", "cpu_atom/cpus": "4-7",
		"cpu_atom/format/event": "config:0-7", "cpu_atom/format/umask": "config:8-15",
		"cpu_atom/events/mem-loads": "event=0xd0,umask=0x5", "cpu_atom/events/atom-only": "event=0x2",
		"software/type":          "1",
		"uncore/type":            "17",
		"uncore/events/mem-load": "event=1",
	}
}

// On a processor with cores of several kinds, an event is the one that the
// workers' cores count, however it is named.
func TestEventsOfTheWorkersCores(t *testing.T) {
	for _, tt := range []struct {
		cpus []int
		in   string
		attr attr
	}{
		{[]int{0, 1}, "mem-loads", attr{4, 0x1cd, 0, 0}},
		{[]int{4, 5}, "mem-loads", attr{10, 0x5d0, 0, 0}},
		{[]int{3, 4}, "mem-loads", attr{4, 0x1cd, 0, 0}},
		{nil, "mem-loads", attr{4, 0x1cd, 0, 0}},
		{nil, "cycles", attr{typeHardware, 4 << 32, 0, 0}},
		{[]int{9}, "cycles", attr{typeHardware, 0, 0, 0}}, // nobody's: the kernel's choice
		{[]int{0}, "atom-only", attr{10, 2, 0, 0}},
		{[]int{4}, "core-only", attr{4, 1, 0, 0}},
		{[]int{4}, "cpu_core/mem-loads/", attr{4, 0x1cd, 0, 0}},
		{[]int{0}, "cycles", attr{typeHardware, 4 << 32, 0, 0}},
		{[]int{4}, "cycles", attr{typeHardware, 10 << 32, 0, 0}},
		{[]int{4}, "default", attr{typeHardware, 10 << 32, 0, 0}},
		{[]int{4}, "L1d-load-misses", attr{typeCache, 10<<32 | 0x10000, 0, 0}},
		{[]int{4}, "r04d2", attr{10, 0x4d2, 0, 0}},
		{[]int{0}, "r04d2", attr{4, 0x4d2, 0, 0}},
		{[]int{4}, "page-faults", attr{typeSoftware, 2, 0, 0}},
		{[]int{4}, "software/config=2/", attr{typeSoftware, 2, 0, 0}},
	} {
		events, err := Parser{FS: sysfs(laptop()), CPUs: tt.cpus}.ParseList(tt.in)
		if err != nil || events[0].attr != tt.attr {
			t.Errorf("%s on %v: %#x, %v; want %#x", tt.in, tt.cpus, events, err, tt.attr)
		}
	}
	for _, e := range (Parser{FS: sysfs(laptop()), CPUs: []int{4}}).All() {
		if e.Name == "cycles" && e.attr.config != 10<<32 {
			t.Errorf("cycles are listed as %#x", e.attr)
		}
	}
}

// oneUnit refuses groups of events of different units, as the kernel does.
func oneUnit(a attr, _ bool, members []attr) error {
	unit := func(a attr) uint64 {
		if a.typ == typeHardware || a.typ == typeCache {
			return a.config >> extendedShift
		}
		return uint64(a.typ)
	}
	if len(members) > 0 && unit(a) != unit(members[0]) {
		return syscall.EINVAL
	}
	return nil
}

func TestGroupsOfUnits(t *testing.T) {
	arm := map[string]string{
		"armv8_pmuv3/type": "8", "armv8_pmuv3/cpus": "0-3", "armv8_pmuv3/format/event": "config:0-15",
		"armv8_pmuv3/events/inst_retired": "event=0x8",
	}
	old := func(a attr, _ bool, _ []attr) error { // knows no extended types
		if (a.typ == typeHardware || a.typ == typeCache) && a.config>>extendedShift != 0 {
			return syscall.ENOENT
		}
		return nil
	}
	for _, tt := range []struct {
		name   string
		sysfs  map[string]string
		cpus   []int
		policy func(attr, bool, []attr) error
		list   string
		want   string
	}{
		{"the cores' unit under another name", arm, nil, bareMetal, "cycles,armv8_pmuv3/inst_retired/,r11,inst_retired",
			"user+kernel [cycles armv8_pmuv3/inst_retired/ r11]"},
		{"workers on fast cores", laptop(), []int{0}, oneUnit, "cycles,mem-loads,r01,cpu_atom/mem-loads/,atom-only",
			"user+kernel [cycles mem-loads r01] [cpu_atom/mem-loads/ atom-only]"},
		{"workers on small cores", laptop(), []int{4}, oneUnit, "cycles,mem-loads,r01,cpu_core/mem-loads/",
			"user+kernel [cycles mem-loads r01] [cpu_core/mem-loads/]"},
		{"a kernel that can't be told the kind", laptop(), []int{4}, old, "cycles,L1d-load-misses,r01",
			"user+kernel [cycles L1d-load-misses] [r01]"},
		{"such a kernel, unprivileged", laptop(), []int{4}, unprivileged(old), "cycles,L1d-load-misses",
			"user [cycles L1d-load-misses]u"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			events, err := Parser{FS: sysfs(tt.sysfs), CPUs: tt.cpus}.ParseList(tt.list)
			if err != nil {
				t.Fatal(err)
			}
			if got := describe(newPlan(&fake{t: t, policy: tt.policy}, environment{pmu: true}, events)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// The examples for the user can be parsed on the machine that they are for.
func TestExamples(t *testing.T) {
	x86 := map[string]string{"cpu/type": "4", "cpu/format/event": "config:0-7", "cpu/format/umask": "config:8-15"}
	arm := map[string]string{"armv8_cortex_a76/type": "8", "armv8_cortex_a76/cpus": "0-3", "armv8_cortex_a76/format/event": "config:0-15"}
	other := map[string]string{"cpu/type": "4", "cpu/format/pmcxsel": "config:0-7"}
	for _, tt := range []struct {
		sysfs map[string]string
		cpus  []int
		want  string
	}{
		{x86, nil, "r04d2 cpu/event=0xd2,umask=0x4/"},
		{arm, nil, "r8 armv8_cortex_a76/event=0x8/"},
		{other, nil, "r8 cpu/config=0x8/"},
		{laptop(), []int{4}, "r04d2 cpu_atom/event=0xd2,umask=0x4/"},
	} {
		p := Parser{FS: sysfs(tt.sysfs), CPUs: tt.cpus}
		raw, terms := p.Examples()
		if got := raw + " " + terms; got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
		if _, err := p.ParseList(raw + "," + terms); err != nil {
			t.Error(err)
		}
	}
	for goarch, want := range map[string]string{"amd64": "cpu [event umask]", "arm64": "armv8_pmuv3 [event]", "riscv64": "cpu []"} {
		if unit, formats := usualCore(goarch); fmt.Sprint(unit, " ", formats) != want {
			t.Errorf("%s: %s %v, want %s", goarch, unit, formats, want)
		}
	}
}

// An event may not be reported as what has a meaning of its own.
func TestReservedUnits(t *testing.T) {
	units := maps.Clone(laptop())
	units["cpu_core/events/updates"] = "event=1"
	p := Parser{FS: sysfs(units), Reserved: func(unit string) bool {
		return unit == "ns/op" || unit == "nodes/op" || unit == "updates/op" || unit == "cache-misses/op"
	}}
	for in, want := range map[string]string{
		"software/config=2,name=ns/":               "would be reported as ns/op",
		"cpu_core/event=1,name=nodes/":             "would be reported as nodes/op",
		"cpu_core/event=1,name=+nodes/":            "would be reported as nodes/op",
		"cycles,cpu_core/event=1,name=updates/":    "would be reported as updates/op",
		"updates":                                  "would be reported as updates/op",
		"cpu_core/event=1,name=cache-misses/":      "name=cache-misses is the name of another event",
		"software/config=2,name=context-switches/": "name=context-switches is the name of another event",
	} {
		if events, err := p.ParseList(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want an error with %q", in, events, err, want)
		}
	}
	for _, in := range []string{"cache-misses", "default", "cpu_core/event=1,name=ns2/", "cpu_core/updates/", "software/config=2,name=page-faults/"} {
		if _, err := p.ParseList(in); err != nil {
			t.Error(err)
		}
	}
	if _, err := (Parser{FS: sysfs(units)}).Parse("cpu_core/event=1,name=ns/"); err != nil {
		t.Errorf("nothing is reserved, and yet: %v", err)
	}
}
