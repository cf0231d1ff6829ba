package slab

import (
	"time"

	"readmostly/internal/mem"
)

// How long elements stay retired is measured on some of them. Such an element's
// state says when it was retired, in the word that Retire and Free touch anyway,
// so no element costs another line, and those that are not timed cost a comparison.
// What is measured is independent of the counts of retired elements and of the
// time between two samples of them: mean retained = rate of retirement × mean
// residence (Little's law) tests all three.

// idleTiming is how many elements are retired between two looks of a cache at
// whether any are to be timed.
const idleTiming = 64

// Time has one of every so many retired elements timed from now on, chosen at
// random, 0 for none. It may be called at any time, and counts for each cache
// after at most so many retirements as lay between two looks before, or 64.
func (s *Slab) Time(every uint64) { s.timing.Store(every) }

// A timer is what a cache needs to time some of the elements that it retires, and
// the sum of those that it frees, whoever retired them. It is the owner's.
type timer struct {
	due    uint64 // number of the retirement that is worth a look
	random uint64

	timed, residence mem.Uint64 // elements, and nanoseconds: stored by the owner, sampled by Stats
}

// mark returns the state of the element whose retirement is the n-th and was due.
func (c *Cache) mark(n uint64) (state uint64) {
	every := c.slab.timing.Load()
	if every == 0 {
		c.due = n + idleTiming
		return stateRetired
	}
	c.due = n + c.gap(every)
	return stateRetired + now()
}

// gap returns after how many elements another is timed. Any fixed number could
// keep step with the batches that elements are freed in.
func (t *timer) gap(every uint64) uint64 {
	t.random += 0x9E3779B97F4A7C15 // splitmix64: Steele, Lea and Flood (2014)
	z := t.random
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return 1 + (z^z>>31)%(2*every-1)
}

// settle notes that a timed element is free.
func (t *timer) settle(state uint64) {
	bump(&t.timed, 1)
	bump(&t.residence, stateRetired+now()-state)
}

var began = time.Now()

// now returns a time in nanoseconds, at least 1. Tests replace it.
var now = func() uint64 { return uint64(time.Since(began)) + 1 }
