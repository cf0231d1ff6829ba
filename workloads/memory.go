package workloads

import (
	"math/bits"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/slab"
)

// GarbageCap is how many elements a map has room for beside those that are in
// it: retired ones that wait for reclamation, and those in workers' magazines.
// A mechanism that lets more pile up ends its measurement with an error.
const GarbageCap = 1 << 22

// maxBuckets is the most chains that a table can have.
const maxBuckets = 1 << 31

// workerElements is room for the elements that one worker holds beyond those.
const workerElements = 1 << 10

// Chains returns the number of chains of the workload's map: a power of two, 1
// for a list.
func (w Workload) Chains() int {
	if w.Structure == List {
		return 1
	}
	n := w.Buckets
	if n == 0 {
		n = w.Size
	}
	return min(1<<bits.Len(uint(n-1)), maxBuckets)
}

// Capacity returns the most elements that may exist at once, garbage included,
// when the workload is measured.
func (w Workload) Capacity() int { return w.Size + w.Threads*workerElements + GarbageCap }

// EstimateMemory returns how many bytes measuring the workload may take with any
// backend: elements, chains, tapes, and what they are made from. All but the
// chains is counted twice, as Go's heap grows to twice what is in use before it
// is collected, and the last measurement's is in it. Garbage that a mechanism
// lets pile up comes on top, up to [GarbageCap] elements.
func EstimateMemory(w Workload) uint64 {
	const (
		word    = uint64(unsafe.Sizeof(uint64(0)))
		bucket  = 2 * word
		element = slab.ElemSize + uint64(unsafe.Sizeof(impls.Element{}))
	)
	if !w.Scene().Mixed {
		w = w.with(tapeKind{1, true})
	}
	ops, updates := tapeShape(w)
	size, threads := uint64(w.Size), uint64(w.Threads)
	keys := 2 * size * word
	dealt := threads * keys // each tape deals from its own copy
	tapes := threads * uint64(ops+updates) * word
	const headroom = 2 // of the heap, under the collector's default of GOGC=100
	return headroom*(size*element+keys+dealt+tapes) + uint64(w.Chains())*bucket
}

// EstimateFork returns how many bytes it takes at least to keep so many maps of
// the workload at once, over one set of tapes, with tapes without updates beside
// them if some can't update.
func EstimateFork(w Workload, maps int, readOnly bool) uint64 {
	one, keys := EstimateMemory(w), uint64(2*w.Size)*8
	perMap := uint64(w.Size)*slab.ElemSize + uint64(w.Chains())*16
	sum := one + uint64(max(0, maps-1))*perMap
	if readOnly && w.Updates > 0 {
		sum += EstimateMemory(w.ReadOnly()) - perMap - keys
	}
	return sum
}
