//go:build !nolinux

package bench

import (
	"bytes"
	"os"
	"slices"
	"strconv"
)

// stolenTime returns for how many ticks the hypervisor has run others on the
// CPUs, or 0 where that is not known. A tick is about 10 ms: see proc_stat(5).
func stolenTime(cpus []int) int {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	return parseSteal(text, cpus)
}

// parseSteal reads the eighth number of the lines of CPUs, of all where none is
// named.
func parseSteal(text []byte, cpus []int) (sum int) {
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		name, ok := bytes.CutPrefix(line, []byte("cpu"))
		if !ok || len(fields) < 9 || len(name) == 0 {
			continue
		}
		id, err := strconv.Atoi(string(bytes.TrimPrefix(fields[0], []byte("cpu"))))
		if err != nil || len(cpus) > 0 && !slices.Contains(cpus, id) {
			continue
		}
		if n, err := strconv.Atoi(string(fields[8])); err == nil {
			sum += n
		}
	}
	return sum
}
