package topo

import (
	"fmt"
	"strings"
	"testing/fstest"
)

// files makes a tree out of "path: content" lines. A range such as {0-3} in a
// path makes a file for each number.
func files(lines ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, line := range lines {
		path, content, _ := strings.Cut(line, ": ")
		before, rest, ok := strings.Cut(path, "{")
		if !ok {
			fsys[path] = &fstest.MapFile{Data: []byte(content + "\n")}
			continue
		}
		list, after, _ := strings.Cut(rest, "}")
		cpus, err := ParseCPUList(list)
		if err != nil {
			panic(err)
		}
		for _, cpu := range cpus {
			fsys[fmt.Sprintf("%s%d%s", before, cpu, after)] = &fstest.MapFile{Data: []byte(content + "\n")}
		}
	}
	return fsys
}

// vmTree is a virtual machine of two cores without SMT.
func vmTree() fstest.MapFS {
	return files(
		"proc/cpuinfo: processor\t: 0\nmodel name\t: AMD  EPYC\nflags\t\t: fpu sse2 hypervisor lahf_lm\n",
		"proc/sys/kernel/osrelease: 6.18.44",
		"sys/devices/system/cpu/online: 0-1",
		"sys/devices/system/cpu/cpu0/topology/core_cpus_list: 0",
		"sys/devices/system/cpu/cpu1/topology/core_cpus_list: 1",
		"sys/devices/system/cpu/cpu{0-1}/topology/physical_package_id: 0",
		"sys/devices/system/cpu/cpu0/cache/index0/level: 1",
		"sys/devices/system/cpu/cpu0/cache/index0/type: Data",
		"sys/devices/system/cpu/cpu0/cache/index0/size: 32K",
		"sys/devices/system/cpu/cpu0/cache/index0/shared_cpu_list: 0",
		"sys/devices/system/cpu/cpu0/cache/index1/level: 1",
		"sys/devices/system/cpu/cpu0/cache/index1/type: Instruction",
		"sys/devices/system/cpu/cpu0/cache/index1/size: 32K",
		"sys/devices/system/cpu/cpu0/cache/index2/level: 2",
		"sys/devices/system/cpu/cpu0/cache/index2/type: Unified",
		"sys/devices/system/cpu/cpu0/cache/index2/size: 1280K",
		"sys/devices/system/cpu/cpu0/cache/index3/level: 3",
		"sys/devices/system/cpu/cpu0/cache/index3/type: Unified",
		"sys/devices/system/cpu/cpu0/cache/index3/size: 32768K",
		"sys/devices/system/cpu/cpu0/cache/index3/shared_cpu_list: 0-1",
		"sys/devices/system/node/node0/cpulist: 0-1",
	)
}

// smtTree is a server of two sockets, each a node of two cores with two
// hardware threads: the core of CPU i has the second thread i+4. The kernel
// numbers the sockets' cores alternately, and core_id repeats on each socket.
func smtTree() fstest.MapFS {
	fsys := files(
		"proc/cpuinfo: model name\t: Intel(R) Xeon(R)\nflags\t\t: fpu sse2\n",
		"sys/devices/system/cpu/online: 0-7",
		"sys/devices/system/cpu/cpu{0,2,4,6}/topology/physical_package_id: 0",
		"sys/devices/system/cpu/cpu{1,3,5,7}/topology/physical_package_id: 1",
		"sys/devices/system/cpu/cpu{0,1,4,5}/topology/core_id: 0",
		"sys/devices/system/cpu/cpu{2,3,6,7}/topology/core_id: 1",
		"sys/devices/system/cpu/cpu{0-6}/cpufreq/scaling_governor: performance",
		"sys/devices/system/cpu/cpu7/cpufreq/scaling_governor: powersave",
		"sys/devices/system/node/node0/cpulist: 0,2,4,6",
		"sys/devices/system/node/node1/cpulist: 1,3,5,7",
	)
	for i := range 8 {
		fsys[fmt.Sprintf("sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", i)] =
			&fstest.MapFile{Data: fmt.Appendf(nil, "%d,%d\n", i%4, i%4+4)}
	}
	return fsys
}

// hybridTree is a laptop with two fast cores of two threads (0-3) and four
// small cores (4-7).
func hybridTree() fstest.MapFS {
	return files(
		"proc/cpuinfo: model name\t: 13th Gen Intel(R) Core(TM)\nflags\t\t: fpu\n",
		"sys/devices/cpu_core/cpus: 0-3",
		"sys/devices/cpu_atom/cpus: 4-7",
		"sys/devices/system/cpu/online: 0-7",
		"sys/devices/system/cpu/cpu{0-1}/topology/core_cpus_list: 0-1",
		"sys/devices/system/cpu/cpu{2-3}/topology/core_cpus_list: 2-3",
		"sys/devices/system/cpu/cpu4/topology/core_cpus_list: 4",
		"sys/devices/system/cpu/cpu5/topology/core_cpus_list: 5",
		"sys/devices/system/cpu/cpu6/topology/core_cpus_list: 6",
		"sys/devices/system/cpu/cpu7/topology/core_cpus_list: 7",
		"sys/devices/system/node/node0/cpulist: 0-7",
	)
}

// armTree is a phone-like arm64 machine: two small cores come first.
func armTree() fstest.MapFS {
	return files(
		"proc/cpuinfo: processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n",
		"sys/devices/system/cpu/online: 0-3",
		"sys/devices/system/cpu/cpu0/topology/core_cpus_list: 0",
		"sys/devices/system/cpu/cpu1/topology/core_cpus_list: 1",
		"sys/devices/system/cpu/cpu2/topology/core_cpus_list: 2",
		"sys/devices/system/cpu/cpu3/topology/core_cpus_list: 3",
		"sys/devices/system/cpu/cpu{0-1}/cpu_capacity: 446",
		"sys/devices/system/cpu/cpu{2-3}/cpu_capacity: 1024",
	)
}
