package perf

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// format says which bits of which config word hold a term, as sysfs writes it:
// "config:0-7,32-35". The lowest bits of a value go to the first range.
type format struct {
	word string
	bits []uint // the place of each bit of a value, the lowest first
}

func parseFormat(s string) (format, error) {
	word, ranges, ok := strings.Cut(s, ":")
	switch {
	case !ok:
		return format{}, fmt.Errorf("its format %.40q has no colon", s)
	case word != "config" && word != "config1" && word != "config2":
		return format{}, fmt.Errorf("its format %.40q is for a word that is not supported", s)
	}
	f := format{word: word}
	var used uint64
	for r := range strings.SplitSeq(ranges, ",") {
		first, last, isRange := strings.Cut(r, "-")
		if !isRange {
			last = first
		}
		lo, err1 := strconv.ParseUint(first, 10, 6)
		hi, err2 := strconv.ParseUint(last, 10, 6)
		if err1 != nil || err2 != nil || hi < lo {
			return format{}, fmt.Errorf("its format %.40q has the bad range %.20q", s, r)
		}
		for bit := uint(lo); bit <= uint(hi); bit++ {
			if used&(1<<bit) != 0 {
				return format{}, fmt.Errorf("its format %.40q names bit %d twice", s, bit)
			}
			used |= 1 << bit
			f.bits = append(f.bits, bit)
		}
	}
	return f, nil
}

// set replaces the term's bits in a.
func (f format) set(a *attr, value uint64) error {
	if width := bits.Len64(value); width > len(f.bits) {
		return fmt.Errorf("%#x does not fit its %d bits", value, len(f.bits))
	}
	word := &a.config
	switch f.word {
	case "config1":
		word = &a.config1
	case "config2":
		word = &a.config2
	}
	for i, bit := range f.bits {
		*word = *word&^(1<<bit) | value>>i&1<<bit
	}
	return nil
}
