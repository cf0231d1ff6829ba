package hazard

import (
	"runtime"
	"testing"
)

// TestSpace: what the heap holds per participant that has scanned is what the domain
// says, but for what the allocator and append round up to.
func TestSpace(t *testing.T) {
	for _, threshold := range []int{72, 512, 1000} {
		const participants = 32
		d := NewDomain(2, Threshold(threshold))
		var all [participants]*Participant
		heap := func() int {
			var s runtime.MemStats
			runtime.GC()
			runtime.GC()
			runtime.ReadMemStats(&s)
			return int(s.HeapAlloc)
		}
		before := heap()
		ref := uint64(0)
		for i := range all {
			all[i] = d.Register(drop)
			for range threshold {
				ref++
				all[i].Retire(ref)
			}
			if s := all[i].stats(); s.Scans != 1 {
				t.Fatalf("%d scans after %d retirements", s.Scans, threshold)
			}
		}
		got, want := (heap()-before)/participants, d.Space()
		if got < want*9/10 || got > want*12/10 {
			t.Errorf("threshold %d: %d bytes per participant; the domain says %d", threshold, got, want)
		}
		for _, p := range all {
			p.Unregister()
		}
	}
}
