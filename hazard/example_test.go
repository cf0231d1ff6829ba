package hazard_test

import (
	"errors"
	"fmt"
	"sync/atomic"

	"readmostly/hazard"
)

// A buffer is reused only when no reader can still be looking at it. Buffers are
// named by their index, plus one, as 0 means none.
func Example() {
	var buffers [4]string
	var free []uint64
	reclaim := func(refs []uint64) { free = append(free, refs...) }

	domain := hazard.NewDomain(1)
	reader, updater := domain.Register(reclaim), domain.Register(reclaim)

	var current atomic.Uint64
	buffers[0], buffers[1] = "old", "new"
	current.Store(1)

	ref := reader.ProtectFrom(0, &current)
	updater.Retire(current.Swap(2)) // unreachable first, then retired
	updater.Flush()
	fmt.Println("read", buffers[ref-1], "while free are", free)

	reader.Clear(0)
	updater.Flush()
	fmt.Println("afterwards free are", free)
	// Output:
	// read old while free are []
	// afterwards free are [1]
}

// A hot loop keeps the slot at hand and chooses the way to publish once.
func ExampleSet() {
	domain := hazard.NewDomain(1)
	p := domain.Register(func([]uint64) {})
	publish := hazard.Set
	if domain.Fenced() {
		publish = hazard.SetFenced
	}

	var head atomic.Uint64
	head.Store(42)
	slot := p.Slot(0)
	for {
		ref := head.Load()
		publish(slot, ref)
		if head.Load() == ref { // validated: still reachable after it was published
			fmt.Println("protected", ref)
			break
		}
	}
	publish(slot, 0)
	// Output: protected 42
}

// However long a reader stalls, the garbage stays below a bound.
func ExampleDomain_Bound() {
	domain := hazard.NewDomain(2, hazard.Threshold(50))
	drop := func([]uint64) {}
	stalled, updater := domain.Register(drop), domain.Register(drop)

	stalled.Protect(0, 1)
	stalled.Protect(1, 2)
	for ref := uint64(1); ref <= 1_000_000; ref++ {
		updater.Retire(ref)
	}
	updater.Flush()
	fmt.Println("bound:", domain.Bound())
	fmt.Println("waiting:", domain.Stats().Waiting())
	fmt.Println("close:", errors.Is(domain.Close(), hazard.ErrProtected))
	// Output:
	// bound: 104
	// waiting: 2
	// close: true
}
