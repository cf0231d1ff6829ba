package topo

import (
	"slices"
	"strconv"
	"strings"
)

// Paths that the kernel documents: Documentation/admin-guide/pm/cpufreq.rst and
// intel_pstate.rst, admin-guide/mm/transhuge.rst, ABI/testing/sysfs-devices-system-cpu
// and -clocksource.
const (
	clockDir     = "sys/devices/system/clocksource/clocksource0"
	hugePageFile = "sys/kernel/mm/transparent_hugepage/enabled"
)

// Tuning is what an administrator can set that changes figures. What is unknown is
// empty or nil.
type Tuning struct {
	Governor string // of the CPU frequency; where CPUs differ all, joined with '+'
	Turbo    string // "on" or "off": whether cores may run faster than their nominal frequency
	Isolated []int  // CPUs that the scheduler leaves alone, of the whole machine

	Clock  string   // what the kernel reads the time from
	Clocks []string // what it could

	HugePages string // when memory is put into huge pages: "always", "madvise" or "never"
}

func (t tree) tuning(cpus []CPU) Tuning {
	return Tuning{
		Governor:  t.governor(cpus),
		Turbo:     t.turbo(),
		Isolated:  t.list(cpuDir, "isolated"),
		Clock:     t.text(clockDir, "current_clocksource"),
		Clocks:    strings.Fields(t.text(clockDir, "available_clocksource")),
		HugePages: t.chosen(hugePageFile),
	}
}

// turbo asks Intel's own driver first: where it is at work there is no other file.
func (t tree) turbo() string {
	switch t.text(cpuDir, "intel_pstate/no_turbo") {
	case "0":
		return "on"
	case "1":
		return "off"
	}
	switch t.text(cpuDir, "cpufreq/boost") {
	case "1":
		return "on"
	case "0":
		return "off"
	}
	return ""
}

// chosen returns which of several words the kernel marks as in force, as in
// "always [madvise] never".
func (t tree) chosen(file string) string {
	for _, word := range strings.Fields(t.text(file)) {
		if inner, ok := strings.CutPrefix(word, "["); ok && strings.HasSuffix(inner, "]") {
			return strings.TrimSuffix(inner, "]")
		}
	}
	return ""
}

// governor returns the frequency governors of the CPUs: one, or all there are.
func (t tree) governor(cpus []CPU) string {
	var names []string
	for _, c := range cpus {
		name := t.text(cpuDir, "cpu"+strconv.Itoa(c.ID), "cpufreq/scaling_governor")
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "+")
}
