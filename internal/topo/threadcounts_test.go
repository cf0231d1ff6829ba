package topo_test

import (
	"fmt"
	"slices"
	"testing"

	"readmostly/internal/topo"
	"readmostly/internal/topo/topotest"
)

func TestThreadCounts(t *testing.T) {
	for _, tt := range []struct {
		name  string
		shape topotest.Shape
		want  []int
	}{
		{"one core", topotest.Shape{}, []int{1}},
		{"a virtual machine", topotest.Shape{CoresPerPackage: 2}, []int{1, 2}},
		{"a laptop", topotest.Shape{CoresPerPackage: 2, ThreadsPerCore: 2}, []int{1, 2, 4}},
		{"a desktop", topotest.Shape{CoresPerPackage: 16, ThreadsPerCore: 2, CoresPerCache: 8}, []int{1, 8, 16, 32}},
		{"a server", topotest.Shape{CoresPerPackage: 64, ThreadsPerCore: 2, CoresPerCache: 8, NodesPerPackage: 4}, []int{1, 8, 16, 64, 128}},
		{"two sockets", topotest.Shape{Packages: 2, CoresPerPackage: 96, ThreadsPerCore: 2, CoresPerCache: 8}, []int{1, 8, 96, 192, 384}},
		{"a cache for each core", topotest.Shape{CoresPerPackage: 4, CoresPerCache: 1}, []int{1, 4}},
		{"a cache for each package", topotest.Shape{Packages: 2, CoresPerPackage: 4}, []int{1, 4, 8}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := tt.shape.Machine()
			if m.Cores() != tt.shape.Cores() || len(m.CPUs) != tt.shape.CPUs() || !m.Known {
				t.Errorf("%d cores and %d CPUs, known %v", m.Cores(), len(m.CPUs), m.Known)
			}
			if got := m.ThreadCounts(); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// A cpuset counts, not the machine: 4 cores of each of two caches.
func TestThreadCountsOfWhatIsAllowed(t *testing.T) {
	shape := topotest.Shape{Packages: 2, CoresPerPackage: 96, ThreadsPerCore: 2, CoresPerCache: 8}
	m, err := topo.ReadFS(shape.Tree(), []int{0, 1, 2, 3, 8, 9, 10, 11, 192, 193})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.ThreadCounts(), []int{1, 4, 8, 10}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestThreadCountsOfTheUnknown(t *testing.T) {
	for _, tt := range []struct {
		m    topo.Machine
		want []int
	}{
		{topo.Machine{}, []int{1}},
		{topo.Machine{CPUs: []topo.CPU{{ID: 0, Core: 0}, {ID: 1, Core: 1}, {ID: 2, Core: 2}}}, []int{1, 3}},
	} {
		if got := tt.m.ThreadCounts(); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.m, got, tt.want)
		}
	}
}

// Workers fill one last-level cache before they go on to the next, however the
// kernel numbers the CPUs.
func TestPlacementFillsCaches(t *testing.T) {
	shape := topotest.Shape{CoresPerPackage: 8, CoresPerCache: 4}
	tree := shape.Tree()
	for cpu := range 8 {
		list := []string{"0,2,4,6\n", "1,3,5,7\n"}[cpu%2]
		tree[fmt.Sprintf("sys/devices/system/cpu/cpu%d/cache/index3/shared_cpu_list", cpu)].Data = []byte(list)
	}
	m, err := topo.ReadFS(tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Placement(8), []int{0, 2, 4, 6, 1, 3, 5, 7}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := m.ThreadCounts(), []int{1, 4, 8}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Workers fill one NUMA node before they go on to the next, also where a package
// has several whose CPUs are numbered by turns.
func TestPlacementFillsNodes(t *testing.T) {
	tree := topotest.Shape{CoresPerPackage: 8, NodesPerPackage: 2}.Tree()
	for node, list := range []string{"0,2,4,6\n", "1,3,5,7\n"} {
		tree[fmt.Sprintf("sys/devices/system/node/node%d/cpulist", node)].Data = []byte(list)
	}
	m, err := topo.ReadFS(tree, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.Placement(8), []int{0, 2, 4, 6, 1, 3, 5, 7}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := m.ThreadCounts(), []int{1, 4, 8}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func ExampleMachine_ThreadCounts() {
	server := topotest.Shape{Packages: 2, CoresPerPackage: 96, ThreadsPerCore: 2, CoresPerCache: 8}
	fmt.Println(server.Machine().ThreadCounts())
	// Output: [1 8 96 192 384]
}
