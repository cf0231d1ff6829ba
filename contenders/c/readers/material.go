package main

import (
	"math/rand/v2"
	"slices"

	"readmostly/impls"
	"readmostly/workloads"
)

// Material is what a map is filled with and what is looked up in it.
type material struct {
	buckets  int
	elements []impls.Element
	tape     []impls.Op
}

// The length of a tape: a branch predictor must not learn it on a list of 16, and
// it holds every key of a map of 1M.
const (
	minTape = 1 << 17
	maxTape = 1 << 21
)

// newMaterial draws a map's elements and a tape of lookups, half of which miss, in
// pairs of random order. Each key is looked up once before any is looked up again.
func newMaterial(s workloads.Structure, size int, seed uint64) material {
	random := rand.New(rand.NewPCG(seed, uint64(size)))
	m := material{buckets: 1}
	if s == workloads.Hash {
		for m.buckets < size {
			m.buckets *= 2
		}
	}
	keys := make([]uint64, 0, 2*size)
	drawn := make(map[uint64]bool, 2*size)
	for len(keys) < 2*size {
		if k := random.Uint64() & impls.MaxKey; !drawn[k] {
			drawn[k] = true
			keys = append(keys, k)
		}
	}
	present, absent := keys[:size], keys[size:]
	for _, k := range present {
		m.elements = append(m.elements, impls.MakeElement(k, 1))
	}
	present, absent = slices.Clone(present), slices.Clone(absent)
	length := maxTape
	if 2*size < maxTape {
		length = (minTape + 2*size - 1) / (2 * size) * 2 * size
	}
	for i := 0; len(m.tape) < length; i = (i + 1) % size {
		if i == 0 {
			random.Shuffle(size, func(i, j int) { present[i], present[j] = present[j], present[i] })
			random.Shuffle(size, func(i, j int) { absent[i], absent[j] = absent[j], absent[i] })
		}
		pair := [2]impls.Op{impls.MakeOp(impls.Lookup, present[i]), impls.MakeOp(impls.Lookup, absent[i])}
		first := random.IntN(2)
		m.tape = append(m.tape, pair[first], pair[1-first])
	}
	return m
}
