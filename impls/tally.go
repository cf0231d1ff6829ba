package impls

import "fmt"

// A Tally counts what a worker's batches did. It belongs to the goroutine that
// runs the worker.
type Tally struct {
	Lookups, Hits      uint64
	Inserts, Inserted  uint64 // attempts, and those that found the key absent
	Deletes, Deleted   uint64 // attempts, and those that found the key present
	Replaces, Replaced uint64
	Walks, Walked      uint64 // traversals, and the elements that they visited

	Nodes   uint64 // elements visited by lookups, not counting discarded traversals
	Retries uint64 // traversals that lookups discarded and began again; a wait that precedes one is none
	Wasted  uint64 // elements visited by discarded traversals

	Bad      uint64   // element checks that failed: any makes the run worthless
	FirstBad *Failure // the first of them

	Err error // why a batch ended early: no memory

	Sink uint64 // where an operation without effect leaves its result
}

// A Failure is an element check that failed.
type Failure struct {
	Op     Op
	Got    Element
	Reason string
}

// Error describes the failure in one line.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s of key %#x: %s (saw key %#x a %#x b %#x c %#x)",
		f.Op.Kind(), f.Op.Key(), f.Reason, f.Got.Key, f.Got.A, f.Got.B, f.Got.C)
}

// Ops returns the number of operations executed, whether or not they found what
// they looked for.
func (t *Tally) Ops() uint64 { return t.Lookups + t.Updates() + t.Walks }

// Updates returns the number of operations that tried to change the map.
func (t *Tally) Updates() uint64 { return t.Inserts + t.Deletes + t.Replaces }

// Updated returns the number of operations that changed the map.
func (t *Tally) Updated() uint64 { return t.Inserted + t.Deleted + t.Replaced }

// Fail records a failed element check.
//
//go:noinline
func (t *Tally) Fail(op Op, got Element, reason string) {
	t.Bad++
	if t.FirstBad == nil {
		t.FirstBad = &Failure{Op: op, Got: got, Reason: reason}
	}
}

// Add adds u's counts to t. The first failure and the first error stay.
func (t *Tally) Add(u *Tally) {
	t.Lookups += u.Lookups
	t.Hits += u.Hits
	t.Inserts += u.Inserts
	t.Inserted += u.Inserted
	t.Deletes += u.Deletes
	t.Deleted += u.Deleted
	t.Replaces += u.Replaces
	t.Replaced += u.Replaced
	t.Walks += u.Walks
	t.Walked += u.Walked
	t.Nodes += u.Nodes
	t.Retries += u.Retries
	t.Wasted += u.Wasted
	t.Bad += u.Bad
	t.Sink += u.Sink
	if t.FirstBad == nil {
		t.FirstBad = u.FirstBad
	}
	if t.Err == nil {
		t.Err = u.Err
	}
}
