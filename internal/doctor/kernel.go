package doctor

import (
	"fmt"
	"slices"
	"strings"

	"readmostly/internal/topo"
)

func hugePages(m topo.Machine, o HugePages) Finding {
	const name = "huge pages"
	system := ""
	if m.HugePages != "" {
		system = " (system: " + m.HugePages + ")"
	}
	switch {
	case !o.Known:
		return because(name, "whether they are granted is unknown"+system, "nothing: small maps don't need them; of large ones compare ratios only")
	case o.Granted >= o.Touched:
		return good(name, "granted: %s of %s of element memory%s", topo.FormatBytes(uint64(o.Granted)), topo.FormatBytes(uint64(o.Touched)), system)
	}
	f := good(name, "refused: %s of %s of element memory%s: large maps miss the TLB", topo.FormatBytes(uint64(o.Granted)), topo.FormatBytes(uint64(o.Touched)), system)
	if m.HugePages == "never" {
		return f.but("echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled")
	}
	return f.but("echo 1 | sudo tee /proc/sys/vm/compact_memory: free memory is in small pieces, or a setting of the process forbids them")
}

func membarrier(err error) Finding {
	const name = "membarrier"
	if err == nil {
		return good(name, "yes: readers of rcu-classic and hazard need no fence")
	}
	return good(name, "no: %v: mechanisms that have it spare their readers a fence pay for one", err).
		but("Linux 4.14 or newer; in a container, a seccomp profile that allows membarrier(2)")
}

func counters(o PMU, paranoid string) Finding {
	const name = "counters"
	level := ""
	if paranoid != "" {
		level = " (kernel.perf_event_paranoid " + paranoid + ")"
	}
	switch {
	case len(o.Counted) == 0 && o.Missing == "":
		return because(name, "not tried"+level, "readmostly list counters shows them")
	case len(o.Counted) == 0:
		return good(name, "software events only%s: no cycles, no cache misses", level).but(o.Missing)
	case o.Missing != "":
		return good(name, "%s, %s%s; others not", strings.Join(o.Counted, ", "), o.Scope, level).but(o.Missing)
	}
	return good(name, "%s, %s%s", strings.Join(o.Counted, ", "), o.Scope, level)
}

// slowClocks are clock sources that take a system call, and most of a microsecond, to
// read.
var slowClocks = []string{"hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit", "xen"}

func clockSource(m topo.Machine) Finding {
	const name = "clock source"
	switch {
	case m.Clock == "":
		return unknown(name, "nothing: the timer says what the clock is good for")
	case !slices.Contains(slowClocks, m.Clock):
		return good(name, "%s", m.Clock)
	}
	remedy := "start the kernel with clocksource=tsc tsc=reliable, if the processor's TSC is"
	if i := slices.IndexFunc(m.Clocks, func(c string) bool { return !slices.Contains(slowClocks, c) }); i >= 0 {
		remedy = fmt.Sprintf("echo %s | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource", m.Clocks[i])
	}
	return good(name, "%s: slow to read", m.Clock).but(remedy)
}
