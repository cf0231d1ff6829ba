package history

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"

	"readmostly/impls"
)

// shrink returns a part of the operations on one key, in the order of their
// calls, that no order explains whichever of the versions the cell held before.
// Each step keeps that true: what is left is a proof, not just an extract. The
// last updates before it come along, for the reader's sake.
func shrink(ops []porcupine.Operation, limit time.Duration) (before []porcupine.Operation, from []uint64, core []porcupine.Operation) {
	from = []uint64{0}
	core = shortest(ops, limit)
	for _, i := range slices.Backward(quiet(core)) {
		if states := after(core[:i], limit); unexplained(states, core[i:], limit) {
			before, from, core = core[:i], states, core[i:]
			break
		}
	}
	for i := len(core) - 1; i >= 0; i-- {
		if without := slices.Delete(slices.Clone(core), i, i+1); reads(core[i]) && unexplained(from, without, limit) {
			core = without
		}
	}
	before = slices.DeleteFunc(slices.Clone(before), reads)
	return before[max(0, len(before)-3):], from, core
}

// unexplained reports whether no order explains the operations from any of the
// states.
func unexplained(states []uint64, ops []porcupine.Operation, limit time.Duration) bool {
	for _, s := range states {
		if check(startingAt(s), ops, limit) != Violated {
			return false
		}
	}
	return len(states) > 0
}

// shortest returns the history up to the first return that leaves it without an
// explanation: linearizability is prefix-closed.
func shortest(ops []porcupine.Operation, limit time.Duration) []porcupine.Operation {
	returns := make([]int64, len(ops))
	for i, op := range ops {
		returns[i] = op.Return
	}
	slices.Sort(returns)
	i := sort.Search(len(returns), func(i int) bool {
		return unexplained([]uint64{0}, until(ops, returns[i]), limit)
	})
	if i == len(returns) {
		return ops
	}
	return until(ops, returns[i])
}

// until returns the history up to the time t. Updates that are under way then may
// or may not have taken effect; lookups that are have told nothing.
func until(ops []porcupine.Operation, t int64) []porcupine.Operation {
	var cut []porcupine.Operation
	for _, op := range ops {
		switch {
		case op.Call > t || op.Return > t && op.Input.(action).kind == impls.Lookup:
			continue
		case op.Return > t:
			op.Return = math.MaxInt64
			op.Output = outcome{open: true}
		}
		cut = append(cut, op)
	}
	return cut
}

// quiet returns the indexes before which all earlier operations have returned.
func quiet(ops []porcupine.Operation) []int {
	var indexes []int
	last := int64(math.MinInt64)
	for i, op := range ops {
		if i > 0 && op.Call > last {
			indexes = append(indexes, i)
		}
		last = max(last, op.Return)
	}
	return indexes
}

// after returns what the cell may hold after the operations.
func after(ops []porcupine.Operation, limit time.Duration) []uint64 {
	end := ops[0].Call
	candidates := []uint64{0}
	for _, op := range ops {
		end = max(end, op.Return)
		if version := op.Input.(action).version; version != 0 {
			candidates = append(candidates, version)
		}
	}
	return slices.DeleteFunc(candidates, func(version uint64) bool {
		look := porcupine.Operation{Call: end + 1, Return: end + 2,
			Input: action{key: ops[0].Input.(action).key, kind: impls.Lookup}, Output: outcome{ok: version != 0, which: true, saw: version}}
		return check(model, append(slices.Clone(ops), look), limit) == Violated
	})
}

// reads reports whether an operation changed nothing in any order, so that a
// history that has an explanation keeps it without the operation.
func reads(op porcupine.Operation) bool {
	o := op.Output.(outcome)
	return op.Input.(action).kind == impls.Lookup || !o.ok && !o.open
}
