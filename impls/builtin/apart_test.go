package builtin

import (
	"testing"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/chain"
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

// TestBucketsKeepApart: the collector's allocations around the buckets, whoever
// writes them, are not within a pair of cache lines, nor is the count that every
// update writes (rule 45).
func TestBucketsKeepApart(t *testing.T) {
	for _, buckets := range []int{1, 2, 64} {
		m := newGCMap(impls.Config{Buckets: buckets})
		first, last := &m.memory[0], &m.memory[len(m.memory)-1]
		before := uintptr(unsafe.Pointer(&m.buckets[0])) - uintptr(unsafe.Pointer(first))
		behind := uintptr(unsafe.Pointer(last)) - uintptr(unsafe.Pointer(&m.buckets[buckets-1]))
		if len(m.buckets) != buckets || before < mem.FalseSharingRange || behind < mem.FalseSharingRange {
			t.Errorf("%d buckets of %d have %d bytes of padding before and %d behind; want at least %d each",
				len(m.buckets), buckets, before, behind, mem.FalseSharingRange)
		}
	}
	var m gcMap
	if gap := unsafe.Offsetof(m.resident) - unsafe.Offsetof(m.workers) - unsafe.Sizeof(m.workers); gap < mem.FalseSharingRange {
		t.Errorf("%d bytes between what readers load and the population; want %d", gap, mem.FalseSharingRange)
	}
	if gap := unsafe.Sizeof(m) - unsafe.Offsetof(m.resident) - unsafe.Sizeof(m.resident); gap < mem.FalseSharingRange {
		t.Errorf("%d bytes behind the population; want %d", gap, mem.FalseSharingRange)
	}
}

// TestSharedWordsKeepApart: the word of a lock or sequence for the whole structure
// is alone in its pair of cache lines, also from the heads of the chains (rule 45).
func TestSharedWordsKeepApart(t *testing.T) {
	c := impls.Config{Buckets: 1, Capacity: 64}
	lock, err := newRWMap(c, true)
	if err != nil {
		t.Fatal(err)
	}
	sequence, err := newSeqMap(c, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		name   string
		shared *mem.Uint64
		table  chain.Table
	}{
		{"rwlock", lock.(rwMap).global, lock.(rwMap).table},
		{"seqlock-global", sequence.(seqMap).global, sequence.(seqMap).table},
	} {
		word, head := uintptr(unsafe.Pointer(m.shared)), uintptr(unsafe.Pointer(m.table.Bucket(0)))
		if word%mem.FalseSharingRange != 0 || word-head < mem.FalseSharingRange {
			t.Errorf("%s: the word at %#x is near the head at %#x", m.name, word, head)
		}
	}
	for _, m := range []impls.Map{lock, sequence} {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestOneChainOneLock: on a list the lock per chain is the lock of the structure,
// in the same place, so that the two backends are the same algorithm.
func TestOneChainOneLock(t *testing.T) {
	var gaps []uintptr
	for _, global := range []bool{true, false} {
		m, err := newRWMap(impls.Config{Buckets: 1, Capacity: 64}, global)
		if err != nil {
			t.Fatal(err)
		}
		l, b := rwlocks{m.(rwMap).global}, m.(rwMap).table.Bucket(0)
		gaps = append(gaps, uintptr(unsafe.Pointer(l.of(b)))-uintptr(unsafe.Pointer(b)))
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	if gaps[0] != gaps[1] {
		t.Errorf("the lock is %d bytes behind the head in one form and %d in the other", gaps[0], gaps[1])
	}
}

// TestNodesAreAsLongAsElements: the collector's nodes take as much cache as
// everybody else's elements (rule 46).
func TestNodesAreAsLongAsElements(t *testing.T) {
	if n := unsafe.Sizeof(gcNode{}); n != slab.ElemSize {
		t.Errorf("a node has %d bytes; want %d", n, slab.ElemSize)
	}
}

// TestNoopCanBeDependedOn: what the next chained lookup depends on comes from this
// one's key, and passes the check that every element has to.
func TestNoopCanBeDependedOn(t *testing.T) {
	fields := map[uint64]bool{}
	for key := range uint64(100) {
		e, ok := noopWorker{}.Lookup(key)
		if !ok || e.Key != key || !e.Valid() {
			t.Errorf("key %d: %+v, %v", key, e, ok)
		}
		fields[e.C] = true
	}
	if len(fields) != 100 {
		t.Errorf("100 keys give %d answers", len(fields))
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
