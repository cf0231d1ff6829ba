package slab

import "testing"

// TestShuffled: each number below n is there once.
func TestShuffled(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4096, 5096} {
		seen := make([]bool, n)
		for i := range n {
			x := shuffled(i, n)
			if x >= n || seen[x] {
				t.Fatalf("of %d numbers the %d-th is %d, which is too great or there already", n, i, x)
			}
			seen[x] = true
		}
	}
}

// TestPrepare: what a map is filled with lies in one block with what it is exchanged
// for, and the slab ends where it did.
func TestPrepare(t *testing.T) {
	const n = 10000
	capacity := Spread(n) + 100
	s := newSlab(t, capacity, 0)
	s.Prepare(n)
	c := s.NewCache()
	count := func(refs int) (behind int) {
		for range refs {
			if r := alloc(t, c); (r-s.start)/ElemSize >= n {
				behind++
			}
		}
		return behind
	}
	behind := count(n)
	if want := n * (Spread(n) - n) / Spread(n); behind < want*9/10 || behind > want*11/10 {
		t.Errorf("%d of the first %d elements lie behind the first %d places; want about %d", behind, n, n, want)
	}
	count(capacity - n)
	if _, err := c.Alloc(); err == nil {
		t.Errorf("a slab of %d elements handed out one more", capacity)
	}
	if err := s.Close(uint64(capacity)); err != nil {
		t.Error(err)
	}
}
