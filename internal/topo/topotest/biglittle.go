package topotest

import (
	"fmt"
	"testing/fstest"

	"readmostly/internal/topo"
)

// BigLittle returns the files of an arm64 machine with two kinds of core: four
// little ones (Cortex-A55, CPUs 0-3) before two big ones (Cortex-A76, CPUs 4-5),
// each kind with caches of its own sizes.
func BigLittle() fstest.MapFS {
	tree := fstest.MapFS{}
	file := func(content, format string, args ...any) {
		tree[fmt.Sprintf(format, args...)] = &fstest.MapFile{Data: []byte(content + "\n")}
	}
	cpuinfo := ""
	file("0-5", "sys/devices/system/cpu/online")
	for cpu := range 6 {
		part, midr, capacity, frequency, l1, l2 := "0xd05", "0x00000000412fd050", "446", "1800000", "32K", "128K"
		if cpu >= 4 {
			part, midr, capacity, frequency, l1, l2 = "0xd0b", "0x00000000414fd0b0", "1024", "2400000", "64K", "512K"
		}
		cpuinfo += fmt.Sprintf("processor\t: %d\nCPU implementer\t: 0x41\nCPU part\t: %s\n\n", cpu, part)
		dir := fmt.Sprintf("sys/devices/system/cpu/cpu%d/", cpu)
		file(topo.FormatCPUList([]int{cpu}), "%stopology/core_cpus_list", dir)
		file(capacity, "%scpu_capacity", dir)
		file(midr, "%sregs/identification/midr_el1", dir)
		file(frequency, "%scpufreq/cpuinfo_max_freq", dir)
		for i, cache := range []struct{ level, typ, size, shared string }{
			{"1", "Data", l1, fmt.Sprint(cpu)},
			{"1", "Instruction", l1, fmt.Sprint(cpu)},
			{"2", "Unified", l2, fmt.Sprint(cpu)},
			{"3", "Unified", "2048K", "0-5"},
		} {
			index := fmt.Sprintf("%scache/index%d/", dir, i)
			file(cache.level, "%slevel", index)
			file(cache.typ, "%stype", index)
			file(cache.size, "%ssize", index)
			file(cache.shared, "%sshared_cpu_list", index)
		}
	}
	file(cpuinfo, "proc/cpuinfo")
	return tree
}
