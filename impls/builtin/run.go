package builtin

import "readmostly/impls"

// A reader is a worker with a reader's loop.
type reader interface {
	impls.Operations
	// read executes the lookups that ops begins with, as far as nothing comes
	// between. It returns how many it did, how many of those found their key, how
	// many elements they passed on the way, which leaves out those that they
	// found, and why it ended if not because the lookups did. The verdict is then
	// on the lookup behind them: what it visited is in passed, and in wasted if it
	// was disturbed.
	//
	// All loops have one shape, which TestLoopsHaveOneShape holds them to: what a
	// loop has beside that of unsync is its mechanism. Lookups on a large map are
	// as fast as the processor can have many of them under way, so an
	// instruction counts even where it takes no time: nothing is done per element
	// or per lookup that the mechanism does not need, and nothing lives on the
	// stack. The loop therefore knows nothing of tallies, calls nothing and leaves
	// by return. What is seldom, and what happens once a batch, stands in run,
	// because whatever is alive across the loop takes registers from it, even if
	// only for a call that is never made. It is never inlined, so neither is run:
	// a profile would have the compiler put the loop of one backend, the hottest,
	// into run, and that of another into its Run, each among other variables than
	// the rest.
	read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict)
}

// A redoer is a reader that updaters can disturb, so that it must do its work
// again.
type redoer interface {
	// find executes one lookup, as often as it takes.
	find(key uint64) (got impls.Element, hit bool, f finding)
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
//
//go:noinline
func run(w reader, versions *impls.Versions, ops []impls.Op, t *impls.Tally) {
	for {
		n, hits, passed, wasted, v := w.read(ops)
		ops = ops[n:]
		t.Lookups += uint64(n)
		t.Hits += hits
		t.Nodes += passed + hits
		switch {
		case v == disturbed:
			t.Retries++
			t.Wasted += wasted
			redo(w.(redoer), ops[0], t)
		case v == blocked: // a wait, not a retry: nothing is thrown away
			redo(w.(redoer), ops[0], t)
		case v != sound:
			t.Lookups++
			t.Fail(ops[0], impls.Element{}, reasons[v])
		case len(ops) == 0:
			return
		default:
			ops = ops[updates(w, versions, ops, t):]
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
const updatesAtOnce = 16

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
