package perf

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

func events(t *testing.T, list string) []Event {
	t.Helper()
	events, err := onPrepared().ParseList(list)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// describe writes a plan as its scope and groups.
func describe(p *Plan) string {
	var b strings.Builder
	b.WriteString(p.Scope.String())
	for _, g := range p.Groups {
		var names []string
		for _, e := range g.Events {
			names = append(names, e.Name)
		}
		fmt.Fprintf(&b, " [%s]", strings.Join(names, " "))
		if g.UserOnly {
			b.WriteString("u")
		}
	}
	return b.String()
}

func TestPlan(t *testing.T) {
	paranoid := environment{paranoid: "2", pmu: true}
	for _, tt := range []struct {
		name   string
		policy func(attr, bool, []attr) error
		env    environment
		list   string
		want   string
		why    string // parts of Why, separated by |
	}{
		{"bare metal", bareMetal, environment{pmu: true}, "default",
			"user+kernel [context-switches page-faults cpu-migrations] [cycles instructions cache-misses L1d-load-misses]", ""},
		{"groups of four, never mixed", bareMetal, environment{pmu: true}, "cycles,cs,r01,r02,faults,r03,r04,LLC-loads",
			"user+kernel [cs faults] [cycles r01 r02 r03] [r04 LLC-loads]", ""},
		{"a processor with eight counters", always(nil), environment{pmu: true}, "r01,r02,r03,r04,r05",
			"user+kernel [r01 r02 r03 r04] [r05]", ""},
		{"another unit's events apart", bareMetal, environment{pmu: true}, "cycles,clockticks,instructions,cpu/event=0xd2/",
			"user+kernel [cycles instructions cpu/event=0xd2/] [clockticks]", ""},
		{"one event is missing", bareMetal, environment{pmu: true}, "cycles,node-loads,instructions",
			"user+kernel [cycles instructions]", "node-loads: this processor does not count it|; `readmostly list counters` shows what it does"},
		{"virtual machine", virtualMachine, environment{paranoid: "2"}, "default",
			"software [context-switches page-faults cpu-migrations]",
			"cycles, instructions, cache-misses, L1d-load-misses: no hardware counters (PMU)|(no such file or directory)"},
		{"bare metal, unprivileged", unprivileged(bareMetal), paranoid, "default,node-loads",
			"user [page-faults]u [cycles instructions cache-misses L1d-load-misses]u",
			"context-switches, cpu-migrations: it happens in kernel mode, which may not be counted here: kernel.perf_event_paranoid is 2|node-loads: this processor"},
		{"virtual machine, unprivileged", unprivileged(virtualMachine), environment{paranoid: "2"}, "cycles,faults,cs",
			"software [faults]u", "cs: it happens in kernel mode|cycles: no hardware counters"},
		{"container", always(syscall.EPERM), environment{pmu: true}, "default", "off",
			"context-switches, page-faults, cpu-migrations, cycles, instructions, cache-misses, L1d-load-misses: forbidden by a container's seccomp filter"},
		{"paranoid 3", always(syscall.EACCES), environment{paranoid: "3"}, "cycles,cs", "off",
			"cs, cycles: kernel.perf_event_paranoid is 3; set it to 1 or less"},
		{"no perf_event_open", always(syscall.ENOSYS), environment{}, "cs", "off", "CONFIG_PERF_EVENTS"},
		{"software asked for only", bareMetal, environment{pmu: true}, "cs", "software [cs]", ""},
		{"nothing asked for", bareMetal, environment{pmu: true}, "none", "off", ""},
		{"the same unit twice", bareMetal, environment{pmu: true}, "cpu/event=1,name=x/,cpu/event=2,name=x/", "user+kernel [x]",
			"x: another event is reported as x/op already"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := &fake{t: t, policy: tt.policy}
			p := newPlan(k, tt.env, events(t, tt.list))
			if got := describe(p); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			for part := range strings.SplitSeq(tt.why, "|") {
				if !strings.Contains(p.Why(), part) {
					t.Errorf("Why is %q, want it to contain %q", p.Why(), part)
				}
			}
			if (tt.why == "") != (p.Why() == "") || (tt.why == "") != (len(p.Missing) == 0) {
				t.Errorf("Why is %q, missing are %v", p.Why(), p.Missing)
			}
			if len(k.fds) != 0 {
				t.Errorf("%d descriptors were left open", len(k.fds))
			}
			if n := len(p.Events()) + len(p.Missing); n != len(events(t, tt.list)) {
				t.Errorf("%d events are counted or missing, of %d", n, len(events(t, tt.list)))
			}
			for _, pair := range p.Config() {
				if strings.ContainsAny(pair[1], "\n\r") || pair[1] == "" {
					t.Errorf("configuration value %q", pair)
				}
			}
		})
	}
}

// TestPlanTooFewCounters has three counters: the fourth event starts a group of
// its own rather than being lost.
func TestPlanTooFewCounters(t *testing.T) {
	k := &fake{t: t, policy: func(_ attr, _ bool, members []attr) error {
		if len(members) == 3 {
			return syscall.EINVAL
		}
		return nil
	}}
	p := newPlan(k, environment{pmu: true}, events(t, "r1,r2,r3,r4,r5"))
	if got, want := describe(p), "user+kernel [r1 r2 r3] [r4 r5]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestOneModeForAll has one hardware event that may be counted in kernel mode and
// one that may not: the plan has one mode, and the other event is missing.
func TestOneModeForAll(t *testing.T) {
	k := &fake{t: t, policy: func(a attr, userOnly bool, _ []attr) error {
		if a.typ == typeRaw && !userOnly {
			return syscall.EACCES
		}
		return nil
	}}
	p := newPlan(k, environment{paranoid: "2", pmu: true}, events(t, "cycles,r1"))
	if got, want := describe(p), "user+kernel [cycles]"; got != want || len(p.Missing) != 1 {
		t.Errorf("got %s, want %s; missing %v", got, want, p.Missing)
	}
}

func TestPlanConfig(t *testing.T) {
	for _, tt := range []struct {
		policy func(attr, bool, []attr) error
		env    environment
		want   string
	}{
		{bareMetal, environment{pmu: true}, "[[perf-scope user+kernel]]"},
		{unprivileged(bareMetal), environment{paranoid: "2", pmu: true}, "[[perf-scope user (kernel.perf_event_paranoid is 2)]]"},
		{unprivileged(virtualMachine), environment{paranoid: "2"}, "[[perf-scope software, user mode (kernel.perf_event_paranoid is 2)] [perf-missing cycles: "},
		{always(syscall.ENOSYS), environment{}, "[[perf-scope off] [perf-missing faults, cycles: "},
	} {
		p := newPlan(&fake{t: t, policy: tt.policy}, tt.env, events(t, "faults,cycles"))
		if got := fmt.Sprint(p.Config()); !strings.HasPrefix(got, tt.want) {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestHints(t *testing.T) {
	hardware, software := Default[0], Default[4]
	for _, tt := range []struct {
		err  error
		e    Event
		env  environment
		want string
	}{
		{syscall.ENOENT, hardware, environment{}, "virtual machine"},
		{syscall.ENOENT, hardware, environment{pmu: true}, "this processor does not count it"},
		{syscall.ENOENT, software, environment{}, "this kernel does not count it"},
		{syscall.EPERM, hardware, environment{}, "seccomp"},
		{syscall.ENOENT, Event{Name: "software/config=99/", Kind: PMU, attr: attr{typ: typeSoftware}}, environment{}, "this kernel does not count it"},
		{syscall.EPERM, hardware, environment{paranoid: "2"}, "--cap-add PERFMON"},
		{syscall.EPERM, hardware, environment{paranoid: "3"}, "--cap-add SYS_ADMIN"},
		{syscall.EACCES, hardware, environment{paranoid: "2"}, "set it to 1 or less (sysctl kernel.perf_event_paranoid=1) or grant CAP_PERFMON"},
		{syscall.EACCES, hardware, environment{paranoid: "3"}, "or be root: from 3 on CAP_PERFMON does not help on the kernels of Debian"},
		{syscall.EACCES, hardware, environment{paranoid: "4"}, "or be root: from 3 on CAP_PERFMON does not help on the kernels of Debian"},
		{syscall.EACCES, hardware, environment{paranoid: "4"}, "kernel.perf_event_paranoid is 4; set it to 1"},
		{syscall.EACCES, hardware, environment{}, "kernel.perf_event_paranoid; set it to 1"},
		{syscall.EACCES, hardware, environment{paranoid: "-1"}, "SELinux"},
		{syscall.EMFILE, hardware, environment{}, "ulimit -n"},
		{syscall.ENFILE, hardware, environment{}, "ulimit -n"},
		{syscall.ENOSYS, hardware, environment{}, "CONFIG_PERF_EVENTS"},
		{syscall.EINVAL, hardware, environment{}, "does not know this event code"},
		{syscall.EOPNOTSUPP, hardware, environment{}, "not in this mode"},
		{syscall.ENODEV, hardware, environment{}, "another processor"},
		{syscall.EBUSY, hardware, environment{}, "holds the hardware counters"},
		{syscall.E2BIG, hardware, environment{}, "older"},
		{syscall.EIO, hardware, environment{}, "perf_event_open(2) explains errno 5"},
	} {
		err := tt.env.explain(tt.e, tt.err)
		if !strings.Contains(err.Hint, tt.want) {
			t.Errorf("%v: hint %q, want it to contain %q", tt.err, err.Hint, tt.want)
		}
		if !errors.Is(err, tt.err) || !strings.HasPrefix(err.Error(), tt.e.Name+": ") || !strings.Contains(err.Error(), tt.err.Error()) {
			t.Errorf("%v became %q", tt.err, err)
		}
	}
}

func TestEnvironment(t *testing.T) {
	fsys := prepared()
	if env := readEnvironment(fsys); env != (environment{"", true, false}) {
		t.Errorf("with a unit for the cores: %+v", env)
	}
	for path := range fsys {
		if strings.HasPrefix(path, unitsDir+"/cpu/") {
			delete(fsys, path)
		}
	}
	fsys["proc/sys/kernel/perf_event_paranoid"] = prepared()[unitsDir+"/cpu/type"]
	if env := readEnvironment(fsys); env != (environment{"4", false, false}) {
		t.Errorf("without: %+v", env)
	}
	fsys[unitsDir+"/armv8_pmuv3_0/cpus"] = fsys["proc/sys/kernel/perf_event_paranoid"]
	if env := readEnvironment(fsys); !env.pmu {
		t.Error("a unit with the file cpus counts for cores")
	}
	if env := readEnvironment(sysfs(laptop())); env != (environment{"", true, true}) {
		t.Errorf("with two kinds of core: %+v", env)
	}
}
