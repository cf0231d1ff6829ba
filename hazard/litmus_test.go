package hazard

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"readmostly/internal/mem"
)

// await waits for a state, at first without a pause, so that both sides go on at
// the same moment.
func await(cond func() bool) {
	const eager = 1000
	for n := 0; !cond(); n++ {
		if n >= eager {
			mem.Spin(n - eager)
		}
	}
}

// backlog is lines that two cores store to in turn. Whoever does so last has a
// store buffer full of stores that wait for their lines, so that the next store,
// to a slot, is seen late, while the validation behind it is done.
type backlog [40]struct {
	mem.Uint64
	_ mem.Pad
}

func (b *backlog) fill(v uint64) {
	for i := range b {
		mem.StoreRelaxed(&b[i].Uint64, v)
	}
}

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
		stuck := new(backlog)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := uint64(1); ; i++ {
				await(func() bool { return round.Load() >= i })
				if round.Load() == over {
					return
				}
				stuck.fill(i)
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
			stuck.fill(i)
			round.Store(i)
			for range i % 2500 { // meet the reader at different moments
			}
			mem.StoreRelease(&src.Uint64, 0)
			set = d.protected(set[:0])
			await(func() bool { return result.Load()>>1 == i })
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
