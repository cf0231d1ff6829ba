package builtin

import "readmostly/impls"

// A reader is a worker with a reader's loop.
type reader interface {
	impls.Operations
	// read executes the lookups that ops begins with, as far as nothing comes
	// between. The loop knows nothing of tallies and calls nothing: what is
	// seldom, and what happens once a batch, stands in run, because whatever is
	// alive across the loop takes registers from it, even if only for a call
	// that is never made.
	read(ops []impls.Op) outcome
}

// A redoer is a reader that updaters can disturb, so that it must do its work
// again.
type redoer interface {
	// find executes one lookup, as often as it takes.
	find(key uint64) (got impls.Element, hit bool, f finding)
}

// An outcome is what a reader's loop did.
type outcome struct {
	n       int     // lookups done
	hits    uint64  // those that found their key
	nodes   uint64  // elements that they visited
	verdict verdict // on the lookup behind them, if that is where the loop ended
	wasted  uint64  // elements visited by that one, if it was disturbed
}

// A verdict says why a loop ended before the lookups did.
type verdict uint8

const (
	sound     verdict = iota // it didn't
	disturbed                // an updater came between, and the traversal was discarded
	blocked                  // an updater was at work, and the traversal was not begun
	torn                     // an element's fields don't belong together
	astray                   // the walk ended on a marker that is not its chain's
)

var reasons = [...]string{
	torn:   "found an element whose fields don't belong together",
	astray: "was led off its chain",
}

// A finding is what a lookup cost, and whether it ended where it must not.
type finding struct {
	nodes, retries, wasted uint64
	astray                 bool
}

// run executes a batch: runs of lookups in the worker's own loop, and each other
// operation by itself.
func run(w reader, v *impls.Versions, ops []impls.Op, t *impls.Tally) {
	for {
		o := w.read(ops)
		ops = ops[o.n:]
		t.Lookups += uint64(o.n)
		t.Hits += o.hits
		t.Nodes += o.nodes
		switch {
		case o.verdict == disturbed:
			t.Retries++
			t.Wasted += o.wasted
			redo(w.(redoer), ops[0], t)
		case o.verdict == blocked: // a wait, not a retry: nothing is thrown away
			redo(w.(redoer), ops[0], t)
		case o.verdict != sound:
			t.Lookups++
			t.Fail(ops[0], impls.Element{}, reasons[o.verdict])
		case len(ops) == 0:
			return
		default:
			ops = ops[updates(w, v, ops, t):]
			if t.Err != nil {
				return
			}
			continue
		}
		ops = ops[1:]
	}
}

// updatesAtOnce is how many updates are made in a row before the reader's loop
// has its turn, which may have something to announce.
const updatesAtOnce = announceEvery

// updates executes the operations that ops begins with and that are no lookups,
// up to a number, and returns how many they were.
func updates(w reader, v *impls.Versions, ops []impls.Op, t *impls.Tally) int {
	for n, op := range ops {
		if n == updatesAtOnce || op.IsLookup() {
			return n
		}
		impls.Update(w, v, op, t)
		if t.Err != nil {
			return n + 1
		}
	}
	return len(ops)
}

// redo executes a lookup whose first traversal was discarded or not begun.
func redo(w redoer, op impls.Op, t *impls.Tally) {
	got, hit, f := w.find(op.Key())
	t.Lookups++
	t.Nodes += f.nodes
	t.Retries += f.retries
	t.Wasted += f.wasted
	if hit {
		t.Hits++
		t.Check(op, got)
	} else if f.astray {
		t.Fail(op, got, reasons[astray])
	}
}
