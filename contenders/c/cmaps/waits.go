package cmaps

// #include "map.h"
import "C"

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A timedMap is one whose updaters wait for readers: with synchronize on the spot,
// with call until the callback is called. Of the callbacks one is timed at a time.
type timedMap struct {
	cmap
	mu     sync.Mutex
	counts [C.WAIT_COUNTS]C.uint64_t // taken last
}

// longestWait is what longer waits are noted as.
const longestWait = 10 * time.Minute

// GracePeriods implements [impls.GracePeriodTimer]. A duration is known to 1/64.
func (m *timedMap) GracePeriods() *hdrhistogram.Histogram {
	h := hdrhistogram.New(1, int64(longestWait), 3)
	if m.final.Load() != nil {
		return h
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	C.waits_take(&m.m.waits, &m.counts[0])
	for place, n := range m.counts {
		if n == 0 {
			continue
		}
		if err := h.RecordValues(int64(min(uint64(C.waits_value(C.size_t(place))), uint64(longestWait))), int64(n)); err != nil {
			panic(err) // the histogram spans what it is given
		}
	}
	return h
}
