package history

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"readmostly/impls"
)

// TestUndecided gives the checker what it can't search in its time: a version
// that can't have been there after many concurrent replacements.
func TestUndecided(t *testing.T) {
	h := &History{Initial: map[uint64]uint64{1: 1000}}
	for i := range 40 {
		h.Operations = append(h.Operations, Operation{Worker: i, Kind: impls.Replace, Key: 1, Version: uint64(i + 1), OK: true, Call: 0, Return: 100})
	}
	h.Operations = append(h.Operations, Operation{Kind: impls.Lookup, Key: 1, OK: true, Seen: []Sighting{{1, 1000}}, Call: 200, Return: 300})
	if v, f := h.Check(20 * time.Millisecond); v != Undecided || f != nil {
		t.Errorf("the verdict is %v, %v", v, f)
	}
}

// TestCoreIsSmall shrinks a long history with one wrong lookup.
func TestCoreIsSmall(t *testing.T) {
	h := &History{Initial: map[uint64]uint64{1: 0}}
	at := int64(0)
	add := func(kind impls.Kind, version uint64, ok bool, seen ...Sighting) {
		h.Operations = append(h.Operations, Operation{Kind: kind, Key: 1, Version: version, OK: ok, Seen: seen, Call: at, Return: at + 5})
		at += 10
	}
	for i := range uint64(20) {
		inserted, replaced := 2*i+1, 2*i+2
		add(impls.Insert, inserted, true)
		add(impls.Lookup, 0, true, Sighting{1, inserted})
		add(impls.Replace, replaced, true)
		if i == 10 {
			add(impls.Lookup, 0, true, Sighting{1, inserted})
		}
		add(impls.Lookup, 0, true, Sighting{1, replaced})
		add(impls.Delete, 0, true)
		add(impls.Delete, 0, false)
	}
	verdict, f := h.Check(time.Second)
	if verdict != Violated {
		t.Fatalf("the verdict is %v", verdict)
	}
	if len(f.core) != 1 || !strings.Contains(f.Error(), "then the cell holds v22") || !strings.Contains(f.Error(), "lookup 1: v21") {
		t.Errorf("the core is not the lookup of v21 alone, in a cell that holds v22:\n%v", f)
	}
}

// TestShrinkIsSound cuts histories of a sound toy in many places: no part of them
// may lose its explanation.
func TestShrinkIsSound(t *testing.T) {
	cuts := 0
	for seed := range uint64(3) {
		h, err := Record(toyBackend(none), NewPlan(seed))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range partition(h.operations()) {
			for i := 0; i < len(part); i += 7 {
				cut := until(part, part[i].Return)
				if check(model, cut, time.Second) != Linearizable {
					t.Fatalf("%v: cut at %d, it is not linearizable:\n%s", h.Plan, part[i].Return, list(cut))
				}
				for n, q := range quiet(cut) {
					if n%5 != i%5 {
						continue
					}
					cuts++
					if states := after(cut[:q], time.Second); unexplained(states, cut[q:], time.Second) {
						t.Fatalf("%v: cut at %d and from operation %d, it is not linearizable from %v:\n%s", h.Plan, part[i].Return, q, states, list(cut))
					}
				}
			}
		}
	}
	if cuts == 0 {
		t.Error("nothing was cut")
	}
}

func list(ops []porcupine.Operation) string {
	var b strings.Builder
	for _, op := range ops {
		fmt.Fprintln(&b, op.Call, op.Return, op.ClientId, describe(op.Input.(action), op.Output.(outcome)))
	}
	return b.String()
}
