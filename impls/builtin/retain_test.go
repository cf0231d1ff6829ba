package builtin

import (
	"testing"

	"readmostly/impls"
)

// TestRetain: backends that gather what they retire all gather the same number
// where none is asked for, and the number that is asked for. Below it nothing is
// reclaimed, and soon behind it something is.
func TestRetain(t *testing.T) {
	for _, b := range impls.Backends() {
		if b.Retain == 0 {
			continue
		}
		if b.Retain != retained {
			t.Errorf("%s gathers %d elements, others %d", b.Name, b.Retain, retained)
		}
		ways := b.Reclaims
		if len(ways) == 0 {
			ways = []string{""}
		}
		for _, reclaim := range ways {
			for _, asked := range []int{0, 1, 70, 1000, 20000} {
				want := asked
				switch {
				case reclaim == reclaimSync:
					want = 1
				case asked == 0:
					want = b.Retain
				}
				m, err := b.New(impls.Config{Buckets: 16, Capacity: 1 << 17, Reclaim: reclaim, Retain: asked})
				if err != nil {
					t.Fatal(err)
				}
				if err := m.(impls.Filler).Fill([]impls.Element{impls.MakeElement(1, 1)}); err != nil {
					t.Fatal(err)
				}
				w, err := m.NewWorker()
				if err != nil {
					t.Fatal(err)
				}
				update := impls.MakeOp(impls.Replace, 1)
				for n := 1; n < want; n++ {
					var tally impls.Tally
					w.Run([]impls.Op{update}, &tally)
				}
				if s := m.Stats(); s.Retained != uint64(want-1) {
					t.Errorf("%s %s, %d asked for: after %d updates %d elements are retained", b.Name, reclaim, asked, want-1, s.Retained)
				}
				for n := 0; n < 1<<16 && m.Stats().Reclaimed == 0; n++ {
					var tally impls.Tally
					w.Run([]impls.Op{update}, &tally)
				}
				if s := m.Stats(); s.Reclaimed == 0 || s.Retired < uint64(want) {
					t.Errorf("%s %s, %d asked for: %+v", b.Name, reclaim, asked, s)
				}
				w.Close()
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}
