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

// TestPublishedOrInvalid is the litmus of the fences. A reader publishes and
// validates, an updater unlinks and scans, at the same time: if the reader still
// found the reference linked, the scan must have seen it in the slot.
func TestPublishedOrInvalid(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("nothing happens at the same time")
	}
	everyKind(t, func(t *testing.T, kind Option) {
		const rounds, budget = 20000, time.Second // whichever ends first
		type padded struct {
			mem.Uint64
			_ mem.Pad
		}
		var src, round, result padded
		d := NewDomain(1, kind)
		reader := d.Register(drop)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := uint64(1); ; i++ {
				await(func() bool { return round.Load() >= i })
				if round.Load() > rounds {
					return
				}
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
		for i := uint64(1); i <= rounds && time.Now().Before(end); i++ {
			src.Store(i)
			round.Store(i)
			for range i % 1500 { // meet the reader at different moments
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
		round.Store(rounds + 1)
		wg.Wait()
		if missed > 0 {
			t.Errorf("of %d validated references the scan missed %d", valid, missed)
		}
		t.Logf("%d validations succeeded", valid)
	})
}

// TestMovesUpAreSeen: a reference that its owner copies to a higher slot before
// it leaves the lower one is seen by every scan in between.
func TestMovesUpAreSeen(t *testing.T) {
	const slots, scans = 4, 200000
	d := NewDomain(slots)
	p := d.Register(drop)
	var held, stop mem.Uint64
	var wg sync.WaitGroup
	wg.Go(func() {
		for ref := uint64(1); stop.Load() == 0; ref++ {
			p.Protect(0, ref)
			held.Store(ref)
			for s := 1; s < slots; s++ {
				for range ref % 64 { // be met at different moments
				}
				p.Protect(s, ref)
				p.Clear(s - 1)
			}
			held.Store(0)
			p.Clear(slots - 1)
		}
	})
	var set []uint64
	checked, missed := 0, 0
	for range scans {
		ref := held.Load()
		set = d.collect(set[:0])
		if ref != 0 && held.Load() == ref {
			checked++
			if !slices.Contains(set, ref) {
				missed++
			}
		}
	}
	stop.Store(1)
	wg.Wait()
	if missed > 0 {
		t.Errorf("of %d scans during which a reference was protected, %d missed it", checked, missed)
	}
	t.Logf("%d of %d scans were checked", checked, scans)
}
