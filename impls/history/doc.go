// Package history records short concurrent runs of a backend and checks that
// they are linearizable: that the results of all operations are those of some
// order of the operations, one after the other, in which an operation that
// returned before another was called stands before it (Herlihy and Wing,
// Linearizability, 1990). porcupine searches for the order, key by key, which is
// enough: a history is linearizable if that of each object is.
//
//	func TestHistories(t *testing.T) {
//		history.Test(t, impls.Backend{Name: "mine", ...}, history.Options{Count: 100})
//	}
//
// # What is checked
//
// A key is a cell that holds a version of the element or none. Insert returns
// whether it was empty, Delete and Replace whether it was full, Lookup what was
// in it. All versions of a history differ, so a lookup names the operation that
// it has read from.
//
// A walk as a whole is not linearizable and promises less, which is checked as
// the lookups that it amounts to, each at an instant of its own between the
// walk's call and its return: of every version that it saw; of an empty cell for
// every key that it did not see; and of an empty cell also for a key that it saw
// more than once, unless the backend declares [impls.Caps].WalkRepeats. A key
// that is present throughout has no such instant, so it must be seen once.
//
// # What counts
//
// A history whose operations come one after the other shows little, so one counts
// only if at least 5 pairs of operations of different workers overlap, and if at
// least one pair contends: about the same key, at least one of them an update.
// (Walks overlap, but are not taken to contend.) The others are checked as well,
// and others are made in their place; see [Survey].
//
// Plans are made for that in two ways. Workers that have cores of their own meet
// every few operations and go on at the same instant, on the same key. Workers
// that share a core overlap only where one is preempted in the middle of an
// operation. So most plans have long chains, in which operations take
// microseconds, and workers that sleep now and then and preempt another when they
// wake. The elements that make chains long, the ballast, are in no history.
//
// # The clock, and what it can't show
//
// Calls and returns are stamped with the machine's monotonic clock. A counter
// that all workers increment would give a total order, but each stamp would wait
// for the counter's cache line to come from another worker: the workers would go
// in step, and just the races that last some nanoseconds would be gone.
//
// A clock, however, is read before earlier stores are visible and may be read
// after later loads were made, so it would show as a violation what no program
// can tell from a legal history: finding out that an operation has returned
// takes a communication, which is ordered behind its stores. Each stamp
// therefore comes with a full fence on a word of the worker's own, outside the
// operation. The fences keep operations whole; inside an operation, where the
// mechanisms have theirs, they order nothing.
//
// So what is shown is linearizability in the order of communication (happens
// before), and what is not shown is that an update is visible to all at the
// instant when it returns: most mechanisms here end theirs with plain stores,
// and two workers that each insert one key and then look up the other's may both
// miss, if nothing else orders them.
package history
