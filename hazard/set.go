package hazard

// A set is a set of references that are not 0, in a table that is at most a
// quarter full. Its zero value is empty.
type set struct {
	table []uint64 // open addressing; its length is a power of two
	shift uint8    // from the upper bits of a hash to an index of the table
	n     int
}

// add puts ref in and reports whether it was absent.
func (s *set) add(ref uint64) bool {
	if 4*s.n >= len(s.table) {
		s.grow()
	}
	i := s.find(ref)
	if s.table[i] == ref {
		return false
	}
	s.table[i] = ref
	s.n++
	return true
}

// find returns where ref is, or else the place for it.
func (s *set) find(ref uint64) uint64 {
	const golden = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio
	table := s.table
	i := ref * golden >> (s.shift & 63)
	for table[i] != 0 && table[i] != ref {
		i = (i + 1) & uint64(len(table)-1)
	}
	return i
}

func (s *set) grow() {
	old := s.table
	if s.shift == 0 {
		s.shift = 64 - 6
	}
	s.shift--
	s.table = make([]uint64, 1<<(64-s.shift))
	for _, ref := range old {
		if ref != 0 {
			s.table[s.find(ref)] = ref
		}
	}
}

// reset makes the set hold refs, which are distinct, and nothing else.
func (s *set) reset(refs []uint64) {
	clear(s.table)
	s.n = 0
	for _, ref := range refs {
		s.add(ref)
	}
}
