package doctor

import (
	"fmt"
	"slices"
	"strings"

	"readmostly/internal/topo"
)

func cores(m topo.Machine) Finding {
	const name = "cores"
	if len(m.CPUs) == 0 {
		return unknown(name, "nothing: the comparison needs to know its CPUs")
	}
	if !m.Known {
		return because(name, fmt.Sprintf("%s; which of them share a core is unknown", count(len(m.CPUs), "CPU")),
			sysfs(m))
	}
	fact := fmt.Sprintf("%d", m.Cores())
	if m.Model != "" && len(m.Kinds) < 2 {
		fact += " of " + m.Model
	}
	if m.Nodes > 1 {
		fact += fmt.Sprintf(", %d nodes: tables have the threads of one node, and of all", m.Nodes)
	}
	f := good(name, "%s", fact)
	if m.Cores() == 1 {
		return f.but("take a machine with more: what readers and writers do to each other can't be seen on one core")
	}
	return f
}

func smt(m topo.Machine) Finding {
	const name = "smt"
	switch {
	case !m.Known:
		return unknown(name, sysfs(m))
	case m.SMT:
		return good(name, "on: up to %s have a core of their own", count(m.Cores(), "worker")).
			but("echo off | sudo tee /sys/devices/system/cpu/smt/control: who runs on a sibling slows its core's worker down")
	}
	return good(name, "off")
}

func kinds(m topo.Machine) Finding {
	const name = "kinds of core"
	if len(m.Kinds) < 2 {
		if !m.Known {
			return unknown(name, sysfs(m))
		}
		return good(name, "one")
	}
	var parts []string
	for _, k := range m.Kinds {
		model := k.Model
		if model == "" {
			model = "unknown"
		}
		parts = append(parts, fmt.Sprintf("%s (CPUs %s)", model, topo.FormatCPUList(k.CPUs)))
	}
	fast := m.Kinds[0].CPUs
	return good(name, "%d, fastest first: %s", len(m.Kinds), strings.Join(parts, "; ")).
		but(fmt.Sprintf("bench --threads %s --pin %s keeps to cores that are equally fast", upTo(len(fast)), topo.FormatCPUList(fast)))
}

func governor(m topo.Machine) Finding {
	const name = "governor"
	switch m.Governor {
	case "":
		return unknown(name, hostDecides(m, "look for the firmware's power profile: choose maximum performance"))
	case "performance":
		return good(name, "%s", m.Governor)
	}
	return good(name, "%s: the frequency follows the load", m.Governor).but("sudo cpupower frequency-set -g performance")
}

func turbo(m topo.Machine) Finding {
	const name = "turbo"
	switch m.Turbo {
	case "on":
		return good(name, "on: the frequency depends on how many cores work, and on the temperature").
			but("echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost")
	case "off":
		return good(name, "off")
	}
	return unknown(name, hostDecides(m, "look for it in the firmware: ratios suffer less from it than times and scaling"))
}

// hostDecides returns the remedy, or that a hypervisor's host has it in hand.
func hostDecides(m topo.Machine, remedy string) string {
	switch {
	case virtual(m):
		return "nothing: the host decides it; ratios suffer less than times"
	case m.NoPinning:
		return sysfs(m)
	}
	return remedy
}

// sysfs returns what to do where the kernel doesn't say.
func sysfs(m topo.Machine) string {
	if m.NoPinning {
		return "nothing: it is read on Linux alone"
	}
	return "mount sysfs on /sys"
}

func isolated(m topo.Machine) Finding {
	const name = "isolated CPUs"
	if !m.Known {
		return unknown(name, sysfs(m))
	}
	var ours []int
	for _, c := range m.CPUs {
		if slices.Contains(m.Isolated, c.ID) {
			ours = append(ours, c.ID)
		}
	}
	all := topo.FormatCPUList(m.Isolated)
	switch {
	case len(m.Isolated) == 0:
		return good(name, "none: windows that others disturb are played again")
	case len(ours) == 0:
		return good(name, "%s, of which this process has none", all).
			but(fmt.Sprintf("taskset -c %s readmostly bench measures where nobody else runs", all))
	case len(ours) < len(m.CPUs):
		return good(name, "%s, and others that workers may get", topo.FormatCPUList(ours)).
			but(fmt.Sprintf("bench --pin %s", topo.FormatCPUList(ours)))
	}
	return good(name, "%s: workers have no others", topo.FormatCPUList(ours))
}

// virtual reports whether there is a hypervisor, as far as is known.
func virtual(m topo.Machine) bool {
	name, _, _ := strings.Cut(m.Virtualization, ", ")
	return name != "" && name != "none" && !strings.HasPrefix(name, "in a ")
}

func virtualization(m topo.Machine) Finding {
	const name = "virtualization"
	switch {
	case m.Virtualization == "":
		return unknown(name, "nothing: steal, noise and counters show what a hypervisor does")
	case virtual(m):
		return good(name, "%s: the host decides when cores run, and how far apart", m.Virtualization).
			but("measure on bare metal, or on CPUs that the host dedicates to this guest")
	}
	return good(name, "%s", m.Virtualization)
}

// upTo is what to give --threads for one worker, and for n.
func upTo(n int) string {
	if n < 2 {
		return "1"
	}
	return fmt.Sprintf("1,%d", n)
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
