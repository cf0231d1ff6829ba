package doctor

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"readmostly/internal/perf"
	"readmostly/internal/topo"
	"readmostly/internal/topo/topotest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

// with adds files to a tree.
func with(tree fstest.MapFS, files map[string]string) fstest.MapFS {
	tree = maps.Clone(tree)
	for name, content := range files {
		tree[name] = &fstest.MapFile{Data: []byte(content + "\n")}
	}
	return tree
}

// each makes the file of a folder for all CPUs up to n.
func each(n int, name, content string) map[string]string {
	files := map[string]string{}
	for cpu := range n {
		files[fmt.Sprintf("sys/devices/system/cpu/cpu%d/%s", cpu, name)] = content
	}
	return files
}

// observe reads what files say of a machine, and adds what was tried out.
func observe(t *testing.T, tree fstest.MapFS, allowed []int, tried Observation) Observation {
	t.Helper()
	m, err := topo.ReadFS(tree, allowed)
	if err != nil {
		t.Fatal(err)
	}
	tried.Machine = m
	tried.Paranoid = perf.Paranoid(tree)
	tried.Memory.Available, tried.Memory.Known = topo.AvailableMemoryFS(tree)
	return tried
}

// tried is what a good machine lets be tried out.
func tried() Observation {
	return Observation{
		Memory:    Memory{Needed: 16 << 20},
		HugePages: HugePages{Asked: "madvise", Granted: 8 << 20, Touched: 8 << 20, Known: true},
		PMU:       PMU{Counted: []string{"cycles", "instructions", "cache-misses", "L1d-load-misses"}, Scope: "user+kernel"},
		Clock:     Clock{Step: 20 * time.Nanosecond, Read: 21 * time.Nanosecond},
		Activity:  &Activity{Busy: 0.01, CPUs: 2},
		Load:      "0.00 0.01 0.00",
		Noise:     &Noise{Resolution: 0.0064, Forks: 17, Budget: 3 * time.Minute, Baseline: "unsync", Threads: 2, Took: 2 * time.Second, Windows: 510, Replayed: 3},
	}
}

const meminfo = "MemAvailable:   16777216 kB"

// bare is a machine about which there is nothing to say.
func bare() fstest.MapFS {
	return with(topotest.Shape{CoresPerPackage: 4}.Tree(), merged(
		each(4, "cpufreq/scaling_governor", "performance"),
		map[string]string{
			"sys/devices/system/cpu/intel_pstate/no_turbo":                      "1",
			"sys/devices/system/clocksource/clocksource0/current_clocksource":   "tsc",
			"sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm",
			"sys/kernel/mm/transparent_hugepage/enabled":                        "always [madvise] never",
			"proc/meminfo":                        meminfo,
			"proc/self/cgroup":                    "0::/user.slice",
			"proc/sys/kernel/perf_event_paranoid": "1",
		}))
}

func merged(all ...map[string]string) map[string]string {
	files := map[string]string{}
	for _, more := range all {
		maps.Copy(files, more)
	}
	return files
}

// The screens of prepared machines.
func TestText(t *testing.T) {
	const unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw"
	const legacy = "31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n32 23 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"

	server := observe(t, with(topotest.Shape{Packages: 2, CoresPerPackage: 32, ThreadsPerCore: 2}.Tree(), merged(
		each(128, "cpufreq/scaling_governor", "powersave"),
		map[string]string{
			"sys/devices/system/cpu/intel_pstate/no_turbo":                      "0",
			"sys/devices/system/cpu/isolated":                                   "60-63",
			"sys/devices/system/clocksource/clocksource0/current_clocksource":   "hpet",
			"sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm",
			"sys/kernel/mm/transparent_hugepage/enabled":                        "always madvise [never]",
			"proc/meminfo":                        meminfo,
			"proc/self/cgroup":                    "0::/user.slice",
			"proc/sys/kernel/perf_event_paranoid": "4",
		})), slices.Concat(span(0, 60), span(64, 124)), tried())
	server.HugePages.Granted = 0
	server.PMU = PMU{Missing: "kernel.perf_event_paranoid is 4; set it to 1 or less (permission denied)"}
	server.Clock = Clock{Step: 70 * time.Nanosecond, Read: 1400 * time.Nanosecond}
	server.Noise.Threads = 64

	phone := observe(t, with(topotest.BigLittle(), merged(each(6, "cpufreq/scaling_governor", "schedutil"), map[string]string{
		"sys/devices/system/clocksource/clocksource0/current_clocksource": "arch_sys_counter",
		"proc/sys/kernel/perf_event_paranoid":                             "3",
		"proc/sys/kernel/osrelease":                                       "5.10.1",
		"proc/self/cgroup":                                                "0::/",
		"proc/meminfo":                                                    "MemAvailable: 4096 kB",
	})), nil, tried())
	phone.Membarrier = errors.New("membarrier(2): function not implemented")
	phone.Activity = &Activity{Busy: 2.3, CPUs: 6}
	phone.Noise.Resolution, phone.Noise.Disturbed = 0.081, 200

	quota := observe(t, with(bare(), map[string]string{
		"proc/self/mountinfo":        unified,
		"proc/self/cgroup":           "0::/a/b",
		"sys/fs/cgroup/a/cpu.max":    "250000 100000",
		"sys/fs/cgroup/a/b/cpu.max":  "max 100000",
		"sys/fs/cgroup/a/memory.max": "max",
	}), nil, tried())
	quotaV1 := observe(t, with(bare(), map[string]string{
		"proc/self/mountinfo": legacy,
		"proc/self/cgroup":    "4:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc",
		"sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us":  "50000",
		"sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000",
	}), nil, tried())
	// What the group uses is file cache but for a little, so that there is enough.
	limit := observe(t, with(bare(), map[string]string{
		"proc/self/mountinfo":            unified,
		"proc/self/cgroup":               "0::/a",
		"sys/fs/cgroup/a/memory.max":     "104857600",
		"sys/fs/cgroup/a/memory.current": "104857600",
		"sys/fs/cgroup/a/memory.stat":    "anon 20971520\ninactive_file 83886080",
	}), nil, tried())
	full := observe(t, with(bare(), map[string]string{
		"proc/self/mountinfo":                          legacy,
		"proc/self/cgroup":                             "3:memory:/a",
		"sys/fs/cgroup/memory/a/memory.limit_in_bytes": "104857600",
		"sys/fs/cgroup/memory/a/memory.usage_in_bytes": "104857600",
		"sys/fs/cgroup/memory/a/memory.stat":           "inactive_file 1\ntotal_inactive_file 4194304",
	}), nil, tried())
	nothing := tried()
	nothing.HugePages, nothing.Activity, nothing.Load = HugePages{}, nil, ""
	nothing.PMU = PMU{Missing: "this kernel is built without CONFIG_PERF_EVENTS, or a sandbox hides it (function not implemented)"}
	nothing = observe(t, fstest.MapFS{}, []int{0, 1}, nothing)
	broken := tried()
	broken.NotMeasured, broken.Noise = "this machine's CPUs can't be listed", nil

	for name, o := range map[string]Observation{
		"bare": observe(t, bare(), nil, tried()), "server": server, "phone": phone, "quota": quota, "quota-v1": quotaV1,
		"memory-limit": limit, "memory-full": full, "no-sysfs": nothing, "not-measured": broken,
	} {
		var b strings.Builder
		r := Examine(o)
		if err := r.Text(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", b.String())
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%s: a line of %d characters: %s", name, n, line)
			}
		}
		for _, f := range r {
			if (f.Verdict == Good) != (f.Remedy == "") {
				t.Errorf("%s: %+v: who isn't well wants to know what to do, and nobody else", name, f)
			}
		}
	}
}

func span(from, to int) (ids []int) {
	for id := from; id < to; id++ {
		ids = append(ids, id)
	}
	return ids
}

// A machine with nothing wrong is fit, and what is unknown is no reservation.
func TestFit(t *testing.T) {
	r := Examine(observe(t, bare(), nil, tried()))
	if !r.Fit() || len(r.With(Unknown)) > 0 {
		t.Errorf("%v", r.Summary())
	}
	// But nobody is fit whose noise was not measured.
	unknown := Examine(observe(t, fstest.MapFS{}, []int{0, 1}, Observation{Noise: tried().Noise}))
	if !unknown.Fit() || Examine(Observation{NotMeasured: "no"}).Fit() {
		t.Errorf("%v", unknown.Summary())
	}
}

// Where nothing is read, nobody is told to mount it.
func TestOtherSystems(t *testing.T) {
	for _, f := range Examine(Observation{Machine: topo.Machine{CPUs: make([]topo.CPU, 2), NoPinning: true}}) {
		if strings.Contains(f.Remedy, "mount") {
			t.Errorf("%+v", f)
		}
	}
}

// Whatever hypervisor there is, and none is.
func TestVirtual(t *testing.T) {
	for name, want := range map[string]Verdict{
		"": Unknown, "none": Good, "none, in a docker container": Good, "in a podman container": Good,
		"kvm": Reservation, "vm": Reservation, "xen, in a docker container": Reservation,
	} {
		if f := virtualization(topo.Machine{Virtualization: name}); f.Verdict != want {
			t.Errorf("%q: %+v", name, f)
		}
	}
}

func TestIsolated(t *testing.T) {
	m := topotest.Shape{CoresPerPackage: 4}.Machine()
	for _, tt := range []struct {
		isolated []int
		want     Verdict
	}{{nil, Good}, {[]int{2, 3}, Reservation}, {[]int{0, 1, 2, 3}, Good}, {[]int{8, 9}, Reservation}} {
		m.Isolated = tt.isolated
		if f := isolated(m); f.Verdict != tt.want {
			t.Errorf("%v: %+v", tt.isolated, f)
		}
	}
}

// Every limit has two sides.
func TestLimits(t *testing.T) {
	noisy := func(change func(*Noise)) Finding {
		n := *tried().Noise
		change(&n)
		return noise(&n, "")
	}
	stealing := func(d time.Duration) Finding {
		n := *tried().Noise
		n.Stolen = d
		return steal(topo.Machine{Kernel: "6.1"}, &n)
	}
	for _, tt := range []struct {
		name      string
		good, bad Finding
	}{
		{"noise", noisy(func(n *Noise) { n.Resolution = fine }), noisy(func(n *Noise) { n.Resolution = 1.01 * fine })},
		{"disturbed", noisy(func(n *Noise) { n.Replayed = 20 }), noisy(func(n *Noise) { n.Replayed = 30 })},
		{"steal", stealing(20 * time.Millisecond), stealing(30 * time.Millisecond)}, // of 4 s
		{"load", load(&Activity{Busy: busy, CPUs: 4}, ""), load(&Activity{Busy: 1.1 * busy, CPUs: 4}, "")},
		{"timer", timer(Clock{Step: coarse, Read: coarse}), timer(Clock{Step: 100 * coarse, Read: 1})},
		{"slow timer", timer(Clock{Step: 1, Read: 1}), timer(Clock{Step: 1, Read: 2 * coarse})},
		{"quota", quota(topo.Machine{CPUs: make([]topo.CPU, 2), Quota: 2}), quota(topo.Machine{CPUs: make([]topo.CPU, 2), Quota: 1.99})},
		{"cores", cores(topotest.Shape{CoresPerPackage: 2}.Machine()), cores(topotest.Shape{ThreadsPerCore: 2}.Machine())},
		{"memory", memory(topo.Machine{}, Memory{8, true, 8}), memory(topo.Machine{}, Memory{7, true, 8})},
	} {
		if tt.good.Verdict != Good || tt.bad.Verdict != Reservation {
			t.Errorf("%s: %+v and %+v", tt.name, tt.good, tt.bad)
		}
	}
}

// CPUs that were busy for a half of the time and stolen from for a quarter. Ticks of
// guests are part of user.
func TestActivity(t *testing.T) {
	read := func(total string) CPUTimes {
		times, ok := ReadCPUTimes(fstest.MapFS{"proc/stat": {Data: []byte(total + "\ncpu0 1 2 3\ncpu1 1 2 3\nintr 1\n")}})
		if !ok {
			t.Fatalf("%q can't be read", total)
		}
		return times
	}
	before := read("cpu  100 0 100 1000 10 0 0 5 7 0")
	a := read("cpu  120 10 115 1020 15 5 0 30 90 0").Since(before)
	if a == nil || a.CPUs != 2 || a.Busy != 1 || a.Stolen != 0.5 {
		t.Errorf("%+v", a)
	}
	if before.Since(before) != nil {
		t.Error("something is known without a tick")
	}
	for _, text := range []string{"", "cpu 1 2 x", "intr 5"} {
		if times, ok := ReadCPUTimes(fstest.MapFS{"proc/stat": {Data: []byte(text)}}); ok {
			t.Errorf("%q: %+v", text, times)
		}
	}
}

func TestReadClock(t *testing.T) {
	if c := ReadClock(); c.Step <= 0 || c.Read < 0 {
		t.Errorf("%+v", c)
	}
}

func TestJSON(t *testing.T) {
	o := tried()
	o.Membarrier = errors.New("no")
	r := Examine(observe(t, bare(), nil, o))
	var b bytes.Buffer
	if err := r.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Fit      bool
		Summary  string
		Findings []Finding
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Fit || !slices.Equal(got.Findings, []Finding(r)) {
		t.Errorf("%+v", got)
	}
	golden(t, "json.txt", b.String())
}
