package hazard

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"readmostly/internal/litmus"
	"readmostly/internal/mem"
)

// TestPublishedOrInvalid is the litmus of the fences. A reader publishes and
// validates, an updater unlinks and scans, at the same time: if the reader still
// found the reference linked, the scan must have seen it in the slot.
func TestPublishedOrInvalid(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("nothing happens at the same time")
	}
	everyKind(t, func(t *testing.T, kind Option) {
		const enough, budget = 20000, time.Second // validations, or whichever ends first
		const over = 1 << 62
		type padded struct {
			mem.Uint64
			_ mem.Pad
		}
		var src, round, result padded
		d := NewDomain(1, kind)
		reader := d.Register(drop)
		stuck := new(litmus.Backlog)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := uint64(1); ; i++ {
				litmus.Await(func() bool { return round.Load() >= i })
				if round.Load() == over {
					return
				}
				stuck.Fill(i)
				reader.Protect(0, i)
				valid := uint64(0)
				if src.Load() == i {
					valid = 1
				}
				result.Store(i<<1 | valid)
			}
		})
		var set []uint64
		valid, missed, end := 0, 0, time.Now().Add(budget)
		for i := uint64(1); valid < enough && time.Now().Before(end); i++ {
			src.Store(i)
			stuck.Fill(i)
			round.Store(i)
			for range i % 2500 { // meet the reader at different moments
			}
			mem.StoreRelease(&src.Uint64, 0)
			set = d.protected(set[:0])
			litmus.Await(func() bool { return result.Load()>>1 == i })
			if result.Load()&1 != 0 {
				valid++
				if !slices.Contains(set, i) {
					missed++
				}
			}
		}
		round.Store(over)
		wg.Wait()
		if missed > 0 {
			t.Errorf("of %d validated references the scan missed %d", valid, missed)
		}
		t.Logf("%d validations succeeded", valid)
	})
}
