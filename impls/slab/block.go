package slab

import "math/bits"

// Where elements lie must say nothing about the order in which they are linked: a
// processor fetches a chain ahead that leads through memory in order, and a
// mechanism whose way to reclaim restores that order would look faster than one
// that does not. So storage is divided into blocks, and the elements of a block are
// handed out in random order the first time. Nothing that the slab does afterwards
// looks at an address. Therefore two elements of a block lie at random to each
// other for ever, whatever was freed and handed out again in which order: the
// neighbours along a chain are neighbours in memory as seldom as chance has it.

// blockElements is how many elements a block has beyond those that a map is filled
// with: what a few workers retain and keep in their caches.
const blockElements = 1 << 12

// Spread returns among how many elements a map of n has them, dense or not: what
// stays in the caches depends on that.
func Spread(n int) int { return n + blockElements }

// Prepare makes a block of [Spread](n) elements, for a map that is to be filled
// with n. What the elements are exchanged for as the map is updated then lies among
// them, not behind. If elements were handed out before, it does nothing.
func (s *Slab) Prepare(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.block.size == 0 {
		s.begin(uint64(Spread(n)))
	}
}

// A block is contiguous storage for elements, some of which were handed out.
type block struct {
	start uint64 // its address
	size  uint64 // elements
	taken uint64
}

// begin makes a block of the storage behind the last, which has been handed out. It
// leaves room for [Slab.Reserve] until as many elements as were promised are in
// blocks. The caller holds the mutex.
func (s *Slab) begin(elements uint64) {
	start := s.next.Load()
	elements = min(elements, (s.limit-start)/ElemSize)
	if s.promised > 0 {
		elements = min(elements, s.promised)
		s.promised -= elements
	}
	s.next.Store(start + elements*ElemSize)
	s.block = block{start: start, size: elements}
}

// fresh returns an element that was never handed out. The caller holds the mutex.
func (s *Slab) fresh() (Ref, bool) {
	b := &s.block
	if b.taken == b.size {
		if s.begin(blockElements); b.size == 0 {
			return 0, false
		}
	}
	b.taken++
	return b.start + shuffled(b.taken-1, b.size)*ElemSize, true
}

// shuffled returns the i-th number of a permutation of those below n that looks
// random, always the same. It is one of the numbers below the next power of two,
// each round of which is invertible, and leaves out those from n on.
func shuffled(i, n uint64) uint64 {
	k := uint(bits.Len64(n - 1))
	mask := uint64(1)<<k - 1
	for {
		for _, odd := range [...]uint64{0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB} {
			i = (i + odd>>32) * odd & mask
			i ^= i >> (k/2 + 1)
		}
		if i < n {
			return i
		}
	}
}
