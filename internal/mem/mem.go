// Package mem is the seam between readmostly's algorithms and the machine:
// the words that goroutines share, the stores and fences that Go has no words
// for, and the way to wait.
//
// # The ordering vocabulary
//
// Every shared word is a [Uint64] and is read with its Load method: a plain
// MOV on amd64 and LDAR on arm64, so a load is an acquire and later accesses
// stay behind it. [LoadAcquire] is the same load in a form that costs less where
// the value is compared at once. There are three stores:
//
//   - [StoreRelaxed] orders nothing by itself. It fills an element that nobody
//     else can see yet, or a statistic that somebody samples.
//   - [StoreRelease] keeps all earlier accesses before it. It publishes, and it
//     ends critical sections. It does not keep later loads behind it.
//   - Uint64.Store keeps later loads behind it too (XCHG on amd64), which costs
//     a few nanoseconds where the other two cost a fraction of one.
//
// Where a reader must order a store before its later loads and can't afford the
// third, it uses StoreRelease and the other side calls [HeavyFence], which makes
// every running thread of the process pass a full fence: the asymmetric fence of
// membarrier(2). [Asymmetric] says whether the machine has it.
//
// Other 64-bit processors get the methods of sync/atomic for all of this, which
// order more. So do 32-bit ones, where most of them are calls: everything holds
// there, at a price that nobody has measured.
//
// Nothing bypasses this package: a build tag may replace its words by simulated
// ones.
package mem

import "sync/atomic"

// Uint64 is a word that goroutines share.
type Uint64 = atomic.Uint64

// FalseSharingRange is the distance in bytes that keeps two words written by
// different cores from disturbing each other. It is two cache lines, as the
// adjacent-line prefetcher of x86 fetches lines in pairs.
const FalseSharingRange = 128

// Pad keeps what stands before it and what stands behind it apart.
type Pad [FalseSharingRange]byte

// exported makes the compiler export the bodies of a word's methods with this
// package. Without it a package that imports mem but not sync/atomic calls them
// instead of inlining them.
func exported(w *Uint64) {
	w.Store(w.Load())
	w.Add(w.Swap(1))
	w.CompareAndSwap(w.And(1), w.Or(1))
}

var _ = exported
