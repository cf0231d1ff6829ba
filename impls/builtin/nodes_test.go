package builtin_test

import (
	"slices"
	"testing"

	"readmostly/impls"
)

// TestNodesAreCounted: a lookup counts the elements that it visits, wherever in the
// chain it ends. Some loops take more than one per turn.
func TestNodesAreCounted(t *testing.T) {
	const length = 6
	var elements []impls.Element
	for key := range uint64(length) {
		elements = append(elements, impls.MakeElement(key, 1))
	}
	for _, b := range impls.Backends() {
		if b.Caps.Floor {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			m, err := b.New(impls.Config{Buckets: 1, Capacity: 2 * length})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			if err := m.(impls.Filler).Fill(elements); err != nil {
				t.Fatal(err)
			}
			w, err := m.NewWorker()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			visited := func(key uint64) uint64 {
				var tally impls.Tally
				w.Run([]impls.Op{impls.MakeOp(impls.Lookup, key)}, &tally)
				return tally.Nodes
			}
			var found []uint64
			for _, e := range elements {
				found = append(found, visited(e.Key))
			}
			slices.Sort(found)
			if want := []uint64{1, 2, 3, 4, 5, 6}; !slices.Equal(found, want) {
				t.Errorf("lookups of each element visit %d elements; want %d", found, want)
			}
			if n := visited(length); n != length {
				t.Errorf("a lookup without success visits %d elements; want all %d", n, length)
			}
		})
	}
}
