package topo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	mib = 1 << 20

	// The mounts of a system with version 2 alone, with version 1, and inside a
	// container of version 1 that has no namespace for its groups.
	unified   = "proc/self/mountinfo: 30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate"
	legacy    = "proc/self/mountinfo: 31 23 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n32 23 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"
	container = "proc/self/mountinfo: 31 23 0:28 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n32 23 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory"
)

func TestAvailableMemory(t *testing.T) {
	const meminfo = "proc/meminfo: MemTotal: 9999999 kB\nMemAvailable:    4194304 kB" // 4 GiB
	for _, tt := range []struct {
		name  string
		lines []string
		want  int // MiB, -1 for unknown
	}{
		{"no control groups", []string{meminfo}, 4096},
		{"nothing known", nil, -1},
		{"no limit", []string{meminfo, unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/memory.max: max", "sys/fs/cgroup/a/memory.current: 1048576"}, 4096},
		{"the root of a namespace", []string{meminfo, unified, "proc/self/cgroup: 0::/",
			"sys/fs/cgroup/memory.max: 314572800", "sys/fs/cgroup/memory.current: 104857600"}, 200},
		{"a nested group", []string{meminfo, unified, "proc/self/cgroup: 0::/a/b",
			"sys/fs/cgroup/a/b/memory.max: 314572800", "sys/fs/cgroup/a/b/memory.current: 0"}, 300},
		{"a group above", []string{meminfo, unified, "proc/self/cgroup: 0::/a/b/c",
			"sys/fs/cgroup/a/memory.max: 314572800", "sys/fs/cgroup/a/memory.current: 209715200",
			"sys/fs/cgroup/a/b/memory.max: max", "sys/fs/cgroup/a/b/memory.current: 0",
			"sys/fs/cgroup/a/b/c/memory.max: 209715200", "sys/fs/cgroup/a/b/c/memory.current: 0"}, 100},
		{"another's group", []string{meminfo, unified, "proc/self/cgroup: 0::/a",
			"sys/fs/cgroup/b/memory.max: 1048576", "sys/fs/cgroup/b/memory.current: 0"}, 4096},
		{"a name that begins alike", []string{meminfo, "proc/self/mountinfo: 30 23 0:26 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "proc/self/cgroup: 0::/ab",
			"sys/fs/cgroup/memory.max: 1048576", "sys/fs/cgroup/memory.current: 0"}, 4096},
		{"throttled before the limit", []string{meminfo, unified, "proc/self/cgroup: 0::/a",
			"sys/fs/cgroup/a/memory.max: 314572800", "sys/fs/cgroup/a/memory.high: 209715200", "sys/fs/cgroup/a/memory.current: 0"}, 200},
		{"full of file cache", []string{meminfo, unified, "proc/self/cgroup: 0::/a",
			"sys/fs/cgroup/a/memory.max: 2147483648", "sys/fs/cgroup/a/memory.current: 2147483648",
			"sys/fs/cgroup/a/memory.stat: anon 104857600\nfile 1992294400\ninactive_anon 104857600\ninactive_file 1887436800\nslab_reclaimable 52428800"}, 1850},
		{"more cache than use", []string{meminfo, unified, "proc/self/cgroup: 0::/a",
			"sys/fs/cgroup/a/memory.max: 104857600", "sys/fs/cgroup/a/memory.current: 1048576",
			"sys/fs/cgroup/a/memory.stat: inactive_file 2097152"}, 100},
		{"used up", []string{meminfo, unified, "proc/self/cgroup: 0::/a",
			"sys/fs/cgroup/a/memory.max: 104857600", "sys/fs/cgroup/a/memory.current: 209715200"}, 0},
		{"use unknown", []string{meminfo, unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/memory.max: 104857600"}, 100},
		{"version 1", []string{meminfo, legacy, "proc/self/cgroup: 5:memory:/a\n4:cpu,cpuacct:/b",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes: 314572800", "sys/fs/cgroup/memory/a/memory.usage_in_bytes: 104857600",
			"sys/fs/cgroup/memory/b/memory.limit_in_bytes: 1", "sys/fs/cgroup/memory/memory.limit_in_bytes: 9223372036854771712",
			"sys/fs/cgroup/memory/memory.usage_in_bytes: 104857600"}, 200},
		{"version 1, a group above", []string{meminfo, legacy, "proc/self/cgroup: 5:memory:/a/b",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes: 314572800", "sys/fs/cgroup/memory/a/memory.usage_in_bytes: 0",
			"sys/fs/cgroup/memory/a/b/memory.limit_in_bytes: 9223372036854771712", "sys/fs/cgroup/memory/a/b/memory.usage_in_bytes: 0"}, 300},
		{"version 1, full of file cache", []string{meminfo, legacy, "proc/self/cgroup: 5:memory:/a",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes: 314572800", "sys/fs/cgroup/memory/a/memory.usage_in_bytes: 314572800",
			"sys/fs/cgroup/memory/a/memory.stat: inactive_file 1048576\ntotal_inactive_file 209715200"}, 200},
		{"version 1 in a container", []string{meminfo, container, "proc/self/cgroup: 5:memory:/docker/abc",
			"sys/fs/cgroup/memory/memory.limit_in_bytes: 314572800", "sys/fs/cgroup/memory/memory.usage_in_bytes: 0"}, 300},
		{"both versions", []string{meminfo, "proc/self/mountinfo: 32 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n38 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
			"proc/self/cgroup: 4:memory:/a\n1:name=systemd:/x\n0::/u",
			"sys/fs/cgroup/memory/u/memory.limit_in_bytes: 1048576", "sys/fs/cgroup/unified/a/memory.max: 1048576",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes: 314572800", "sys/fs/cgroup/memory/a/memory.usage_in_bytes: 0"}, 300},
		{"a mount from outside the namespace", []string{meminfo, "proc/self/mountinfo: 30 23 0:26 /../.. /mnt/all\\040groups rw - cgroup2 cgroup2 rw", "proc/self/cgroup: 0::/",
			"mnt/all groups/memory.max: 314572800", "mnt/all groups/memory.current: 0"}, 300},
		{"mounts unknown", []string{meminfo, "proc/self/cgroup: 0::/a",
			"sys/fs/cgroup/a/memory.max: 314572800", "sys/fs/cgroup/a/memory.current: 0"}, 300},
		{"mounts unknown, version 1", []string{meminfo, "proc/self/cgroup: 4:memory:/a",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes: 314572800", "sys/fs/cgroup/memory/a/memory.usage_in_bytes: 0"}, 300},
		{"limit alone known", []string{unified, "proc/self/cgroup: 0::/", "sys/fs/cgroup/memory.max: 314572800", "sys/fs/cgroup/memory.current: 0"}, 300},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, known := tree{files(tt.lines...)}.availableMemory()
			if known != (tt.want >= 0) || known && got != uint64(tt.want)*mib {
				t.Errorf("%d MiB, known %v; want %d", got/mib, known, tt.want)
			}
		})
	}
}

func TestMemoryLimit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  uint64 // MiB, 0 for none
	}{
		{"no control groups", nil, 0},
		{"no limit", []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/memory.max: max"}, 0},
		{"a limit, however much is used", []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/memory.max: 314572800", "sys/fs/cgroup/a/memory.current: 104857600"}, 300},
		{"the least on the way", []string{unified, "proc/self/cgroup: 0::/a/b", "sys/fs/cgroup/a/memory.max: 104857600", "sys/fs/cgroup/a/b/memory.max: 314572800"}, 100},
		{"the least below a greater one", []string{unified, "proc/self/cgroup: 0::/a/b", "sys/fs/cgroup/a/memory.max: 314572800", "sys/fs/cgroup/a/b/memory.max: 104857600"}, 100},
		{"slowed down before", []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/memory.max: 314572800", "sys/fs/cgroup/a/memory.high: 104857600"}, 100},
		{"version 1", []string{legacy, "proc/self/cgroup: 5:memory:/a", "sys/fs/cgroup/memory/a/memory.limit_in_bytes: 314572800",
			"sys/fs/cgroup/memory/memory.limit_in_bytes: 9223372036854771712"}, 300},
		{"version 1, no limit", []string{legacy, "proc/self/cgroup: 5:memory:/a", "sys/fs/cgroup/memory/a/memory.limit_in_bytes: 9223372036854771712"}, 0},
	} {
		got, limited := tree{files(tt.lines...)}.memoryLimit()
		if got != tt.want*mib || limited != (tt.want > 0) {
			t.Errorf("%s: %d MiB, %v; want %d", tt.name, got/mib, limited, tt.want)
		}
	}
	fsys := smtTree()
	for _, line := range []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/memory.max: 314572800"} {
		path, content, _ := strings.Cut(line, ": ")
		with(fsys, path, content+"\n")
	}
	m, err := ReadFS(fsys, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(m.Config(nil), [2]string{"memory-limit", "300 MiB"}) {
		t.Errorf("no limit in %v", m.Config(nil))
	}
}

func TestMemAvailable(t *testing.T) {
	if n, ok := memAvailable("MemTotal: 5 kB\nMemAvailable:    2048 kB\n"); n != 2<<20 || !ok {
		t.Errorf("%d, %v", n, ok)
	}
	for _, bad := range []string{"", "MemAvailable:", "MemAvailable: x kB", "MemAvailable: 99999999999999999999 kB"} {
		if n, ok := memAvailable(bad); ok {
			t.Errorf("%q gives %d", bad, n)
		}
	}
}

func FuzzMemAvailable(f *testing.F) {
	for _, seed := range []string{"MemTotal: 5 kB\nMemAvailable:    2048 kB\n", "MemAvailable:", "MemAvailable: 99999999999999999999 kB"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, meminfo string) {
		if bytes, known := memAvailable(meminfo); known && bytes%1024 != 0 {
			t.Fatalf("%d bytes in %q", bytes, meminfo)
		}
	})
}

func TestCPUQuota(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  float64 // 0 for none
	}{
		{"no control groups", nil, 0},
		{"no limit", []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/cpu.max: max 100000"}, 0},
		{"a quota", []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/cpu.max: 150000 100000"}, 1.5},
		{"another period", []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/cpu.max: 5000 10000"}, 0.5},
		{"the least on the way", []string{unified, "proc/self/cgroup: 0::/a/b/c",
			"sys/fs/cgroup/a/cpu.max: 800000 100000", "sys/fs/cgroup/a/b/cpu.max: 200000 100000", "sys/fs/cgroup/a/b/c/cpu.max: 400000 100000"}, 2},
		{"version 1", []string{legacy, "proc/self/cgroup: 4:cpu,cpuacct:/a",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us: -1", "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us: 100000",
			"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us: 250000", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us: 100000"}, 2.5},
		{"version 1, no limit", []string{legacy, "proc/self/cgroup: 4:cpu,cpuacct:/a",
			"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us: -1", "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us: 100000"}, 0},
		{"version 1 in a container", []string{container, "proc/self/cgroup: 4:cpu:/docker/abc",
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us: 50000", "sys/fs/cgroup/cpu/cpu.cfs_period_us: 100000"}, 0.5},
		{"broken", []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/cpu.max: 1 0"}, 0},
	} {
		got, limited := tree{files(tt.lines...)}.cpuQuota()
		if got != tt.want || limited != (tt.want > 0) {
			t.Errorf("%s: %v, %v; want %v", tt.name, got, limited, tt.want)
		}
	}
}

// A machine's quota bounds the default numbers of threads.
func TestThreadCountsWithinQuota(t *testing.T) {
	for max, want := range map[string][]int{
		"max 100000":       {1, 2, 4, 8},
		"800000 100000":    {1, 2, 4, 8},
		"250000 100000":    {1, 2},
		"300000 100000":    {1, 2, 3},
		"50000 100000":     {1},
		"9000000000000 1":  {1, 2, 4, 8},
		"1 10000000000000": {1},
	} {
		fsys := smtTree()
		for _, line := range []string{unified, "proc/self/cgroup: 0::/a", "sys/fs/cgroup/a/cpu.max: " + max} {
			path, content, _ := strings.Cut(line, ": ")
			with(fsys, path, content+"\n")
		}
		m, err := ReadFS(fsys, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.ThreadCounts(); !slices.Equal(got, want) {
			t.Errorf("quota %s: %v, want %v", max, got, want)
		}
	}
}

// FuzzGroups writes garbage to each file that a limit comes from.
func FuzzGroups(f *testing.F) {
	for _, seed := range []string{"", "\n", "max", "-1", "0::/../..", "0::", "::", "9223372036854775807 1", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "- cgroup", "\\04", "\\999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, garbage string) {
		whole := func() fstest.MapFS {
			return files(unified, "proc/self/cgroup: 0::/a", "proc/meminfo: MemAvailable: 1024 kB",
				"sys/fs/cgroup/a/memory.max: 1048576", "sys/fs/cgroup/a/memory.current: 524288",
				"sys/fs/cgroup/a/memory.stat: inactive_file 4096", "sys/fs/cgroup/a/cpu.max: 50000 100000")
		}
		for path := range whole() {
			fsys := with(whole(), path, garbage)
			if quota, limited := (tree{fsys}).cpuQuota(); limited != (quota > 0) {
				t.Fatalf("%s: quota %v, %v", path, quota, limited)
			}
			if bytes, known := (tree{fsys}).availableMemory(); known && path != "proc/meminfo" && bytes > 1<<20 {
				t.Fatalf("%s: %d bytes of 1 MiB", path, bytes)
			}
		}
	})
}

func TestSharing(t *testing.T) {
	smt, err := ReadFS(smtTree(), nil) // 4 cores: CPU i and i+4
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		n     int
		cpus  []int
		want  Sharing
		notes string
	}{
		{0, nil, Sharing{}, ""},
		{1, nil, Sharing{1, 8, 4, 1, 1}, ""},
		{4, nil, Sharing{4, 8, 4, 1, 1}, ""},
		{5, nil, Sharing{5, 8, 4, 1, 2}, "5 threads on 4 cores: some share a core's hardware threads"},
		{9, nil, Sharing{9, 8, 4, 2, 3}, "9 threads on 8 CPUs is oversubscription: times include waiting for a CPU"},
		{4, []int{0, 1, 2, 3}, Sharing{4, 4, 4, 1, 1}, ""},
		{2, []int{0, 4}, Sharing{2, 2, 1, 1, 2}, "2 threads on 1 core: some share a core's hardware threads"},
		{3, []int{0, 4, 1}, Sharing{3, 3, 2, 1, 2}, "3 threads on 2 cores: some share a core's hardware threads"},
		{2, []int{0}, Sharing{2, 1, 1, 2, 2}, "2 threads on 1 CPU is oversubscription: times include waiting for a CPU"},
		{2, []int{0, 0}, Sharing{2, 1, 1, 2, 2}, "2 threads on 1 CPU is oversubscription: times include waiting for a CPU"},
		{3, []int{0, 0, 1}, Sharing{3, 2, 2, 2, 2}, "3 threads on 2 CPUs is oversubscription: times include waiting for a CPU"},
		{1, []int{0, 0}, Sharing{1, 1, 1, 1, 1}, ""},
		{2, []int{0, 1, 1}, Sharing{2, 2, 2, 1, 1}, ""},
		{5, []int{0, 1}, Sharing{5, 2, 2, 3, 3}, "5 threads on 2 CPUs is oversubscription: times include waiting for a CPU"},
	} {
		if got := smt.Sharing(tt.n, tt.cpus); got != tt.want {
			t.Errorf("%d workers on %v: %+v, want %+v", tt.n, tt.cpus, got, tt.want)
		}
		if got := strings.Join(smt.Notes(tt.n, tt.cpus), "\n"); got != tt.notes {
			t.Errorf("%d workers on %v: %q, want %q", tt.n, tt.cpus, got, tt.notes)
		}
	}
	for _, n := range []int{1, 5, 9} {
		cpus := smt.Placement(n)
		pinned, free := smt.Sharing(n, cpus), smt.Sharing(n, nil)
		if fmt.Sprint(pinned.PerCPU, pinned.PerCore) != fmt.Sprint(free.PerCPU, free.PerCore) {
			t.Errorf("%d workers: placed %+v, unpinned %+v", n, pinned, free)
		}
	}
}
