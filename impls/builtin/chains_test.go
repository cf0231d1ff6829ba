package builtin_test

import (
	"testing"

	"readmostly/impls"
	"readmostly/impls/chain"
)

// TestMapsHoldChains: every backend on the slab shows the table that its own
// workers read, for loops that are compared over one memory.
func TestMapsHoldChains(t *testing.T) {
	elements := []impls.Element{impls.MakeElement(1, 1), impls.MakeElement(2, 1), impls.MakeElement(3, 1)}
	for _, b := range impls.Backends() {
		if b.Caps.Floor || b.Caps.NeedsGC {
			continue
		}
		m, err := b.New(impls.Config{Buckets: 4, Capacity: 128})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.(impls.Filler).Fill(elements); err != nil {
			t.Fatal(err)
		}
		h, ok := m.(chain.Holder)
		if !ok {
			t.Errorf("%s shows no table", b.Name)
		} else if c := h.Chains(); c.Len() != 4 || c.Count() != 3 {
			t.Errorf("%s shows a table of %d chains with %d elements", b.Name, c.Len(), c.Count())
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}
