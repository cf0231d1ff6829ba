package topo

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
)

// CPU is one logical CPU, a hardware thread in other words.
type CPU struct {
	ID       int   // the kernel's number
	Core     int   // the lowest ID among Siblings: it names the physical core
	Package  int   // the kernel's number of the socket, 0 where unknown
	Node     int   // the NUMA node, 0 where unknown
	Class    int   // 0 for the most capable kind of core that the machine has, then 1, ...
	Siblings []int // the online CPUs of the same physical core, itself included

	// LastLevel are the CPUs behind the same last-level cache, itself included,
	// ascending; nil where unknown.
	LastLevel []int
}

// Cache is one cache, as one of the CPUs behind it sees it.
type Cache struct {
	Level     int
	Type      string // Data, Instruction or Unified
	SizeBytes int64
	SharedBy  []int // the CPUs behind it, nil where unknown
}

// String returns the cache as people write it: "L1d 32 KiB".
func (c Cache) String() string {
	kind := map[string]string{"Data": "d", "Instruction": "i"}[c.Type]
	return fmt.Sprintf("L%d%s %s", c.Level, kind, formatSize(c.SizeBytes))
}

func formatSize(n int64) string {
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= unit.bytes && n%unit.bytes == 0 {
			return fmt.Sprintf("%d %s", n/unit.bytes, unit.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}

// Machine is what this process has of a machine. It is a plain value: reading
// it from several goroutines is safe.
type Machine struct {
	CPUs   []CPU   // online and allowed to this process, by ID
	Known  bool    // the cores and siblings were read, not assumed to be one a CPU
	SMT    bool    // some core of CPUs has a second hardware thread online, allowed to us or not
	Nodes  int     // the NUMA nodes that CPUs belong to, 0 where unknown
	Caches []Cache // of the most capable kind of core, as its first CPU sees them
	Kinds  []Kind  // the kinds of core by class, nil where all are alike

	// Quota is how many CPUs' worth of time the process is allowed, 0 where
	// that is not limited: see [CPUQuota].
	Quota float64

	// MemoryLimit is how many bytes of memory the control groups allow the process,
	// the least of its own group and those above, 0 where that is not limited.
	MemoryLimit uint64

	Grouped bool // the process's control groups are known, and with them that there is no limit

	Model          string // of the most capable kind of core
	Kernel         string // its release
	Virtualization string // "none", the hypervisor's name, "vm" for one without a name

	Tuning

	NoPinning bool // the system keeps no thread on a CPU: [PinThread] fails
}

// Read describes the machine that the process runs on, restricted to the CPUs
// that the process was allowed when it started. It fails where none of those is
// online.
func Read() (Machine, error) { return read() }

// Cores returns the number of physical cores among the machine's CPUs.
func (m Machine) Cores() int { return len(m.coresOf(func(CPU) bool { return true })) }

func (m Machine) coresOf(want func(CPU) bool) map[int]bool {
	cores := map[int]bool{}
	for _, c := range m.CPUs {
		if want(c) {
			cores[c.Core] = true
		}
	}
	return cores
}

// Config returns the machine as key and value pairs, in a fixed order, for the
// configuration lines of a benchmark file whose workers run on the given CPUs,
// or unpinned where that is nil: the model and the caches are those of the kinds
// of core that workers run on. Every value is one line. A key whose value is
// unknown is left out.
func (m Machine) Config(workers []int) [][2]string {
	var pairs [][2]string
	add := func(key, value string) {
		if value = strings.Join(strings.Fields(value), " "); value != "" {
			pairs = append(pairs, [2]string{key, value})
		}
	}
	kinds := m.KindsOf(workers)
	if len(kinds) == 0 {
		kinds = []Kind{{Model: m.Model, Caches: m.Caches}}
	}
	add("cpu", describeKinds(kinds, func(k Kind) string { return k.Model }))
	if m.Known {
		add("cores", m.describeCores())
		add("smt", map[bool]string{true: "on", false: "off"}[m.SMT])
	} else if n := len(m.CPUs); n > 0 {
		add("cpus", strconv.Itoa(n))
	}
	if m.Quota > 0 {
		add("cpu-quota", formatQuota(m.Quota))
	}
	if m.MemoryLimit > 0 {
		add("memory-limit", formatSize(int64(m.MemoryLimit)))
	}
	if m.Nodes > 0 {
		add("numa", strconv.Itoa(m.Nodes))
	}
	add("caches", describeKinds(kinds, Kind.describeCaches))
	add("kernel", m.Kernel)
	add("virtualization", m.Virtualization)
	add("governor", m.Governor)
	add("turbo", m.Turbo)
	add("isolated", FormatCPUList(m.Isolated))
	add("clocksource", m.Clock)
	return pairs
}

// describeCores counts the cores, by class on a hybrid processor.
func (m Machine) describeCores() string {
	text := strconv.Itoa(m.Cores())
	var classes []string
	for class := 0; ; class++ {
		n := len(m.coresOf(func(c CPU) bool { return c.Class == class }))
		if n == 0 {
			break
		}
		classes = append(classes, strconv.Itoa(n))
	}
	if len(classes) > 1 {
		text += " (" + strings.Join(classes, "+") + ", fastest first)"
	}
	return text
}

// describeCaches names each cache, and by how many CPUs it is shared if it is.
func (k Kind) describeCaches() string {
	var parts []string
	for _, c := range k.Caches {
		text := c.String()
		if n := len(c.SharedBy); n > 1 {
			text += fmt.Sprintf(" shared by %d CPUs", n)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// assumed returns the machine of which nothing is known but its CPUs.
func assumed(ids []int) Machine {
	m := Machine{}
	for _, id := range ids {
		m.CPUs = append(m.CPUs, CPU{ID: id, Core: id, Siblings: []int{id}})
	}
	return m
}

// counted returns the CPUs that the Go runtime counts, numbered from 0.
func counted() []int {
	ids := make([]int, runtime.NumCPU())
	for i := range ids {
		ids[i] = i
	}
	return ids
}
