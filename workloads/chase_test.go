package workloads

import (
	"strings"
	"testing"

	"readmostly/impls"
)

// An oracle answers every lookup and notes what it was asked for.
type oracle struct {
	testWorker
	asked  []uint64
	answer func(key uint64) (impls.Element, bool)
	open   int // batches that have begun and not ended
	inside bool
}

func (o *oracle) Lookup(key uint64) (impls.Element, bool) {
	o.asked = append(o.asked, key)
	o.inside = o.open == 1
	return o.answer(key)
}

func (o *oracle) Replace(impls.Element) (bool, error) { return true, nil }
func (o *oracle) BeginBatch()                         { o.open++ }
func (o *oracle) EndBatch()                           { o.open-- }

// With a mask that lets everything through, each lookup asks for a key that only
// the answer to the one before it tells: across updates, and from one batch to the
// next. A miss gives nothing.
func TestChainedLookupsDependOnEachOther(t *testing.T) {
	op := func(key uint64) impls.Op { return impls.MakeOp(impls.Lookup, key) }
	field := map[int]uint64{}
	o := &oracle{}
	o.answer = func(key uint64) (impls.Element, bool) {
		n := len(o.asked)
		field[n] = uint64(n) << 8
		if n == 4 {
			field[n] = 0
			return impls.Element{}, false
		}
		// What the check of the key and of the fields makes of it is not at issue.
		return impls.Element{Key: key, A: 0, C: field[n]}, false
	}
	c := &chase{mask: ^uint64(0)}
	var tally impls.Tally
	c.run(o, []impls.Op{op(1), op(2), impls.MakeOp(impls.Replace, 9), op(3)}, &tally)
	c.run(o, []impls.Op{op(4), op(5), op(6)}, &tally)
	for i, key := range []uint64{1, 2, 3, 4, 5, 6} {
		if want := key ^ field[i]; o.asked[i] != want {
			t.Errorf("lookup %d asks for %#x, want %#x", i+1, o.asked[i], want)
		}
	}
	if tally.Lookups != 6 || tally.Replaces != 1 || tally.Replaced != 1 || tally.Err != nil {
		t.Errorf("%+v", tally)
	}
	if o.open != 0 || !o.inside {
		t.Errorf("%d batches are open; the last lookup was made inside one: %v", o.open, o.inside)
	}
}

// What a trial's lookups take from the one before is nothing: they ask for the
// keys of the tape.
func TestChaseTakesNothing(t *testing.T) {
	o := &oracle{answer: func(key uint64) (impls.Element, bool) { return impls.MakeElement(key, 7), true }}
	var tally impls.Tally
	ops := []impls.Op{3, 1, 4, 1, 5}
	newChase(0).run(o, ops, &tally)
	for i, op := range ops {
		if o.asked[i] != uint64(op) {
			t.Errorf("lookup %d asks for %#x, want %#x", i+1, o.asked[i], op)
		}
	}
	if tally.Lookups != 5 || tally.Hits != 5 || tally.Bad != 0 {
		t.Errorf("%+v", tally)
	}
}

// Every element that is found is checked, and the rest of the batch is executed.
func TestChaseChecksElements(t *testing.T) {
	for name, answer := range map[string]func(key uint64) impls.Element{
		"torn":        func(key uint64) impls.Element { e := impls.MakeElement(key, 1); e.C++; return e },
		"another key": func(key uint64) impls.Element { return impls.MakeElement(key^1, 1) },
		"empty":       func(uint64) impls.Element { return impls.Element{} },
	} {
		o := &oracle{}
		o.answer = func(key uint64) (impls.Element, bool) {
			if len(o.asked) == 2 {
				return answer(key), true
			}
			return impls.MakeElement(key, 1), true
		}
		var tally impls.Tally
		newChase(0).run(o, []impls.Op{3, 1, 4}, &tally)
		if tally.Bad != 1 || tally.FirstBad.Op != 1 || tally.Lookups != 3 || tally.Hits != 3 {
			t.Errorf("%s: %+v", name, tally)
		}
	}
}

// Chained lookups ask for keys that are there, and a trial in which one is not
// found is worth nothing.
func TestChainedTrials(t *testing.T) {
	for _, w := range []Workload{
		{Structure: Hash, Size: 40, Threads: 2, Chained: true, Seed: 3},
		{Structure: List, Size: 16, Threads: 2, Chained: true, Updates: 0.3, Replace: true, Seed: 3},
	} {
		wins, err := measure(testBackend(faults{}), "", w, Hands{}, brief())
		if err != nil {
			t.Errorf("%v: %v", w, err)
			continue
		}
		win := wins[0]
		share, _ := win.Values.Get(hitRate.Unit)
		_, told := win.Values.Get(nodes.Unit)
		if share != 1 || told || win.Tally.Lookups == 0 || (win.Tally.Replaced > 0) != w.Replace {
			t.Errorf("%v: %v, %+v", w, win.Values, win.Tally)
		}
		if _, err = measure(testBackend(faults{at: 1, lazy: true}), "", w, Hands{}, brief()); err != nil {
			t.Errorf("%v: the backend's own loop was called: %v", w, err)
		}
		_, err = measure(testBackend(faults{misses: true}), "", w, Hands{}, brief())
		if err == nil || !strings.Contains(err.Error(), "lookups found their key, where all keys were in the map all the time") {
			t.Errorf("%v: lookups that miss: %v", w, err)
		}
	}
}
