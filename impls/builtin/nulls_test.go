package builtin

import (
	"testing"

	"readmostly/impls"
	"readmostly/impls/slab"
)

// TestNullsInsertsAtTheHead: an element that was reused under a reader must lead
// it past the whole chain again (rule 24). It also takes a generation of its own
// each time that it is reused (rule 27).
func TestNullsInsertsAtTheHead(t *testing.T) {
	s, err := newStore(impls.Config{Buckets: 1, Capacity: 100})
	if err != nil {
		t.Fatal(err)
	}
	w := &nullsWorker{worker: s.newWorker(spinning{})}
	generations := map[slab.Ref]uint64{}
	for n := range uint64(40) {
		key := n % 5
		if _, err := w.Delete(key); err != nil {
			t.Fatal(err)
		}
		if ok, err := w.Insert(impls.MakeElement(key, n)); !ok || err != nil {
			t.Fatalf("Insert of key %d = %v, %v", key, ok, err)
		}
		ref := s.table.Bucket(0).Head.Load()
		e := slab.At(ref)
		if got := e.Key.Load(); got != key {
			t.Errorf("key %d was inserted, and key %d stands at the head", key, got)
		}
		if g := e.Count.Load(); g&1 == 0 || int64(g) >= int64(generations[ref]) {
			t.Errorf("the element has generation %d after %d; they are odd and count down", int64(g), int64(generations[ref]))
		} else {
			generations[ref] = g
		}
	}
	if len(generations) > 10 {
		t.Errorf("%d elements were used in turn, so few were reused", len(generations))
	}
	w.Close()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
