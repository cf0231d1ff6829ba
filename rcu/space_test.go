package rcu

import (
	"runtime"
	"testing"
)

// heapOf returns what make leaves on the heap, in bytes.
func heapOf(make func()) int {
	heap := func() int {
		var s runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&s)
		return int(s.HeapAlloc)
	}
	before := heap()
	make()
	return heap() - before
}

type nothingFreed struct{}

func (nothingFreed) ReclaimBulk([]uint64) {}

// TestBulkSpace: what the heap holds of a queue whose objects wait is what is said,
// but for what the allocator rounds up to.
func TestBulkSpace(t *testing.T) {
	for _, gather := range []int{72, 512, 1000} {
		const queues = 32
		d := NewClassic()
		reader := d.Register()
		var all [queues]*Bulk[uint64]
		o := Options{Gather: gather}
		token := reader.ReadLock()
		got := heapOf(func() {
			for i := range all {
				all[i] = NewBulk[uint64](d, nothingFreed{}, o)
				for range 2*gather - 1 {
					all[i].Free(1)
				}
			}
		}) / queues
		reader.ReadUnlock(token)
		if want := BulkSpace[uint64](o); got < want*95/100 || got > want*11/10 {
			t.Errorf("gather %d: %d bytes per queue; want %d", gather, got, want)
		}
		for _, b := range all {
			b.Close()
		}
		reader.Unregister()
	}
}

// TestSRCUSpace: what the heap holds of a domain is what it says.
func TestSRCUSpace(t *testing.T) {
	const domains = 32
	var all [domains]*SRCU
	got := heapOf(func() {
		for i := range all {
			all[i] = NewSRCU()
		}
	}) / domains
	if want := all[0].Space(); got < want || got > want*13/10 {
		t.Errorf("%d bytes per domain, which says %d", got, want)
	}
	runtime.KeepAlive(all)
}
