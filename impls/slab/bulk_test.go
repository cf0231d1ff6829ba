package slab

import (
	"slices"
	"testing"
)

// TestFreeBulk: freeing in bulk does to the elements, the accounts and the depot
// what freeing one by one does, mistakes included, whatever the number.
func TestFreeBulk(t *testing.T) {
	for _, n := range []int{0, 1, magazine - 1, magazine, magazine + 1, 2*magazine + 5, 8 * magazine, 9*magazine + 63} {
		free := func(bulk, closed bool) (Stats, []Ref) {
			s := newSlab(t, 20*magazine, 0)
			defer s.storage.release()
			c := s.NewCache()
			var refs []Ref
			for i := range n {
				r := alloc(t, c)
				if i%3 != 0 {
					c.Retire(r)
				}
				refs = append(refs, r-s.start)
			}
			if n > 2 {
				refs = append(refs, refs[1]) // twice
			}
			for i := range refs {
				refs[i] += s.start
			}
			if closed {
				c.Close()
			}
			if bulk {
				c.FreeBulk(refs)
			} else {
				for _, r := range refs {
					c.Free(r)
				}
			}
			for _, r := range refs {
				if e := At(r); e.state.Load() != stateFree || e.Key.Load() != poison || e.Next.Load() != Dead {
					t.Errorf("%d elements: one is not poisoned", n)
				}
			}
			var there []Ref // free for others, or for the owner
			for _, m := range s.depot {
				there = append(there, m...)
			}
			there = append(there, c.refs...)
			for i := range there {
				there[i] -= s.start
			}
			slices.Sort(there)
			return s.Stats(), there
		}
		for _, closed := range []bool{false, true} {
			stats, there := free(true, closed)
			wantStats, want := free(false, closed)
			if stats != wantStats {
				t.Errorf("%d elements, closed %v: %+v, want %+v", n, closed, stats, wantStats)
			}
			if !slices.Equal(there, want) {
				t.Errorf("%d elements, closed %v: %d are free, want %d", n, closed, len(there), len(want))
			}
			if len(slices.Compact(there)) != len(want) {
				t.Errorf("%d elements, closed %v: one is free twice", n, closed)
			}
		}
	}
}
