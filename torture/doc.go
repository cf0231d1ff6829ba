// Package torture stresses backends and the libraries that they rest on, on real
// cores, until something breaks or the time is up. It is what
// "readmostly torture" runs.
//
// The conformance kit (package impls/implstest) asks whether a backend keeps its
// promises; it does a fixed number of operations and is quick. Torture asks
// whether the promises also hold in the worst of company: sections of any
// length, preempted, nested, handed to another goroutine; updaters that let go in
// every way there is; workers that come and go; GOMAXPROCS that changes; the Go
// collector at work; memory so scarce that it is reused at once; more workers
// than cores; the world stopped in the middle of others' lookups and updates.
//
// # What is checked
//
// Every element that a batch finds is whole; keys that are always there are
// found and keys that never were are not; what a lookup or a walk returns of a
// key with one writer is a version that the key had meanwhile, never one older
// than what the reader has seen; the population and the accounts of memory fit
// at the end; garbage stays in its bounds while a reader stalls, where the
// backend says that it does.
//
// A library is tortured by itself, with what suits it. For a flavour of RCU that
// is the element pipe of rcutorture (kernel/rcu/rcutorture.c): an element ages by
// one when it is unlinked and by one more with each grace period, so a reader
// that sees two has not been waited for. Readers that see one had a near miss,
// and are counted: a run without near misses has tested little. Floods of
// callbacks must stay below their mark, and grace periods must get on behind them,
// which is asked of cookies and counts, not of clocks. A fair lock is had in the
// order in which its queue was seen to form, and of any lock everybody gets some
// turns.
//
// # What a failure tells
//
// A trial stops at its first failure, which comes with its story: the seed, the
// trial's shape, what each worker was doing and which of them saw it, and what was
// done last to the element concerned, by whom and when. Each worker notes its own updates in a
// ring of its own memory, so that looking on does not keep the race away. Faults
// and panics of a worker are failures, and so is a worker that does not get on
// (see [Options].Patience), with the stacks of all goroutines.
//
// The seed decides what the workers attempt; the machine decides how their
// attempts meet. A seed makes a failure likely to come again, not certain.
package torture
