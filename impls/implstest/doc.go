// Package implstest is the conformance kit: what every backend must do, ours or
// a stranger's, before its numbers are worth reading.
//
//	func TestConformance(t *testing.T) {
//		implstest.Test(t, impls.Backend{Name: "mine", ...})
//	}
//
// The kit calls only what the backend's [impls.Caps] declare: a backend that
// can't delete is never asked to. A backend that is a Floor is asked for nothing
// but the number of operations that its batches report.
//
// # What is promised
//
// Each key is a register that operations read and write atomically. A lookup
// returns a state that the key had at some moment between the call and the
// return, so once a reader has seen a version, or another goroutine has finished
// writing one, no older state is ever seen again; an element is one that
// somebody inserted under that key, whole. The kit checks it exactly, as most of
// its keys have a single writer that numbers its writes.
//
// A walk visits each key that is present from the call to the return exactly
// once, replaced meanwhile or not (at least once with WalkRepeats), a key that
// is absent throughout never, and each element it yields is one that the key had
// during the walk.
//
// An error of Insert or Replace is or wraps a [slab.FullError], and the map is
// as before. A worker that is between calls holds nobody up. [impls.Map].Stats
// may be called after Close, and shows that nothing is retained.
//
// # How it decides
//
// Numbers of operations bound every stage, never a clock, and seeds decide what
// is done; only a hang is found by waiting (see [Patience]). Each failure names
// the backend, the map's shape, the seed and the key. The kit changes
// GOMAXPROCS, so it must not run in parallel with other tests.
//
// Workloads come as ordinary calls on a [impls.Worker], so a backend wrapped in
// one that records each call gives a history of the same workloads.
package implstest
