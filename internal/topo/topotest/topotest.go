// Package topotest makes up machines for tests: the files of /proc and /sys that
// package topo reads, for a machine of any shape.
package topotest

import (
	"fmt"
	"strings"
	"testing/fstest"

	"readmostly/internal/topo"
)

// Shape describes a machine whose cores are all alike. A number that is 0 counts
// as 1, unless it says otherwise.
//
// CPUs are numbered as Linux numbers them on most servers: first one hardware
// thread of each core, core by core through the packages, then the second
// thread of each core in the same order.
type Shape struct {
	Packages        int
	NodesPerPackage int // NUMA nodes, of equally many cores
	CoresPerPackage int
	ThreadsPerCore  int
	CoresPerCache   int // behind one L3 cache; 0 for those of a package
}

// Cores returns the number of physical cores.
func (s Shape) Cores() int { return max(s.Packages, 1) * max(s.CoresPerPackage, 1) }

// CPUs returns the number of hardware threads.
func (s Shape) CPUs() int { return s.Cores() * max(s.ThreadsPerCore, 1) }

// Tree returns the files of such a machine, for [topo.ReadFS]. The caller may
// change them: each call makes its own.
func (s Shape) Tree() fstest.MapFS {
	cores, perPackage := s.Cores(), max(s.CoresPerPackage, 1)
	perNode := perPackage / max(s.NodesPerPackage, 1)
	perCache := s.CoresPerCache
	if perCache == 0 {
		perCache = perPackage
	}
	tree := fstest.MapFS{}
	file := func(content, format string, args ...any) {
		tree[fmt.Sprintf(format, args...)] = &fstest.MapFile{Data: []byte(content + "\n")}
	}
	file("model name\t: Example CPU\nflags\t\t: fpu", "proc/cpuinfo")
	file("6.1.0", "proc/sys/kernel/osrelease")
	file(s.list(0, cores), "sys/devices/system/cpu/online")
	for node := range cores / perNode {
		file(s.list(node*perNode, perNode), "sys/devices/system/node/node%d/cpulist", node)
	}
	for cpu := range s.CPUs() {
		core := cpu % cores
		dir := fmt.Sprintf("sys/devices/system/cpu/cpu%d/", cpu)
		file(s.list(core, 1), "%stopology/core_cpus_list", dir)
		file(fmt.Sprint(core/perPackage), "%stopology/physical_package_id", dir)
		for i, cache := range []struct{ level, typ, size, shared string }{
			{"1", "Data", "32K", s.list(core, 1)},
			{"1", "Instruction", "32K", s.list(core, 1)},
			{"2", "Unified", "1024K", s.list(core, 1)},
			{"3", "Unified", "32768K", s.list(core/perCache*perCache, perCache)},
		} {
			index := fmt.Sprintf("%scache/index%d/", dir, i)
			file(cache.level, "%slevel", index)
			file(cache.typ, "%stype", index)
			file(cache.size, "%ssize", index)
			file(cache.shared, "%sshared_cpu_list", index)
		}
	}
	return tree
}

// list returns the CPUs of n cores from the first on.
func (s Shape) list(first, n int) string {
	var parts []string
	for thread := range max(s.ThreadsPerCore, 1) {
		from := thread*s.Cores() + first
		var cpus []int
		for cpu := range n {
			cpus = append(cpus, from+cpu)
		}
		parts = append(parts, topo.FormatCPUList(cpus))
	}
	return strings.Join(parts, ",")
}

// Machine returns what package topo makes of the machine. It panics where that
// is nothing.
func (s Shape) Machine() topo.Machine {
	m, err := topo.ReadFS(s.Tree(), nil)
	if err != nil {
		panic(err)
	}
	return m
}
