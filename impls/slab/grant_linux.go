//go:build !nolinux

package slab

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"
)

func tryHugePages() Grant {
	const size = grantedPages * hugePage
	s, err := reserveStorage(size)
	if err != nil {
		return Grant{}
	}
	defer func() { _ = s.release() }()
	begin := s.base()
	before, ok := inHugePages(begin, begin+size)
	if !ok {
		return Grant{}
	}
	offset := begin - uintptr(unsafe.Pointer(unsafe.SliceData(s.bytes)))
	for at := uintptr(0); at < size; at += uintptr(os.Getpagesize()) {
		s.bytes[offset+at] = 1
	}
	after, ok := inHugePages(begin, begin+size)
	return Grant{Touched: size, Huge: min(size, max(0, after-before)), Known: ok}
}

// inHugePages returns how many bytes of the mappings that have a part of a range lie in
// huge pages. A neighbour may be part of the same mapping.
func inHugePages(begin, end uintptr) (bytes int64, ok bool) {
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return 0, false
	}
	return parseSmaps(string(smaps), uint64(begin), uint64(end))
}

// parseSmaps reads proc_pid_smaps(5): a line of each mapping's addresses, followed by
// lines of a name and a value.
func parseSmaps(smaps string, begin, end uint64) (bytes int64, ok bool) {
	inside := false
	for line := range strings.Lines(smaps) {
		var from, to uint64
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			inside = from < end && begin < to
			continue
		}
		value, found := strings.CutPrefix(line, "AnonHugePages:")
		if !inside || !found {
			continue
		}
		kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 53)
		if err != nil {
			return 0, false
		}
		bytes, ok = bytes+kb<<10, true
	}
	return bytes, ok
}
