//go:build mutants

package mutants

// rules are what the mechanisms must obey, numbered from 1.
var rules = []string{
	// Publication and lists.
	"initialise, then publish with a release; also where elements are only added",
	"a deletion keeps the element's link until the grace period is over",
	"no test for emptiness followed by a fetch",
	"unlink, then a grace period, then free; no use after the reader's exit",
	"updaters exclude each other",
	// Grace periods.
	"a grace period outlasts the readers that were there when it began",
	"a grace period under way does not count",
	"schemes that count readers need two flips",
	"order at both ends of a grace period",
	"sections nest; a token goes back to where it came from, on any processor",
	"readers that enter in a tight loop don't starve the waiter",
	"concurrent waiters share grace periods",
	"a cookie is not done inside the reader that took it; numbers wrap",
	"waiting for readers inside a reader is told",
	"a blocked QSBR reader is offline; readers join and leave at any time",
	// Callbacks.
	"a barrier waits for all, half-filled batches included",
	"an object that is handed over twice is told",
	"no order is promised, so nothing may rely on one",
	"a flood is throttled, and drains",
	"no memory for a page: the list; none for a head: wait",
	"the grace period is asked for again when an object joins a batch",
	"a callback that hands itself over again stops at the end",
	// Nulls lists and reference counts.
	"a unique end marker for every chain",
	"insertion at the head only",
	"take the reference, then check the key again",
	"key before count; a get never takes a count from 0",
	"the same address is a new generation",
	// Sequence locks.
	"odd means wait; copy out, then check, then use",
	"a walk is bounded",
	"the sequence wraps",
	"readers fall back to the lock",
	"readers yield to a writer that is parked while odd",
	// Locks.
	"no recursive read past a waiting writer",
	"writers don't starve",
	"first come, first served",
	"no lock is held across a wait for those who may wait for it",
	// Hazard pointers.
	"publish, fence, validate again",
	"what was unlinked is marked",
	"scan after the fence; the retired list is bounded",
	"one slot is set before the other is given up",
	"a stalled hazard reader bounds memory, a stalled RCU reader does not",
	// Measurement.
	"the compiler neither removes a loop that is timed nor puts it elsewhere",
	"iterations are counted exactly",
	"the windows of all workers overlap",
	"two cache lines between words that different workers write",
	"the same element size everywhere, no order among elements in memory, as many of them gathered",
	// Counters and the machine.
	"a count is what its name says, or it is told that nothing was counted",
	"workers go where they disturb each other least, and the machine is described as they find it",
	// What a run measures.
	"times, counts and counters are of the window and of the operations named",
	"hits can't be predicted",
	"patience follows progress and time in which the process ran",
	// A run, its file and its tables.
	"what is compared was played side by side, and a run stops where it knows enough",
	"what was measured is kept, once, and read back as it was written",
	"tables and the exit status say no more and no less than the rows",
}
