package history

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// A Verdict is what a check has found.
type Verdict uint8

// The verdicts.
const (
	Linearizable Verdict = iota
	Violated             // no order explains the history
	Undecided            // none was found in time, but there may be one
)

// String returns the verdict in lower case.
func (v Verdict) String() string {
	return [...]string{"linearizable", "violated", "undecided"}[v]
}

// Check searches for an order that explains the history, for no longer than the
// limit. The failure is nil unless the history is violated.
func (h *History) Check(limit time.Duration) (Verdict, *Failure) {
	if len(h.Faults) > 0 {
		return Violated, &Failure{History: h}
	}
	ops := h.operations()
	verdict := check(model, ops, limit)
	if verdict != Violated {
		return verdict, nil
	}
	for _, part := range partition(ops) {
		if check(model, part, limit) == Violated {
			f := &Failure{History: h, key: part[0].Input.(action).key, part: part}
			f.before, f.from, f.core = shrink(part, limit)
			return Violated, f
		}
	}
	panic("history: a history is violated, and none of its keys")
}

func check(m porcupine.Model, ops []porcupine.Operation, limit time.Duration) Verdict {
	switch porcupine.CheckOperationsTimeout(m, ops, max(limit, 1)) {
	case porcupine.Ok:
		return Linearizable
	case porcupine.Illegal:
		return Violated
	}
	return Undecided
}

// A Failure is a history that no order explains, or with faults.
type Failure struct {
	History *History
	key     uint64
	part    []porcupine.Operation // about the key
	before  []porcupine.Operation // some updates before the core
	from    []uint64              // what the key's cell may have held before the core
	core    []porcupine.Operation // a part that no order explains
}

// Error tells how to record such a history again, and shows its faults or the
// smallest part that was found that no order explains.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v\n", f.History.Backend, f.History.Plan)
	if len(f.History.Faults) > 0 {
		for _, fault := range f.History.Faults {
			fmt.Fprintf(&b, "  %s\n", fault)
		}
		return b.String()
	}
	fmt.Fprintf(&b, "no order explains what was done to key %d, %d operations in all:\n", f.key, len(f.part))
	write(&b, f.before)
	holds := make([]string, len(f.from))
	for i, version := range f.from {
		holds[i] = cell(version)
	}
	fmt.Fprintf(&b, "  then the cell holds %s\n", strings.Join(holds, " or "))
	write(&b, f.core)
	return b.String()
}

// write writes a line for each operation.
func write(b *strings.Builder, ops []porcupine.Operation) {
	for _, op := range ops {
		ended := "        ..."
		if op.Return != math.MaxInt64 {
			ended = fmt.Sprintf("%8d ns", op.Return)
		}
		fmt.Fprintf(b, "  %8d to %s  worker %d  %s\n", op.Call, ended, op.ClientId,
			describe(op.Input.(action), op.Output.(outcome)))
	}
}

// Visualize writes a page that shows all operations on the key, and the longest
// orders that explain some of them. It writes nothing if the failure is a fault.
func (f *Failure) Visualize(w io.Writer) error {
	if len(f.part) == 0 {
		return nil
	}
	_, info := porcupine.CheckOperationsVerbose(model, f.part, time.Minute)
	return porcupine.Visualize(model, info, w)
}
