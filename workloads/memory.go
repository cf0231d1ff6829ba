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
func (w Workload) Capacity() int {
	return w.Size + w.Threads*(workerElements+2*w.Retain) + GarbageCap
}

// EstimateMemory returns how many bytes measuring the workload may take with any
// backend: elements, chains, tapes, and what they are made from, which is counted
// twice, as Go's heap grows to twice what is in use before it is collected.
// Garbage that a mechanism lets pile up comes on top, up to [GarbageCap] elements.
func EstimateMemory(w Workload) uint64 { return EstimateFork(w, 1, false) }

// EstimateFork returns the same for so many maps that are alive at once, over
// tapes that they share. readOnly is that of [MakeTapes].
//
// Each map is taken for one of lines of 64 bytes and of chains with a head and a
// lock. That is what all maps need whose elements are as long as those of others;
// what a mechanism keeps beside them is not in it.
func EstimateFork(w Workload, maps int, readOnly bool) uint64 {
	const (
		word   = uint64(unsafe.Sizeof(uint64(0)))
		bucket = 2 * word
		filled = uint64(unsafe.Sizeof(impls.Element{}))
	)
	if !w.Scene().Mixed {
		w = w.with(tapeKind{updates: 1, replace: true})
	}
	size, threads := uint64(w.Size), uint64(w.Threads)
	keys := 2 * size * word
	ops, updates := tapeShape(w)
	perWorker := uint64(ops+updates)*word + keys // a tape is dealt from its own copy of the keys
	if readOnly && w.Updates > 0 && w.Scene().Mixed {
		ops, _ := tapeShape(w.ReadOnly())
		perWorker += uint64(ops)*word + keys
	}
	each := uint64(slab.Spread(w.Size))*slab.ElemSize + uint64(w.Chains())*bucket
	const headroom = 2                // of the heap, which grows while maps are made
	leftovers := size * slab.ElemSize // of making one
	return uint64(maps)*each + leftovers + headroom*(size*filled+keys+threads*perWorker)
}
