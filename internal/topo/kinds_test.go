package topo_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"readmostly/internal/topo"
	"readmostly/internal/topo/topotest"
)

// less returns the tree without the files whose paths end in one of the names.
func less(tree fstest.MapFS, names ...string) fstest.MapFS {
	maps.DeleteFunc(tree, func(path string, _ *fstest.MapFile) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(path, name) })
	})
	return tree
}

// and returns the tree with a file for each of the CPUs.
func and(tree fstest.MapFS, file, content string, cpus ...int) fstest.MapFS {
	for _, cpu := range cpus {
		tree[fmt.Sprintf("sys/devices/system/cpu/cpu%d/%s", cpu, file)] = &fstest.MapFile{Data: []byte(content + "\n")}
	}
	return tree
}

func read(t *testing.T, tree fstest.MapFS) topo.Machine {
	t.Helper()
	m, err := topo.ReadFS(tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each of the kernel's files is enough to tell big cores from little ones, and
// workers go to the big ones first.
func TestKinds(t *testing.T) {
	const l3 = "cache/index3/size"
	desktop := func() fstest.MapFS { return topotest.Shape{CoresPerPackage: 6, CoresPerCache: 3}.Tree() }
	laptop := func() fstest.MapFS {
		tree := topotest.Shape{CoresPerPackage: 6}.Tree()
		tree["sys/devices/cpu_atom/cpus"] = &fstest.MapFile{Data: []byte("0-3\n")}
		return tree
	}
	for _, tt := range []struct {
		name      string
		tree      fstest.MapFS
		kinds     string
		placement []int
	}{
		{"all that tells", topotest.BigLittle(), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"capacity alone", less(topotest.BigLittle(), "midr_el1", "cpuinfo", "cpuinfo_max_freq", "size"), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"part alone, and frequency", less(topotest.BigLittle(), "midr_el1", "cpu_capacity", "size"), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"midr alone, and frequency", less(topotest.BigLittle(), "cpuinfo", "cpu_capacity", "size"), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"caches alone", less(topotest.BigLittle(), "cpuinfo", "midr_el1", "cpu_capacity", "cpuinfo_max_freq"), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"capacity before frequency and caches", and(and(topotest.BigLittle(), "cpufreq/cpuinfo_max_freq", "9000000", 0, 1, 2, 3), l3, "9M", 0, 1, 2, 3), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"frequency before caches", and(less(topotest.BigLittle(), "cpu_capacity"), l3, "9M", 0, 1, 2, 3), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"a capacity is unknown", less(topotest.BigLittle(), "cpu0/cpu_capacity"), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"nothing tells", less(topotest.BigLittle(), "cpuinfo", "midr_el1", "cpu_capacity", "size"), "", []int{0, 1, 2, 3, 4, 5}},
		{"frequencies make no kinds", and(topotest.Shape{CoresPerPackage: 4}.Tree(), "cpufreq/cpuinfo_max_freq", "5000000", 3), "", []int{0, 1, 2, 3}},
		{"one cache is greater", and(desktop(), l3, "98304K", 3, 4, 5), "3-5 0-2", []int{3, 4, 5, 0, 1, 2}},
		{"small cores of x86", laptop(), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"small cores of x86, favoured ones", and(and(and(laptop(), "cpu_capacity", "600", 0, 1, 2, 3), "cpu_capacity", "1009", 4), "cpu_capacity", "1024", 5), "4-5 0-3", []int{4, 5, 0, 1, 2, 3}},
		{"small cores of x86, two without L3", less(laptop(), "cpu2/"+l3, "cpu3/"+l3), "4-5 0-1 2-3", []int{4, 5, 0, 1, 2, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := read(t, tt.tree)
			var kinds []string
			for _, k := range m.KindsOf(nil) {
				kinds = append(kinds, topo.FormatCPUList(k.CPUs))
			}
			if got := strings.Join(kinds, " "); got != tt.kinds {
				t.Errorf("the kinds are %q, want %q", got, tt.kinds)
			}
			if got := m.Placement(len(m.CPUs)); !slices.Equal(got, tt.placement) {
				t.Errorf("workers go to %v, want %v", got, tt.placement)
			}
		})
	}
}

// The header describes the cores that workers run on, and no others.
func TestConfigOfKinds(t *testing.T) {
	m := read(t, topotest.BigLittle())
	for _, tt := range []struct {
		workers     []int
		cpu, caches string
	}{
		{[]int{4, 5}, "Arm Cortex-A76", "L1d 64 KiB, L1i 64 KiB, L2 512 KiB, L3 2 MiB shared by 6 CPUs"},
		{[]int{0}, "Arm Cortex-A55", "L1d 32 KiB, L1i 32 KiB, L2 128 KiB, L3 2 MiB shared by 6 CPUs"},
		{[]int{4, 5, 0},
			"Arm Cortex-A76 (CPUs 4-5); Arm Cortex-A55 (CPUs 0-3)",
			"L1d 64 KiB, L1i 64 KiB, L2 512 KiB, L3 2 MiB shared by 6 CPUs (CPUs 4-5); " +
				"L1d 32 KiB, L1i 32 KiB, L2 128 KiB, L3 2 MiB shared by 6 CPUs (CPUs 0-3)"},
		{nil,
			"Arm Cortex-A76 (CPUs 4-5); Arm Cortex-A55 (CPUs 0-3)",
			"L1d 64 KiB, L1i 64 KiB, L2 512 KiB, L3 2 MiB shared by 6 CPUs (CPUs 4-5); " +
				"L1d 32 KiB, L1i 32 KiB, L2 128 KiB, L3 2 MiB shared by 6 CPUs (CPUs 0-3)"},
	} {
		config := map[string]string{}
		for _, pair := range m.Config(tt.workers) {
			config[pair[0]] = pair[1]
		}
		if config["cpu"] != tt.cpu || config["caches"] != tt.caches {
			t.Errorf("workers on %v: cpu %q, caches %q\nwant cpu %q, caches %q",
				tt.workers, config["cpu"], config["caches"], tt.cpu, tt.caches)
		}
		if want := "6 (2+4, fastest first)"; config["cores"] != want {
			t.Errorf("cores %q, want %q", config["cores"], want)
		}
	}
	if want := "Arm Cortex-A76"; m.Model != want || m.Caches[0].SizeBytes != 64<<10 {
		t.Errorf("the machine is a %q with %v, want those of the %s", m.Model, m.Caches, want)
	}
}

// A machine whose little cores alone are allowed has one kind.
func TestKindsOfWhatIsAllowed(t *testing.T) {
	m, err := topo.ReadFS(topotest.BigLittle(), []int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Kinds) != 0 || m.Model != "Arm Cortex-A55" || m.CPUs[0].Class != 0 {
		t.Errorf("kinds %v, model %q, class %d", m.Kinds, m.Model, m.CPUs[0].Class)
	}
}

func TestThreadCountsOfKinds(t *testing.T) {
	twoNodes := topotest.Shape{CoresPerPackage: 8, NodesPerPackage: 2, CoresPerCache: 4, ThreadsPerCore: 2}.Tree()
	for cpu := range 16 {
		and(twoNodes, "cpu_capacity", []string{"1024", "1024", "512", "512", "1024", "1024", "512", "512"}[cpu%8], cpu)
	}
	for _, tt := range []struct {
		tree fstest.MapFS
		want []int
	}{
		{topotest.BigLittle(), []int{1, 2, 6}},
		{twoNodes, []int{1, 2, 4, 8, 16}}, // the fast cores of a node, all fast cores, all cores
	} {
		if got := read(t, tt.tree).ThreadCounts(); !slices.Equal(got, tt.want) {
			t.Errorf("got %v, want %v", got, tt.want)
		}
	}
}

func TestNotes(t *testing.T) {
	big := read(t, topotest.BigLittle())
	slow := topotest.Shape{CoresPerPackage: 4}.Machine()
	slow.Quota = 1.5
	one := topotest.Shape{CoresPerPackage: 4}.Machine()
	one.Quota = 1
	for _, tt := range []struct {
		m    topo.Machine
		n    int
		cpus []int
		want string
	}{
		{big, 2, []int{4, 5}, ""},
		{big, 2, []int{0, 1}, ""},
		{big, 1, []int{4, 0}, ""},
		{big, 3, []int{4, 5, 0}, "3 threads run on 2 kinds of core (CPUs 4-5; 0-3, fastest first): they are not equally fast"},
		{big, 2, nil, "2 threads are not pinned, and may run on any of 2 kinds of core (CPUs 4-5; 0-3, fastest first): they are not equally fast"},
		{slow, 1, nil, ""},
		{slow, 2, []int{0, 1}, "2 threads in the time of 1.5 CPUs, which the control group allows: times include waiting for it"},
		{one, 1, nil, ""},
		{one, 2, []int{0, 0}, "2 threads on 1 CPU is oversubscription: times include waiting for a CPU; 2 threads in the time of 1 CPU, which the control group allows: times include waiting for it"},
	} {
		if got := strings.Join(tt.m.Notes(tt.n, tt.cpus), "; "); got != tt.want {
			t.Errorf("%d workers on %v:\ngot  %q\nwant %q", tt.n, tt.cpus, got, tt.want)
		}
	}
	config := map[string]string{}
	for _, pair := range slow.Config(nil) {
		config[pair[0]] = pair[1]
	}
	if got, want := config["cpu-quota"], "1.5 CPUs"; got != want {
		t.Errorf("the quota in the header is %q, want %q", got, want)
	}
}
