package history

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/anishathalye/porcupine"

	"readmostly/impls"
)

// An action is what is done to the cell of one key: porcupine's input.
type action struct {
	key     uint64
	kind    impls.Kind
	version uint64 // that an Insert or Replace writes
	part    bool   // a lookup that is part of a walk
}

// An outcome is what came of it: porcupine's output.
type outcome struct {
	ok    bool   // of a lookup: it hit
	which bool   // of a lookup: version says what it hit
	open  bool   // an update that had not returned when the history was cut
	saw   uint64 // version
}

// model is the cell: its state is the version that it holds, 0 if none.
var model = porcupine.Model{
	Init:      func() any { return uint64(0) },
	Partition: partition,
	Step: func(state, input, output any) (bool, any) {
		ok, next := apply(state.(uint64), input.(action), output.(outcome))
		return ok, next
	},
	Hash:              func(state any) uint64 { return state.(uint64) },
	DescribeOperation: func(input, output any) string { return describe(input.(action), output.(outcome)) },
	DescribeState:     func(state any) string { return cell(state.(uint64)) },
}

// startingAt is the model of a cell that holds the version at the beginning.
func startingAt(version uint64) porcupine.Model {
	m := model
	m.Init = func() any { return version }
	return m
}

// apply reports whether the outcome may come of the action on a cell that holds
// the version, and what the cell holds afterwards.
func apply(held uint64, a action, o outcome) (bool, uint64) {
	next := held
	full := held != 0
	wants := full
	switch a.kind {
	case impls.Lookup:
		return o.ok == full && (!o.which || o.saw == held), held
	case impls.Insert:
		if wants = !full; wants {
			next = a.version
		}
	case impls.Delete:
		next = 0
	case impls.Replace:
		if full {
			next = a.version
		}
	}
	return o.open || o.ok == wants, next
}

// setup is the action that gives a cell its initial version.
const setup = impls.Insert

// operations returns the history as porcupine checks it: for each key, what was
// done to its cell, a walk as the lookups that it amounts to.
func (h *History) operations() []porcupine.Operation {
	ops := make([]porcupine.Operation, 0, 2*len(h.Operations))
	for key, version := range h.Initial {
		if version != 0 {
			ops = append(ops, porcupine.Operation{ClientId: h.Plan.Workers, Call: -2, Return: -1,
				Input: action{key: key, kind: setup, version: version}, Output: outcome{ok: true}})
		}
	}
	for _, op := range h.Operations {
		add := func(a action, o outcome) {
			ops = append(ops, porcupine.Operation{ClientId: op.Worker, Call: op.Call, Return: op.Return, Input: a, Output: o})
		}
		switch op.Kind {
		case impls.Walk:
			h.walk(op, add)
		case impls.Lookup:
			o := outcome{ok: op.OK, which: !op.Batch}
			if len(op.Seen) > 0 {
				o.saw = op.Seen[0].Version
			}
			add(action{key: op.Key, kind: op.Kind}, o)
		default:
			add(action{key: op.Key, kind: op.Kind, version: op.Version}, outcome{ok: op.OK})
		}
	}
	return ops
}

// walk adds the lookups that a walk amounts to.
func (h *History) walk(op Operation, add func(action, outcome)) {
	times := map[uint64]int{}
	known := map[Sighting]bool{}
	for _, s := range op.Seen {
		times[s.Key]++
		if !known[s] {
			known[s] = true
			add(action{key: s.Key, kind: impls.Lookup, part: true}, outcome{ok: true, which: true, saw: s.Version})
		}
	}
	for key := range h.Initial {
		if n := times[key]; n == 0 && !op.Stopped || n > 1 && !h.Repeats {
			add(action{key: key, kind: impls.Lookup, part: true}, outcome{which: true})
		}
	}
}

// partition divides operations by key.
func partition(ops []porcupine.Operation) [][]porcupine.Operation {
	byKey := map[uint64][]porcupine.Operation{}
	for _, op := range ops {
		key := op.Input.(action).key
		byKey[key] = append(byKey[key], op)
	}
	parts := make([][]porcupine.Operation, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		part := byKey[key]
		slices.SortStableFunc(part, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
		parts = append(parts, part)
	}
	return parts
}

func cell(version uint64) string {
	if version == 0 {
		return "absent"
	}
	return fmt.Sprintf("v%d", version)
}

func describe(a action, o outcome) string {
	what := a.kind.String()
	if a.part {
		what = "walk"
	}
	what += fmt.Sprintf(" %d", a.key)
	if a.version != 0 {
		what += " " + cell(a.version)
	}
	switch {
	case o.open:
		return what + ": not returned"
	case a.kind == impls.Lookup && o.which:
		return what + ": " + cell(o.saw)
	case a.kind == impls.Lookup && o.ok:
		return what + ": hit"
	case a.kind == impls.Lookup:
		return what + ": miss"
	}
	return fmt.Sprintf("%s: %v", what, o.ok)
}
