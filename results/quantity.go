package results

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var sizeSuffixes = []struct {
	suffix string
	shift  int
}{{"G", 30}, {"M", 20}, {"k", 10}}

// FormatSize writes a number of elements with the greatest power of 1,024 that
// divides it: 16, 1k, 64k, 1M.
func FormatSize(n int) string {
	for _, s := range sizeSuffixes {
		if n != 0 && n%(1<<s.shift) == 0 {
			return strconv.Itoa(n>>s.shift) + s.suffix
		}
	}
	return strconv.Itoa(n)
}

var amount = regexp.MustCompile(`^[0-9.]+[kKmMgG]?i?[bB]$`)

// ParseSize reads a positive number of elements: digits, and k, M or G, or k, m or
// g, for powers of 1,024.
func ParseSize(s string) (int, error) {
	if amount.MatchString(s) {
		return 0, fmt.Errorf("%q is an amount of memory: want a number of elements, such as 16, 1k or 1M", s)
	}
	digits, shift := s, 0
	for _, x := range sizeSuffixes {
		for _, suffix := range []string{strings.ToLower(x.suffix), strings.ToUpper(x.suffix)} {
			if d, ok := strings.CutSuffix(s, suffix); ok {
				digits, shift = d, x.shift
			}
		}
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || n == 0 || n > math.MaxInt>>shift {
		return 0, fmt.Errorf("%q is not a number of elements: want 1 or more, such as 16, 1k or 1M", s)
	}
	return int(n) << shift, nil
}

// FormatPercent writes a share as a percentage: 0.01 as 1%.
func FormatPercent(share float64) string {
	return strconv.FormatFloat(share*100, 'g', 12, 64) + "%"
}

// ParsePercent reads a percentage from 0% to 100% as a share. The sign is
// demanded, as 1 could be meant as a share.
func ParsePercent(s string) (float64, error) {
	digits, ok := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(v >= 0 && v <= 100) || math.Signbit(v) {
		return 0, fmt.Errorf("%q is not a percentage: want 0%% to 100%%, such as 1%%", s)
	}
	return v / 100, nil
}

// formatShort writes v with three significant digits and without an exponent
// where a person reads it better so.
func formatShort(v float64) string {
	switch a := math.Abs(v); {
	case a == 0:
		return "0"
	case a < 0.0000995:
		return strconv.FormatFloat(v, 'e', 1, 64)
	case a >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 0.9995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	default:
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
}

// formatScaled writes v with a unit that keeps the number under 1,000: 204M.
func formatScaled(v float64) string {
	for _, s := range []struct {
		factor float64
		suffix string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= 0.9995*s.factor {
			return formatShort(v/s.factor) + s.suffix
		}
	}
	return formatShort(v)
}

// formatBytes writes an amount of memory with the unit that keeps the number under
// 1,000: 1.24 MB.
func formatBytes(v float64) string {
	for _, s := range []struct {
		factor float64
		unit   string
	}{{1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}} {
		if math.Abs(v) >= 0.9995*s.factor {
			return formatShort(v/s.factor) + s.unit
		}
	}
	return formatShort(v) + " B"
}

// formatNanoseconds writes a time with the unit that keeps the number under
// 1,000: 1.24 µs.
func formatNanoseconds(ns float64) string {
	for _, s := range []struct {
		factor float64
		unit   string
	}{{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}} {
		if math.Abs(ns) >= 0.9995*s.factor {
			return formatShort(ns/s.factor) + s.unit
		}
	}
	return formatShort(ns) + " ns"
}
