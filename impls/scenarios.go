package impls

// What follows is optional. The harness asks a worker for it when a workload needs
// more than the operations, and makes do without it as said at each.

// A Drainer is a [Worker] that can wait for its own garbage.
type Drainer interface {
	// Drain returns when everything that the worker has retired can be reused.
	// It waits for readers, and belongs to the worker's goroutine, as all the
	// worker's methods do.
	//
	// A worker without it is taken to reclaim on its own: the harness then waits
	// until [Stats].Retained is 0.
	Drain()
}

// A Batcher is a [Worker] that does something once for many operations, as its Run
// does for a batch. The harness makes operations one by one, between BeginBatch
// and EndBatch, where it has to see the result of one before it makes the next.
//
// A worker without it enters and leaves with each of them.
type Batcher interface {
	BeginBatch()
	EndBatch()
}

// A Staller is a [Worker] that can be held up in the middle of a lookup.
type Staller interface {
	// Stall looks the key up and calls wait once, while it holds the element (if
	// there is one), by
	// whatever holds an element in a lookup: inside the read-side critical
	// section, under the lock, with the hazard pointer set. wait sleeps only if
	// the backend declares [Caps].SleepInReader, and makes no system call if it
	// declares [Caps].Pinned.
	//
	// A worker without it is held up in [Worker.Walk], at the first element.
	Stall(key uint64, wait func())
}
