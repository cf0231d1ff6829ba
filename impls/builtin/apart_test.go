package builtin

import (
	"testing"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// TestWorkersKeepApart: what one worker writes all the time has no other
// allocation in its pair of cache lines (rule 45).
func TestWorkersKeepApart(t *testing.T) {
	var w worker
	var g gcWorker
	for _, s := range []struct {
		name                string
		size, first, behind uintptr
	}{
		{"worker", unsafe.Sizeof(w), unsafe.Offsetof(w.table), unsafe.Offsetof(w.exclusion) + unsafe.Sizeof(w.exclusion)},
		{"gcWorker", unsafe.Sizeof(g), unsafe.Offsetof(g.m), unsafe.Offsetof(g.versions) + unsafe.Sizeof(g.versions)},
	} {
		if s.first < mem.FalseSharingRange || s.size-s.behind < mem.FalseSharingRange {
			t.Errorf("%s has %d bytes of padding before and %d behind; want at least %d each",
				s.name, s.first, s.size-s.behind, mem.FalseSharingRange)
		}
	}
}

// TestNodesAreAsLongAsElements: the collector's nodes take as much cache as
// everybody else's elements (rule 46).
func TestNodesAreAsLongAsElements(t *testing.T) {
	if n := unsafe.Sizeof(gcNode{}); n != slab.ElemSize {
		t.Errorf("a node has %d bytes; want %d", n, slab.ElemSize)
	}
}

// TestNoopReadsItsTape: the sum of the keys is a result that only a loop over
// the tape can have (rule 42).
func TestNoopReadsItsTape(t *testing.T) {
	tape := []impls.Op{
		impls.MakeOp(impls.Lookup, 3), impls.MakeOp(impls.Insert, 50), impls.MakeOp(impls.Lookup, 1<<40),
		impls.MakeOp(impls.Delete, 50), impls.MakeOp(impls.Replace, 9), impls.MakeOp(impls.Walk, 0), impls.MakeOp(impls.Lookup, 4),
	}
	var got impls.Tally
	noopWorker{}.Run(tape, &got)
	noopWorker{}.Run(tape[:1], &got)
	want := impls.Tally{Lookups: 4, Inserts: 1, Deletes: 1, Replaces: 1, Walks: 1, Sink: 3 + 1<<40 + 4 + 3}
	if got != want {
		t.Errorf("tallied %+v; want %+v", got, want)
	}
}
