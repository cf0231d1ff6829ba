package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// availableMemory returns how many bytes this process can have without pushing
// others out, and whether that is known: what the kernel calls available, within
// the limit of the control group.
func availableMemory() (bytes uint64, known bool) {
	meminfo, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	bytes, known = parseMemAvailable(string(meminfo))
	limit, ok := readNumber("/sys/fs/cgroup/memory.max")
	used, ok2 := readNumber("/sys/fs/cgroup/memory.current")
	if ok && ok2 {
		bytes, known = min(bytes, limit-min(used, limit)), true
	}
	return bytes, known
}

// parseMemAvailable finds the number of bytes available in /proc/meminfo.
func parseMemAvailable(meminfo string) (uint64, bool) {
	for line := range strings.Lines(meminfo) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 54)
			return kb << 10, err == nil
		}
	}
	return 0, false
}

// readNumber reads a file that holds a number, and not the word max.
func readNumber(path string) (uint64, bool) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}

// formatBytes writes an amount of memory: 12.3 GiB.
func formatBytes(n uint64) string {
	value, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, next
	}
	return fmt.Sprintf("%.3g %s", value, unit)
}
