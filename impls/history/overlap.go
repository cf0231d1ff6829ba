package history

import (
	"sync"
	"time"

	"readmostly/impls"
)

// An Overlap says how much the operations of different workers overlap.
type Overlap struct {
	Operations int // that overlap with another worker's
	Pairs      int // that overlap each other
	Contending int // pairs about the same key, at least one an update, none a walk
}

// Overlap counts the operations of different workers that were under way at the
// same time. The time between two stamps is longer than the operation between
// them by what stamping costs, so only what overlaps for longer is counted.
func (h *History) Overlap() Overlap { return h.overlap(margin()) }

func (h *History) overlap(margin int64) Overlap {
	var o Overlap
	overlaps := make([]bool, len(h.Operations))
	for i, a := range h.Operations {
		for j := i + 1; j < len(h.Operations); j++ {
			b := h.Operations[j]
			if b.Call >= a.Return {
				break // and so are all that follow
			}
			if a.Worker == b.Worker || min(a.Return, b.Return)-b.Call <= margin {
				continue
			}
			overlaps[i], overlaps[j] = true, true
			o.Pairs++
			if contend(a, b) {
				o.Contending++
			}
		}
	}
	for _, yes := range overlaps {
		if yes {
			o.Operations++
		}
	}
	return o
}

// contend reports whether the operations are about the same key and one of them
// is an update.
func contend(a, b Operation) bool {
	updates := func(k impls.Kind) bool { return k == impls.Insert || k == impls.Delete || k == impls.Replace }
	return a.Kind != impls.Walk && b.Kind != impls.Walk && a.Key == b.Key && (updates(a.Kind) || updates(b.Kind))
}

// margin is the time, in nanoseconds, between the stamps of an operation that
// does nothing: the median of many.
var margin = sync.OnceValue(func() int64 {
	const n = 1001
	c := clock{began: time.Now()}
	var counts [1 << 12]int
	for range n {
		call := c.call()
		counts[min(c.ret()-call, int64(len(counts)-1))]++
	}
	for t, sum := 0, 0; ; t++ {
		if sum += counts[t]; sum > n/2 {
			return int64(t)
		}
	}
})
