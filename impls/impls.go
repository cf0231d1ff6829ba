// Package impls is the contract between readmostly's harness and the mechanisms
// that it compares.
//
// A [Map] is a set of elements under one mechanism, a [Worker] is one registered
// participant of it, and a [Backend] is the value that names a mechanism, says
// what it can do and makes maps. A backend registers itself with [Register],
// usually from an init function, as database/sql drivers do; a command that
// imports its package can then measure it beside all others.
//
// The operations of a worker are called one at a time, on one goroutine. What is
// timed is [Worker.Run], which executes a batch: the loop stands inside the
// backend, because an interface call an operation costs as much as a whole RCU
// reader. A backend that does not want to write that loop embeds its five
// operations in a worker and lets [Run] execute batches for it.
package impls

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Map is a set of elements, unique by key, under one mechanism. A list is a
// map with one chain ([Config].Buckets is 1).
type Map interface {
	// NewWorker registers a participant. It may be called at any time, from any
	// goroutine, also while other workers run.
	NewWorker() (Worker, error)

	// Stats samples the map's state. It may be called at any time, from any
	// goroutine, while workers run; what it returns is then approximate. When no
	// worker is registered it is exact, and after Close too: nothing is retained
	// then, and whatever was retired is reclaimed. Resident is required of every
	// backend that isn't a [Caps].Floor.
	Stats() Stats

	// Close waits until everything that was retired is reclaimed, checks the
	// accounts and frees the memory. All workers must have been closed. An error
	// says what did not add up: a leak, a double free, an element that was
	// retired twice, a population that differs from the accounts.
	Close() error
}

// A Worker is one registered participant: a goroutine that reads and updates a
// map. All its methods belong to one goroutine at a time; a worker may move to
// another goroutine between calls.
type Worker interface {
	// Lookup returns a consistent copy of the element with the key.
	Lookup(key uint64) (Element, bool)

	// Insert adds e, if no element has its key. The error says that there was
	// no memory, by a [*slab.FullError] or one that wraps it; nothing has changed
	// then, and after deletions by the same worker there is memory again. One
	// worker gets at least [Config].Capacity elements in.
	Insert(e Element) (bool, error)

	// Delete removes the element with the key, if there is one.
	Delete(key uint64) (bool, error)

	// Replace puts e in the place of the element with its key, if there is one,
	// by copy-update where the mechanism works so: readers see the old element
	// or the new one, never a mixture.
	Replace(e Element) (bool, error)

	// Walk visits all elements, chain by chain, until yield returns false. A key
	// that is present from the call to the return is visited exactly once, even
	// if its element is replaced meanwhile (at least once if the backend declares
	// [Caps].WalkRepeats); one that is absent throughout never. yield must not use
	// the worker. It may sleep if the backend declares [Caps].SleepInReader.
	Walk(yield func(Element) bool)

	// Run executes the operations in order and adds what they did to t. It stops
	// early only when it sets t.Err, behind the operation that failed, which
	// counts as an attempt.
	Run(ops []Op, t *Tally)

	// Close takes the worker out. What it has retired is handed over, not lost.
	// The worker must not be used afterwards.
	Close()
}

// A Filler is a Map that can be filled in one go. Fill adds elements whose keys
// are distinct and not in the map, before any worker is registered. The harness
// uses it where it is offered and inserts one by one where it isn't, which takes
// time quadratic in the length of a chain. A backend that can't insert must offer
// it.
type Filler interface {
	Fill(elements []Element) error
}

// A GracePeriodTimer is a Map that measures its grace periods, or whatever its
// updaters wait for before memory can be reused.
type GracePeriodTimer interface {
	// GracePeriods returns the durations, in nanoseconds, of the grace periods
	// that ended since the last call. It may be called at any time.
	GracePeriods() *hdrhistogram.Histogram
}

// A CadenceTimer is a [GracePeriodTimer] whose updaters learn of the end of a grace
// period when they look, which they do now and then.
type CadenceTimer interface {
	// Cadences returns, in nanoseconds, how long before an updater found a grace
	// period over it had looked last, of those that ended since the last call: a
	// duration is known no better. It may be called at any time.
	Cadences() *hdrhistogram.Histogram
}

// A ResidenceTimer is a Map that can measure how long elements stay retired.
type ResidenceTimer interface {
	// TimeResidence has one of every so many retired elements timed from now on,
	// 0 for none, which is how a map begins. What they show is added up in
	// [Stats]. It may be called at any time.
	TimeResidence(every uint64)
}

// Stats is a sample of a map's state. Fields that a mechanism has no notion of
// stay zero.
type Stats struct {
	Resident  uint64 // elements in the map
	Retained  uint64 // elements retired, not yet reusable
	Retired   uint64 // elements retired since the map was made
	Reclaimed uint64 // elements made reusable since the map was made
	Callbacks uint64 // elements waiting for a grace period or for their turn, in queues
	Throttled uint64 // times that an updater was made to wait because its queue was too long

	Timed     uint64        // elements among the reclaimed that were timed: see ResidenceTimer
	Residence time.Duration // for how long these were retired, together

	// Uncollected is the memory, in bytes, of elements that were removed and that the
	// Go collector has not freed yet, of a backend that [Caps].NeedsGC: approximate
	// always, and no part of Retained.
	Uncollected uint64
}
