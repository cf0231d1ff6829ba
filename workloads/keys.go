package workloads

import (
	"math/rand/v2"

	"readmostly/impls"
)

// The streams of random numbers that are drawn from one seed. The tape of
// worker i has stream streamTapes+i.
const (
	streamPopulation = iota
	streamSchedule
	streamTapes
)

// newRand returns one of a seed's streams.
func newRand(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// keyBits is the width of a key: impls.MaxKey is all ones.
const keyBits = 56

// keyAt returns the key with the index i, which is below [impls.MaxKey]. Keys of
// different indices differ and none is 0.
//
// They look random, because a multiplicative hash deals consecutive keys out
// more evenly than any real keys. Each step of mix can be undone, so it permutes
// the words of 56 bits. As i+1 is not 0, what mix makes of 0 is free to stand in
// for the index that mix takes to 0.
func keyAt(seed, i uint64) uint64 {
	if key := mix(seed, i+1); key != 0 {
		return key
	}
	return mix(seed, 0)
}

// mix permutes the words of 56 bits: xor with the seed, then the finalizer of
// MurmurHash3 (fmix64) cut down to that width.
func mix(seed, x uint64) uint64 {
	x = (x ^ seed) & impls.MaxKey
	x ^= x >> (keyBits / 2)
	x = x * 0xFF51AFD7ED558CCD & impls.MaxKey
	x ^= x >> (keyBits / 2)
	x = x * 0xC4CEB9FE1A85EC53 & impls.MaxKey
	return x ^ x>>(keyBits/2)
}

// A population is the key range of a workload: a random half is in the map when
// it starts, the other half isn't. Both are in random order.
type population struct{ present, absent []uint64 }

func newPopulation(w Workload) population {
	keys := make([]uint64, 2*w.Size)
	seed := newRand(w.Seed, streamPopulation)
	scramble := seed.Uint64()
	for i := range keys {
		keys[i] = keyAt(scramble, uint64(i))
	}
	seed.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return population{present: keys[:w.Size:w.Size], absent: keys[w.Size:]}
}

// owner returns which of how many owners of keys a worker is: of all workers, or of
// those that update where they are divided.
func (w Workload) owner(worker int) (owner, owners int) {
	if w.Updaters > 0 {
		return worker - w.Readers(), w.Updaters
	}
	return worker, w.Threads
}

// share returns copies of the keys that one of n owners has: every n-th.
func (p population) share(worker, n int) population {
	return population{every(p.present, worker, n), every(p.absent, worker, n)}
}

func every(keys []uint64, first, step int) []uint64 {
	own := make([]uint64, 0, len(keys)/step+1)
	for i := first; i < len(keys); i += step {
		own = append(own, keys[i])
	}
	return own
}

// elements returns the elements that are present at the start, in the order in
// which they are put into the map.
func (p population) elements() []impls.Element {
	elements := make([]impls.Element, len(p.present))
	for i, key := range p.present {
		elements[i] = impls.MakeElement(key, uint64(i+1))
	}
	return elements
}
