package topo

import (
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// caches returns the caches of one CPU, in the kernel's order.
func (t tree) caches(cpu int) []Cache {
	dir := path.Join(cpuDir, "cpu"+strconv.Itoa(cpu), "cache")
	var caches []Cache
	for _, i := range t.numbered(dir, "index") {
		index := path.Join(dir, "index"+strconv.Itoa(i))
		level, ok := t.number(index, "level")
		size := parseSize(t.text(index, "size"))
		if !ok || level <= 0 || size <= 0 {
			continue
		}
		caches = append(caches, Cache{
			Level:     level,
			Type:      t.text(index, "type"),
			SizeBytes: size,
			SharedBy:  t.list(index, "shared_cpu_list"),
		})
	}
	return caches
}

// allCaches returns the caches of each CPU.
func (t tree) allCaches(cpus []CPU) [][]Cache {
	caches := make([][]Cache, len(cpus))
	for i, c := range cpus {
		caches[i] = t.caches(c.ID)
	}
	return caches
}

// setLastLevels notes which CPUs are behind the last-level cache of each.
func setLastLevels(cpus []CPU, caches [][]Cache) {
	for i := range cpus {
		c := &cpus[i]
		level := 0
		for _, cache := range caches[i] {
			if cache.Level > level && cache.Type != "Instruction" {
				level, c.LastLevel = cache.Level, cache.SharedBy
			}
		}
		if !slices.Contains(c.LastLevel, c.ID) {
			c.LastLevel = nil
		}
	}
}

// lastLevel names the CPU's last-level cache by the first CPU behind it, or is
// 0 where that is unknown.
func (c CPU) lastLevel() int {
	if len(c.LastLevel) == 0 {
		return 0
	}
	return c.LastLevel[0]
}

// parseSize reads a size such as 32K, and returns 0 for anything else.
func parseSize(s string) int64 {
	shift := 0
	for suffix, bits := range map[string]int{"K": 10, "M": 20, "G": 30} {
		if digits, ok := strings.CutSuffix(s, suffix); ok {
			s, shift = digits, bits
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return 0
	}
	return n << shift
}

// LargestCache returns the size of the machine's largest cache in bytes, 0 where
// unknown.
func (m Machine) LargestCache() int64 {
	largest := int64(0)
	for _, c := range m.Caches {
		largest = max(largest, c.SizeBytes)
	}
	return largest
}
