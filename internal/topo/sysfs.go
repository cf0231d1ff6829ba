package topo

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The folders of sysfs that the kernel documents under
// Documentation/ABI/stable/sysfs-devices-system-cpu and -node.
const (
	cpuDir  = "sys/devices/system/cpu"
	nodeDir = "sys/devices/system/node"
)

// ReadFS describes a machine from its /proc and /sys, found in fsys, which is
// rooted at /. Only the CPUs in allowed count; nil allows all. Missing and
// broken files leave what they tell unknown; it fails only where no CPU is
// left.
func ReadFS(fsys fs.FS, allowed []int) (Machine, error) {
	return tree{fsys}.machine(allowed, "")
}

// tree reads small text files. What can't be read is empty.
type tree struct{ fs.FS }

func (t tree) text(elem ...string) string {
	data, err := fs.ReadFile(t.FS, path.Join(elem...))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

func (t tree) number(elem ...string) (int, bool) {
	n, err := strconv.Atoi(t.text(elem...))
	return n, err == nil
}

// list returns the CPU list in a file, sorted, without repetitions.
func (t tree) list(elem ...string) []int {
	cpus, err := ParseCPUList(t.text(elem...))
	if err != nil {
		return nil
	}
	slices.Sort(cpus)
	return slices.Compact(cpus)
}

// numbered returns the numbers behind prefix in a folder's names, sorted.
func (t tree) numbered(dir, prefix string) []int {
	entries, _ := fs.ReadDir(t.FS, dir)
	var ids []int
	for _, e := range entries {
		if digits, ok := strings.CutPrefix(e.Name(), prefix); ok {
			if id, err := parseCPU(digits); err == nil {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (t tree) machine(allowed []int, vendor cpuidVendor) (Machine, error) {
	online := t.online()
	ids := online
	if len(online) == 0 {
		ids = slices.Sorted(slices.Values(allowed))
		ids = slices.Compact(ids)
	} else if allowed != nil {
		ids = slices.DeleteFunc(slices.Clone(online), func(id int) bool { return !slices.Contains(allowed, id) })
	}
	if len(ids) == 0 {
		if len(online) == 0 {
			return Machine{}, errors.New("topo: no list of CPUs under /" + cpuDir)
		}
		return Machine{}, fmt.Errorf("topo: none of the allowed CPUs (%s) is online (%s)", FormatCPUList(allowed), FormatCPUList(online))
	}
	m := assumed(ids)
	m.Known = len(online) > 0
	for i := range m.CPUs {
		c := &m.CPUs[i]
		if c.Siblings = t.siblings(c.ID, online); c.Siblings == nil {
			c.Siblings = []int{c.ID}
			m.Known = false
		}
		c.Core = c.Siblings[0]
		m.SMT = m.SMT || len(c.Siblings) > 1
		if pkg, ok := t.number(cpuDir, "cpu"+strconv.Itoa(c.ID), "topology/physical_package_id"); ok && pkg > 0 {
			c.Package = pkg
		}
	}
	m.Nodes = t.nodes(m.CPUs)
	caches, info := t.allCaches(m.CPUs), t.cpuinfo()
	setLastLevels(m.CPUs, caches)
	kinds := t.kinds(m.CPUs, caches, info)
	m.Model, m.Caches = kinds[0].Model, kinds[0].Caches
	if len(kinds) > 1 {
		m.Kinds = kinds
	}
	m.Kernel = t.text("proc/sys/kernel/osrelease")
	m.Virtualization = t.virtualization(vendor, info)
	m.Tuning = t.tuning(m.CPUs)
	m.Quota, _ = t.cpuQuota()
	m.MemoryLimit, _ = t.memoryLimit()
	m.Grouped = t.text("proc/self/cgroup") != ""
	return m, nil
}

// online returns the online CPUs, from the list or else from the folders.
func (t tree) online() []int {
	if cpus := t.list(cpuDir, "online"); cpus != nil {
		return cpus
	}
	ids := t.numbered(cpuDir, "cpu")
	return slices.DeleteFunc(ids, func(id int) bool {
		return t.text(cpuDir, "cpu"+strconv.Itoa(id), "online") == "0"
	})
}

// siblings returns the online CPUs that share id's physical core, or nil where
// the machine doesn't say. The list is trusted rather than core_id, which
// repeats from package to package and, on some machines, from die to die.
func (t tree) siblings(id int, online []int) []int {
	for _, name := range []string{"core_cpus_list", "thread_siblings_list"} {
		list := t.list(cpuDir, "cpu"+strconv.Itoa(id), "topology", name)
		list = slices.DeleteFunc(list, func(c int) bool { return !slices.Contains(online, c) })
		if slices.Contains(list, id) {
			return list
		}
	}
	return nil
}

// nodes fills in the NUMA node of each CPU and returns how many there are, 0
// where the kernel doesn't say of all.
func (t tree) nodes(cpus []CPU) int {
	of := map[int]int{}
	for _, node := range t.numbered(nodeDir, "node") {
		for _, cpu := range t.list(nodeDir, "node"+strconv.Itoa(node), "cpulist") {
			of[cpu] = node
		}
	}
	seen := map[int]bool{}
	for i := range cpus {
		node, ok := of[cpus[i].ID]
		if !ok {
			return 0
		}
		cpus[i].Node = node
		seen[node] = true
	}
	return len(seen)
}
