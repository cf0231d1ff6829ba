package builtin

import "readmostly/impls"

// A redoer is a reader that writers can disturb, so that it must do its work
// again.
type redoer interface {
	// undisturbed executes the lookups that ops begins with until a writer comes
	// between. It returns the number of lookups that it has done; the traversal
	// that it discarded after them is counted already.
	undisturbed(ops []impls.Op, t *impls.Tally) (n int, disturbed bool)
	// find executes one lookup, as often as it takes.
	find(key uint64) (got impls.Element, hit bool, f finding)
}

// A finding is what a lookup cost, and whether it ended where it must not.
type finding struct {
	nodes, retries, wasted uint64
	astray                 bool
}

// redoing executes the lookups that ops begins with. What is seldom stands here,
// outside the loop that is timed.
func redoing(w redoer, ops []impls.Op, t *impls.Tally) int {
	for done := 0; ; {
		n, disturbed := w.undisturbed(ops[done:], t)
		done += n
		if !disturbed {
			return done
		}
		redo(w, ops[done], t)
		done++
	}
}

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
