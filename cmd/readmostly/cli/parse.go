package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"readmostly/results"
	"readmostly/workloads"
)

// splitList splits a list at its commas.
func splitList(s string) []string {
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// parseEach reads a list of distinct values. Its errors name the flag.
func parseEach[T comparable](flag, list string, parse func(string) (T, error)) ([]T, error) {
	var values []T
	for _, part := range splitList(list) {
		v, err := parse(part)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		if !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values, nil
}

func parseStructure(s string) (workloads.Structure, error) {
	structure := workloads.Structure(s)
	if structure != workloads.List && structure != workloads.Hash {
		return "", fmt.Errorf("%q is not a structure: want %s or %s", s, workloads.List, workloads.Hash)
	}
	return structure, nil
}

// maxThreads keeps a slip of the keyboard from starting millions of workers.
const maxThreads = 1 << 16

func parseThreads(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxThreads {
		return 0, fmt.Errorf("%q is not a number of threads: want 1 to %d, such as 1,2,4", s, maxThreads)
	}
	return n, nil
}

func parseBuckets(s string) (int, error) {
	n, err := results.ParseSize(s)
	if err != nil || n&(n-1) != 0 || n > 1<<31 {
		return 0, fmt.Errorf("--buckets: %q is not a number of chains: want a power of two up to 2G, such as 64 or 1k", s)
	}
	return n, nil
}

// maxCount keeps the schedule, which is made before anything is measured, small.
const maxCount = 1 << 16

func parseCount(flag, s, what string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s: %q is not a number of %s: want 1 or more, such as 6", flag, s, what)
	}
	if n > maxCount {
		return 0, fmt.Errorf("%s: %d %s are too many: want at most %d, such as 6", flag, n, what, maxCount)
	}
	return n, nil
}

func parseSeed(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 0, 64)
	if err != nil {
		return 0, fmt.Errorf("--seed: %q is not a number from 0 to 2^64-1", s)
	}
	return n, nil
}

// longestWindow is far beyond what any window needs, and keeps sums of windows far
// from the limits of a time.
const longestWindow = time.Hour

func parseWindow(flag, s string) (time.Duration, error) {
	d, err := parseDuration(flag, s, 1)
	if err == nil && d > longestWindow {
		return 0, fmt.Errorf("%s: %s is too long: want at most %v, such as 100ms", flag, s, longestWindow)
	}
	return d, err
}

// parseDuration reads a time that is at least least.
func parseDuration(flag, s string, least time.Duration) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%s: %q is not a time: want a number with its unit, such as 100ms or 1s", flag, s)
	}
	if d < least {
		want := "more than 0"
		if least == 0 {
			want = "0 or more"
		}
		return 0, fmt.Errorf("%s: %s is too short: want %s, such as 100ms", flag, s, want)
	}
	return d, nil
}

// parseRate reads how often something happens, and returns it per second. k, M and G
// are powers of 1,000.
func parseRate(s string) (float64, error) {
	wrong := fmt.Errorf("%q is not a rate: want a number per s, min or h, such as 200k/s or 5/min", s)
	number, unit, _ := strings.Cut(s, "/")
	seconds, ok := map[string]float64{"s": 1, "min": 60, "h": 3600}[unit]
	if !ok {
		return 0, wrong
	}
	factor := 1.0
	for suffix, f := range map[string]float64{"k": 1e3, "M": 1e6, "G": 1e9} {
		if digits, ok := strings.CutSuffix(number, suffix); ok {
			number, factor = digits, f
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v >= 0 && v <= mostPerSecond) {
		return 0, wrong
	}
	return v * factor / seconds, nil
}

// mostPerSecond keeps rates far from the limits of a number.
const mostPerSecond = 1e18
