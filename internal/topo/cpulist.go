package topo

import (
	"fmt"
	"strconv"
	"strings"
)

// maxCPU bounds the CPU numbers and the length of a list, so that a broken list
// such as 0-4294967295 can't fill the memory: it is the most that Linux supports.
const maxCPU = 8192 - 1

// ParseCPUList reads a list in the form that sysfs, taskset and numactl use:
// numbers and ranges of them, "0-3,8,10-11". The order and repetitions are
// kept. White space around the whole is ignored and an empty list is no error.
func ParseCPUList(s string) ([]int, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	var cpus []int
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		lo, err := parseCPU(first)
		if err != nil {
			return nil, fmt.Errorf("CPU list %.40q: %w", s, err)
		}
		hi := lo
		if isRange {
			if hi, err = parseCPU(last); err != nil {
				return nil, fmt.Errorf("CPU list %.40q: %w", s, err)
			}
		}
		if hi < lo {
			return nil, fmt.Errorf("CPU list %.40q: the range %s runs downwards", s, part)
		}
		if len(cpus)+hi-lo > maxCPU {
			return nil, fmt.Errorf("CPU list %.40q: more than %d CPUs", s, maxCPU+1)
		}
		for cpu := lo; cpu <= hi; cpu++ {
			cpus = append(cpus, cpu)
		}
	}
	return cpus, nil
}

func parseCPU(s string) (int, error) {
	cpu, err := strconv.ParseUint(s, 10, 32)
	if err != nil || cpu > maxCPU {
		return 0, fmt.Errorf("%.40q is no CPU number (want 0 to %d, as in 0-3,8)", s, maxCPU)
	}
	return int(cpu), nil
}

// FormatCPUList writes a list so that [ParseCPUList] reads the same one back:
// neighbours that count upwards become a range.
func FormatCPUList(cpus []int) string {
	var b strings.Builder
	for i := 0; i < len(cpus); {
		j := i
		for j+1 < len(cpus) && cpus[j+1] == cpus[j]+1 {
			j++
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(cpus[i]))
		if j > i {
			b.WriteByte('-')
			b.WriteString(strconv.Itoa(cpus[j]))
		}
		i = j + 1
	}
	return b.String()
}
