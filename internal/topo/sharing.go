package topo

import (
	"fmt"
	"math"
	"strings"
)

// Sharing says how far the workers of a placement get in each other's way.
type Sharing struct {
	Workers int
	CPUs    int // distinct ones among which the workers are divided
	Cores   int // the physical cores of those
	PerCPU  int // the most workers on one CPU: oversubscription, if more than 1
	PerCore int // the most workers on one physical core
}

// Sharing returns how n workers share the CPUs of a placement, worker i being on
// the i-th, from the start again where there are more workers. nil stands for
// unpinned workers, which the system spreads as evenly as it can over all CPUs.
func (m Machine) Sharing(n int, cpus []int) Sharing {
	if n <= 0 {
		return Sharing{}
	}
	if len(cpus) == 0 {
		s := Sharing{Workers: n, CPUs: max(1, len(m.CPUs)), Cores: max(1, m.Cores())}
		s.PerCPU, s.PerCore = (n-1)/s.CPUs+1, (n-1)/s.Cores+1
		return s
	}
	core := map[int]int{}
	for _, c := range m.CPUs {
		core[c.ID] = c.Core
	}
	s := Sharing{Workers: n}
	onCPU, onCore := map[int]int{}, map[int]int{}
	for _, cpu := range wrap(cpus, n) {
		onCPU[cpu]++
		s.PerCPU = max(s.PerCPU, onCPU[cpu])
		on, known := core[cpu]
		if !known {
			on = cpu
		}
		onCore[on]++
		s.PerCore = max(s.PerCore, onCore[on])
	}
	s.CPUs, s.Cores = len(onCPU), len(onCore)
	return s
}

// Notes returns what the reader of a result should know about n workers on the
// given CPUs, nil for unpinned ones: that workers wait for a CPU or for the CPU
// time that the process is allowed, share physical cores, or run on cores of
// several kinds. Each note is one line, and there are none where each worker has
// a core like the others'.
func (m Machine) Notes(n int, cpus []int) []string {
	var notes []string
	s := m.Sharing(n, cpus)
	switch {
	case s.PerCPU > 1:
		notes = append(notes, fmt.Sprintf("%s on %s is oversubscription: times include waiting for a CPU", count(n, "thread"), count(s.CPUs, "CPU")))
	case s.PerCore > 1:
		notes = append(notes, fmt.Sprintf("%s on %s: some share a core's hardware threads", count(n, "thread"), count(s.Cores, "core")))
	}
	if m.Quota > 0 && float64(n) > m.Quota {
		notes = append(notes, fmt.Sprintf("%s in the time of %s, which the control group allows: times include waiting for it", count(n, "thread"), formatQuota(m.Quota)))
	}
	if n > 0 && len(cpus) > 0 {
		cpus = wrap(cpus, n)
	}
	if kinds := m.KindsOf(cpus); len(kinds) > 1 {
		var lists []string
		for _, k := range kinds {
			lists = append(lists, FormatCPUList(k.CPUs))
		}
		where := "run on"
		if len(cpus) == 0 {
			where = "are not pinned, and may run on any of"
		}
		notes = append(notes, fmt.Sprintf("%s %s %d kinds of core (CPUs %s, fastest first): they are not equally fast", count(n, "thread"), where, len(kinds), strings.Join(lists, "; ")))
	}
	return notes
}

// formatQuota writes a CPU quota: 1.5 CPUs.
func formatQuota(cpus float64) string {
	if cpus == 1 {
		return "1 CPU"
	}
	return fmt.Sprintf("%.3g CPUs", cpus)
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// withinQuota returns the most workers that the CPU quota lets run at the same
// time, at least 1, or the largest number where there is no quota.
func (m Machine) withinQuota() int {
	if m.Quota <= 0 || m.Quota >= math.MaxInt32 {
		return math.MaxInt32
	}
	return max(1, int(m.Quota))
}
