package implstest

import "readmostly/impls"

// fill fills a map in one go, where it can, and finds everything again.
func fill(t *trial) {
	if !t.open() {
		return
	}
	keys := Keys(t.rng(0), 2*t.ops(1500))
	present, absent := keys[:len(keys)/2], keys[len(keys)/2:]
	elements := make([]impls.Element, len(present))
	for i, key := range present {
		elements[i] = impls.MakeElement(key, uint64(i))
	}
	if !t.populate(elements) {
		return
	}
	w := t.worker()
	if w == nil {
		return
	}
	tape := make([]impls.Op, 0, len(keys))
	for i, e := range elements {
		if got, ok := w.Lookup(e.Key); !ok || got != e {
			t.failf("lookup of key %#x = %+v, %v; want %+v, true", e.Key, got, ok, e)
		}
		if got, ok := w.Lookup(absent[i]); ok {
			t.failf("lookup of key %#x found %+v; want it absent", absent[i], got)
		}
		tape = append(tape, impls.MakeOp(impls.Lookup, e.Key), impls.MakeOp(impls.Lookup, absent[i]))
	}
	var tally impls.Tally
	w.Run(tape, &tally)
	if tally.Lookups != uint64(len(tape)) || tally.Hits != uint64(len(present)) || tally.Bad != 0 {
		t.failf("a batch of %d lookups of which %d hit tallied %+v", len(tape), len(present), tally)
	}
	w.Close()
	t.close(len(present))
}

// floor checks the one thing that a backend without work must do: count.
func floor(t *trial) {
	if !t.open() {
		return
	}
	w := t.worker()
	if w == nil {
		return
	}
	rng := t.rng(0)
	tape := everything.Permitted(t.b.Caps).Tape(rng, Keys(rng, 64), 1000)
	var tally impls.Tally
	w.Run(tape[:300], &tally)
	w.Run(tape[300:], &tally)
	w.Run(nil, &tally)
	if got := tally.Ops(); got != uint64(len(tape)) || tally.Bad != 0 || tally.Err != nil {
		t.failf("a tape of %d operations tallied %d: %+v", len(tape), got, tally)
	}
	w.Close()
	if err := t.m.Close(); err != nil {
		t.failf("Close: %v", err)
	}
}
