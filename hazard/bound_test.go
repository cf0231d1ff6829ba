package hazard

import (
	"fmt"
	"testing"
)

// TestStalledReadersBoundGarbage lets readers stall with every slot on a
// retired reference while an updater goes on retiring: what waits never exceeds
// the bound, which doesn't depend on how long that takes.
func TestStalledReadersBoundGarbage(t *testing.T) {
	const slots, readers, retirements = 3, 4, 5000
	for _, threshold := range []int{0, 1, 5, slots * (readers + 1), 100} {
		t.Run(fmt.Sprint("threshold=", threshold), func(t *testing.T) {
			var opts []Option
			if threshold > 0 {
				opts = append(opts, Threshold(threshold))
			}
			d := NewDomain(slots, opts...)
			updater := d.Register(drop)
			ref := uint64(0)
			for r := range readers {
				reader := d.Register(drop)
				for s := range slots {
					reader.Protect(s, uint64(1+r*slots+s))
				}
			}
			most := uint64(0)
			for range retirements {
				ref++
				updater.Retire(ref)
				most = max(most, d.Stats().Waiting())
			}
			// With one updater only its share of the bound is used.
			hazards := slots * (readers + 1)
			share := max(d.Threshold(), hazards+1)
			if most > uint64(share) {
				t.Errorf("%d were waiting, more than %d", most, share)
			}
			if bound := d.Bound(); bound != (readers+1)*share+hazards {
				t.Errorf("bound %d, want %d", bound, (readers+1)*share+hazards)
			}
			updater.Flush()
			if got := d.Stats().Waiting(); got != slots*readers {
				t.Errorf("%d wait after a scan, want the %d protected", got, slots*readers)
			}
		})
	}
}

// TestLeaversBoundGarbage: participants that come, retire what is protected and
// leave don't add up.
func TestLeaversBoundGarbage(t *testing.T) {
	const slots = 4
	d := NewDomain(slots)
	reader := d.Register(drop)
	ref := uint64(0)
	for range 500 {
		updater := d.Register(drop)
		for s := range slots {
			ref++
			reader.Protect(s, ref)
			updater.Retire(ref)
			if got := d.Stats().Waiting(); got > uint64(d.Bound()) {
				t.Fatalf("%d wait, more than %d", got, d.Bound())
			}
		}
		updater.Unregister()
		if got := d.Stats().Waiting(); got != slots {
			t.Fatalf("%d wait after the updater left, want %d", got, slots)
		}
	}
}
