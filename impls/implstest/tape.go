package implstest

import (
	"math/rand/v2"

	"readmostly/impls"
)

// A Mix gives the weights of the kinds of operation, by kind.
type Mix [impls.Walk + 1]int

// Permitted returns the mix without what the capabilities exclude.
func (m Mix) Permitted(c impls.Caps) Mix {
	for kind, can := range map[impls.Kind]bool{
		impls.Insert: c.Insert, impls.Delete: c.Delete, impls.Replace: c.Replace, impls.Walk: c.Walk,
	} {
		if !can {
			m[kind] = 0
		}
	}
	return m
}

// Pick chooses a kind by its weight.
func (m Mix) Pick(rng *rand.Rand) impls.Kind {
	total := 0
	for _, w := range m {
		total += w
	}
	n := rng.IntN(total)
	for kind, w := range m {
		if n -= w; n < 0 {
			return impls.Kind(kind)
		}
	}
	panic("unreachable")
}

// Tape returns n operations of the mix on the keys.
func (m Mix) Tape(rng *rand.Rand, keys []uint64, n int) []impls.Op {
	tape := make([]impls.Op, n)
	for i := range tape {
		kind := m.Pick(rng)
		key := uint64(0)
		if kind != impls.Walk {
			key = keys[rng.IntN(len(keys))]
		}
		tape[i] = impls.MakeOp(kind, key)
	}
	return tape
}

// Keys returns n distinct keys: the least and the greatest, small ones, and ones
// from all over the range.
func Keys(rng *rand.Rand, n int) []uint64 {
	keys := make([]uint64, 0, n)
	known := make(map[uint64]bool, n)
	add := func(key uint64) {
		if len(keys) < n && !known[key] {
			known[key] = true
			keys = append(keys, key)
		}
	}
	add(0)
	add(impls.MaxKey)
	for key := uint64(1); len(keys) < n/2; key++ {
		add(key)
	}
	for len(keys) < n {
		add(rng.Uint64() & impls.MaxKey)
	}
	rng.Shuffle(n, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys
}
