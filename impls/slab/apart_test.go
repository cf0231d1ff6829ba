package slab

import (
	"testing"
	"unsafe"

	"readmostly/internal/mem"
)

// TestReservedWordsKeepApart: each reservation has its pairs of cache lines to
// itself, however short it is, before it as behind it (rule 45). Elements begin
// with the next pair.
func TestReservedWordsKeepApart(t *testing.T) {
	const pair = 128
	for _, size := range []uintptr{1, 8, 64, 65, 128, 129, 192} {
		s := newSlab(t, 64, 4*(size+2*pair))
		var before uintptr
		for n := range 3 {
			p, err := s.Reserve(size)
			if err != nil {
				t.Fatal(err)
			}
			at := uintptr(p)
			if at%pair != 0 {
				t.Errorf("%d bytes are reserved at %#x, in the middle of a pair of lines", size, at)
			}
			if want := (size + pair - 1) / pair * pair; n > 0 && at-before != want {
				t.Errorf("%d bytes are reserved %d after the last; want %d", size, at-before, want)
			}
			before = at
		}
		c := s.NewCache()
		lowest, refs := ^Ref(0), []Ref(nil)
		for range 64 {
			refs = append(refs, alloc(t, c))
			lowest = min(lowest, refs[len(refs)-1])
		}
		if got, want := uintptr(lowest)-before, (size+pair-1)/pair*pair; got != want {
			t.Errorf("elements begin %d bytes behind %d that are reserved; want %d", got, size, want)
		}
		c.FreeBulk(refs)
		if err := s.Close(0); err != nil {
			t.Error(err)
		}
	}
}

// TestCachesKeepApart: what a worker writes at each allocation, and what all
// write at each magazine, have no other words within a pair of cache lines
// (rule 45).
func TestCachesKeepApart(t *testing.T) {
	var c Cache
	var s Slab
	for _, a := range []struct {
		what string
		gap  uintptr
	}{
		{"before a cache's words", unsafe.Offsetof(c.slab)},
		{"behind a cache's words", unsafe.Sizeof(c) - unsafe.Offsetof(c.violations) - unsafe.Sizeof(c.violations)},
		{"before the slab's next", unsafe.Offsetof(s.next) - unsafe.Offsetof(s.limit) - unsafe.Sizeof(s.limit)},
		{"behind the slab's next", unsafe.Offsetof(s.mu) - unsafe.Offsetof(s.next) - unsafe.Sizeof(s.next)},
	} {
		if a.gap < mem.FalseSharingRange {
			t.Errorf("%d bytes %s; want %d", a.gap, a.what, mem.FalseSharingRange)
		}
	}
}
