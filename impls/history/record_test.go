package history

import (
	"slices"
	"testing"

	"readmostly/impls"
)

// TestPlansAreRepeatable checks that a seed decides what is done.
func TestPlansAreRepeatable(t *testing.T) {
	caps := impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true}
	for seed := range uint64(100) {
		p := NewPlan(seed)
		a, b := p.script(caps), NewPlan(seed).script(caps)
		for i := range a.steps {
			if !slices.Equal(a.steps[i], b.steps[i]) {
				t.Fatalf("plan %v has two scripts", p)
			}
		}
		if n := p.Workers * p.Ops; n <= minOps || p.Workers < 2 || p.Workers > 4 || p.Procs < 2 {
			t.Errorf("plan %v has %d operations", p, n)
		}
	}
}

func TestPlanKeepsToCapabilities(t *testing.T) {
	for seed := range uint64(20) {
		for _, steps := range NewPlan(seed).script(impls.Caps{Insert: true}).steps {
			for _, st := range steps {
				if st.kind != impls.Lookup && st.kind != impls.Insert {
					t.Fatalf("a backend that can only insert is asked to %v", st.kind)
				}
			}
		}
	}
}

// TestRecordKeepsEveryOperation compares a history with the plan's script. The
// ballast leaves nothing in it.
func TestRecordKeepsEveryOperation(t *testing.T) {
	b := toyBackend(none)
	p := NewPlan(5)
	p.Ballast = 100
	h, err := Record(b, p)
	if err != nil {
		t.Fatal(err)
	}
	next := make([]int, p.Workers)
	script := p.script(b.Caps)
	last := int64(0)
	for _, op := range h.Operations {
		if op.Call < last || op.Return < op.Call {
			t.Errorf("an operation from %d to %d stands behind one that was called at %d", op.Call, op.Return, last)
		}
		last = op.Call
		if slices.ContainsFunc(op.Seen, func(s Sighting) bool { return s.Key >= ownKeys }) {
			t.Errorf("%v of key %d saw the ballast: %+v", op.Kind, op.Key, op.Seen)
		}
		if op.Worker == p.Workers {
			continue // looks at what is left
		}
		if st := script.steps[op.Worker][next[op.Worker]]; st.kind != op.Kind || st.key != op.Key || st.version != op.Version {
			t.Errorf("worker %d did %+v; want %+v", op.Worker, op, st)
		}
		next[op.Worker]++
	}
	for worker, n := range next {
		if n != p.Ops {
			t.Errorf("worker %d did %d operations; want %d", worker, n, p.Ops)
		}
	}
	if extra := len(h.Operations) - p.Workers*p.Ops; extra != p.Keys+p.Bystanders+1 {
		t.Errorf("%d operations look at what is left; want one for each key and a walk", extra)
	}
}

// TestOverlap counts overlaps that are longer than the margin of 10.
func TestOverlap(t *testing.T) {
	op := func(worker int, kind impls.Kind, key uint64, call, ret int64) Operation {
		return Operation{Worker: worker, Kind: kind, Key: key, Call: call, Return: ret}
	}
	insertion := op(0, impls.Insert, 1, 0, 111)
	for _, test := range []struct {
		name string
		ops  []Operation
		want Overlap
	}{
		{"one after the other", []Operation{op(0, impls.Insert, 1, 0, 100), op(1, impls.Lookup, 1, 100, 200)}, Overlap{}},
		{"no more than stamping", []Operation{op(0, impls.Insert, 1, 0, 110), op(1, impls.Lookup, 1, 100, 200)}, Overlap{}},
		{"an update and a lookup", []Operation{insertion, op(1, impls.Lookup, 1, 100, 200)}, Overlap{2, 1, 1}},
		{"two lookups", []Operation{op(0, impls.Lookup, 1, 0, 111), op(1, impls.Lookup, 1, 100, 200)}, Overlap{2, 1, 0}},
		{"other keys", []Operation{insertion, op(1, impls.Lookup, 2, 100, 200)}, Overlap{2, 1, 0}},
		{"a walk", []Operation{insertion, op(1, impls.Walk, 1, 100, 200)}, Overlap{2, 1, 0}},
		{"one worker", []Operation{insertion, op(0, impls.Lookup, 1, 100, 200)}, Overlap{}},
		{"one within the other", []Operation{op(0, impls.Delete, 1, 0, 300), op(1, impls.Lookup, 1, 100, 105), op(1, impls.Lookup, 1, 150, 200)}, Overlap{2, 1, 1}},
		{"three at once", []Operation{op(0, impls.Delete, 1, 0, 300), op(1, impls.Lookup, 1, 100, 200), op(2, impls.Insert, 1, 150, 250)}, Overlap{3, 3, 3}},
	} {
		if got := (&History{Operations: test.ops}).overlap(10); got != test.want {
			t.Errorf("%s: %+v; want %+v", test.name, got, test.want)
		}
	}
	if m := margin(); m <= 0 || m > 1e6 {
		t.Errorf("two stamps are %d ns apart", m)
	}
}
