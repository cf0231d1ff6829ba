package workloads

import "readmostly/impls"

// Lookups of a tape don't depend on each other, so a core works on as many of them
// at once as it has room for, and what is measured is reciprocal throughput: it
// hides a part of every cache miss and every fence. A chase measures latency
// instead. Each lookup's key comes from the tape and from a field of the element
// that the lookup before it found, so the address of its chain is not known before
// that element has arrived.
//
// What that costs is an AND and an XOR per lookup, and a call through an interface,
// as the loop stands here and not in the backends: noop shows all of it. A section
// covers one lookup. Lookups ask for keys that are there, because one that misses
// returns nothing that the next could depend on.

// A chase is a worker's chained lookups.
type chase struct {
	last     uint64 // a field of the element that the last lookup found
	mask     uint64 // what the next key takes of it: nothing, but only the caller knows that
	versions impls.Versions
}

// nothing is 0. The compiler doesn't know that, as a variable can change.
var nothing uint64

func newChase(worker int) *chase {
	return &chase{mask: nothing, versions: impls.NewVersions(uint64(worker))}
}

// run executes operations through w's methods, each lookup behind the one before
// it, and checks every element that it sees.
func (c *chase) run(w impls.Worker, ops []impls.Op, t *impls.Tally) {
	batcher, batches := w.(impls.Batcher)
	if batches {
		batcher.BeginBatch()
	}
	c.batch(w, ops, t)
	if batches {
		batcher.EndBatch()
	}
}

func (c *chase) batch(w impls.Operations, ops []impls.Op, t *impls.Tally) {
	for len(ops) > 0 && t.Err == nil {
		n, hits, got, sound := c.lookups(w, ops)
		ops = ops[n:]
		t.Lookups += uint64(n)
		t.Hits += hits
		switch {
		case !sound:
			t.Lookups++
			t.Hits++
			t.Check(ops[0], got)
			ops = ops[1:]
		case len(ops) > 0:
			impls.Update(w, &c.versions, ops[0], t)
			ops = ops[1:]
		}
	}
}

// lookups executes the lookups that ops begins with. It ends early at an element
// that is not what it must be, and returns that. It is never inlined, and counts
// and calls nothing else, as what is alive across a call costs a store and a load.
//
//go:noinline
func (c *chase) lookups(w impls.Operations, ops []impls.Op) (n int, hits uint64, got impls.Element, sound bool) {
	last, mask := c.last, c.mask
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		e, ok := w.Lookup(key ^ last&mask)
		last = e.C
		if !ok {
			continue
		}
		if e.Key != key || !e.Valid() {
			return n, hits, e, false
		}
		hits++
	}
	c.last = last
	return n, hits, got, true
}
