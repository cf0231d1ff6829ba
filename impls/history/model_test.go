package history

import (
	"testing"
	"time"

	"readmostly/impls"
)

// TestModel lists what each action may find and leave.
func TestModel(t *testing.T) {
	for _, test := range []struct {
		held uint64
		a    action
		o    outcome
		ok   bool
		next uint64
	}{
		{0, action{kind: impls.Lookup}, outcome{which: true}, true, 0},
		{5, action{kind: impls.Lookup}, outcome{which: true}, false, 5},
		{5, action{kind: impls.Lookup}, outcome{ok: true, which: true, saw: 5}, true, 5},
		{5, action{kind: impls.Lookup}, outcome{ok: true, which: true, saw: 6}, false, 5},
		{5, action{kind: impls.Lookup}, outcome{ok: true}, true, 5},
		{0, action{kind: impls.Lookup}, outcome{ok: true}, false, 0},
		{5, action{kind: impls.Lookup}, outcome{}, false, 5},
		{0, action{kind: impls.Insert, version: 7}, outcome{ok: true}, true, 7},
		{0, action{kind: impls.Insert, version: 7}, outcome{}, false, 7},
		{5, action{kind: impls.Insert, version: 7}, outcome{}, true, 5},
		{5, action{kind: impls.Insert, version: 7}, outcome{ok: true}, false, 5},
		{5, action{kind: impls.Insert, version: 7}, outcome{open: true}, true, 5},
		{5, action{kind: impls.Delete}, outcome{ok: true}, true, 0},
		{5, action{kind: impls.Delete}, outcome{}, false, 0},
		{0, action{kind: impls.Delete}, outcome{}, true, 0},
		{0, action{kind: impls.Delete}, outcome{ok: true}, false, 0},
		{0, action{kind: impls.Delete}, outcome{open: true}, true, 0},
		{5, action{kind: impls.Replace, version: 7}, outcome{ok: true}, true, 7},
		{5, action{kind: impls.Replace, version: 7}, outcome{}, false, 7},
		{0, action{kind: impls.Replace, version: 7}, outcome{}, true, 0},
		{0, action{kind: impls.Replace, version: 7}, outcome{ok: true}, false, 0},
	} {
		if ok, next := apply(test.held, test.a, test.o); ok != test.ok || ok && next != test.next {
			t.Errorf("%s on %s = %v, %s; want %v, %s", describe(test.a, test.o), cell(test.held), ok, cell(next), test.ok, cell(test.next))
		}
	}
}

func insert(w int, version uint64, call, ret int64) Operation {
	return Operation{Worker: w, Kind: impls.Insert, Key: 1, Version: version, OK: true, Call: call, Return: ret}
}

func remove(w int, call, ret int64) Operation {
	return Operation{Worker: w, Kind: impls.Delete, Key: 1, OK: true, Call: call, Return: ret}
}

func replace(w int, version uint64, call, ret int64) Operation {
	return Operation{Worker: w, Kind: impls.Replace, Key: 1, Version: version, OK: true, Call: call, Return: ret}
}

func hit(w int, version uint64, call, ret int64) Operation {
	return Operation{Worker: w, Kind: impls.Lookup, Key: 1, OK: true, Seen: []Sighting{{1, version}}, Call: call, Return: ret}
}

func miss(w int, call, ret int64) Operation {
	return Operation{Worker: w, Kind: impls.Lookup, Key: 1, Call: call, Return: ret}
}

func batch(w int, ok bool, call, ret int64) Operation {
	return Operation{Worker: w, Kind: impls.Lookup, Key: 1, Batch: true, OK: ok, Call: call, Return: ret}
}

func walk(w int, call, ret int64, seen ...Sighting) Operation {
	return Operation{Worker: w, Kind: impls.Walk, Seen: seen, Call: call, Return: ret}
}

func stopped(op Operation) Operation { op.Stopped = true; return op }

// TestCheck checks histories made by hand. Key 1 is absent at first and key 2
// holds version 2.
func TestCheck(t *testing.T) {
	type ops = []Operation
	two := Sighting{2, 2}
	one := func(version uint64) Sighting { return Sighting{1, version} }
	for _, test := range []struct {
		name string
		ops  ops
		want Verdict
	}{
		{"nothing", nil, Linearizable},
		{"a hit after the insertion", ops{insert(0, 10, 0, 9), hit(1, 10, 20, 29)}, Linearizable},
		{"a miss after the insertion", ops{insert(0, 10, 0, 9), miss(1, 20, 29)}, Violated},
		{"a miss during the insertion", ops{insert(0, 10, 0, 30), miss(1, 20, 29)}, Linearizable},
		{"a hit and then a miss during the insertion", ops{insert(0, 10, 0, 50), hit(1, 10, 20, 29), miss(1, 30, 39)}, Violated},
		{"a hit after the deletion", ops{insert(0, 10, 0, 9), remove(0, 10, 19), hit(1, 10, 20, 29)}, Violated},
		{"a hit during the deletion", ops{insert(0, 10, 0, 9), remove(0, 10, 25), hit(1, 10, 20, 29)}, Linearizable},
		{"two deletions succeed", ops{insert(0, 10, 0, 9), remove(0, 10, 25), remove(1, 10, 25)}, Violated},
		{"two insertions succeed", ops{insert(0, 10, 0, 9), insert(1, 11, 0, 9)}, Violated},
		{"a lost replacement", ops{insert(0, 10, 0, 9), replace(0, 11, 10, 19), hit(1, 10, 20, 29)}, Violated},
		{"new, then old", ops{insert(0, 10, 0, 9), replace(0, 11, 10, 50), hit(1, 11, 20, 29), hit(1, 10, 30, 39)}, Violated},
		{"old, then new", ops{insert(0, 10, 0, 9), replace(0, 11, 10, 50), hit(1, 10, 20, 29), hit(1, 11, 30, 39)}, Linearizable},
		{"two readers disagree on the order", ops{insert(0, 10, 0, 9), replace(0, 11, 10, 90), replace(3, 12, 10, 90),
			hit(1, 11, 20, 29), hit(1, 12, 30, 39), hit(2, 12, 20, 29), hit(2, 11, 30, 39)}, Violated},
		{"a batch hits", ops{insert(0, 10, 0, 9), batch(1, true, 20, 29)}, Linearizable},
		{"a batch misses", ops{insert(0, 10, 0, 9), batch(1, false, 20, 29)}, Violated},

		{"a walk of everything", ops{insert(0, 10, 0, 9), walk(1, 10, 20, one(10), two)}, Linearizable},
		{"a walk omits", ops{insert(0, 10, 0, 9), walk(1, 10, 20, one(10))}, Violated},
		{"a walk that is stopped omits", ops{insert(0, 10, 0, 9), stopped(walk(1, 10, 20, one(10)))}, Linearizable},
		{"a walk that is stopped shows a ghost", ops{stopped(walk(1, 10, 20, one(10))), insert(0, 10, 30, 39)}, Violated},
		{"a walk repeats", ops{walk(1, 10, 20, two, two)}, Violated},
		{"a walk shows both versions", ops{insert(0, 10, 0, 9), replace(0, 11, 15, 18), walk(1, 10, 20, one(10), one(11), two)}, Violated},
		{"a walk shows what comes back", ops{insert(0, 10, 0, 9), remove(0, 15, 16), insert(0, 11, 17, 18), walk(1, 10, 20, one(10), one(11), two)}, Linearizable},
		{"a walk shows the old version", ops{insert(0, 10, 0, 9), replace(0, 11, 15, 18), walk(1, 10, 20, one(10), two)}, Linearizable},
		{"a walk shows what was there before", ops{insert(0, 10, 0, 9), replace(0, 11, 10, 18), walk(1, 20, 30, one(10), two)}, Violated},
		{"a walk shows what comes after", ops{walk(1, 0, 5, one(10), two), insert(0, 10, 10, 19)}, Violated},
		{"a walk misses what comes and goes", ops{walk(1, 0, 50, two), insert(0, 10, 10, 19), remove(0, 20, 29), insert(0, 11, 30, 39)}, Linearizable},
		{"a walk misses what is only replaced", ops{insert(0, 10, 0, 9), walk(1, 10, 50, two), replace(0, 11, 20, 29)}, Violated},
		{"two walks, new and then old", ops{insert(0, 10, 0, 9), replace(0, 11, 10, 90), walk(1, 20, 29, one(11), two), walk(1, 30, 39, one(10), two)}, Violated},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := &History{Initial: map[uint64]uint64{1: 0, 2: 2}, Operations: test.ops}
			got, f := h.Check(time.Second)
			if got != test.want || (f != nil) != (got == Violated) {
				t.Errorf("%v; want %v\n%v", got, test.want, f)
			}
		})
	}
	h := &History{Initial: map[uint64]uint64{2: 2}, Operations: ops{walk(1, 10, 20, two, two)}, Repeats: true}
	if v, _ := h.Check(time.Second); v != Linearizable {
		t.Errorf("a walk that may repeat: %v", v)
	}
}
