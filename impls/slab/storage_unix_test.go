//go:build unix

package slab

import "testing"

// TestStorageIsAligned: every slab begins with a huge page.
func TestStorageIsAligned(t *testing.T) {
	for range 3 {
		s := newSlab(t, 100, 0)
		if s.start%hugePage != 0 {
			t.Errorf("a slab begins at %#x; want a multiple of %#x", s.start, hugePage)
		}
		if err := s.Close(0); err != nil {
			t.Error(err)
		}
	}
}
