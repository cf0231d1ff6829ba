package workloads

import (
	"time"

	"readmostly/internal/mem"
)

// A phase is what all workers of a trial are doing. Phases follow each other and
// none is left out, except that a trial may be stopped at any time.
//
// The coordinator enters a phase when all workers have arrived in the one
// before. So all workers are in a window between two common instants: when the
// last has arrived in it, and when the coordinator ends it.
type phase uint64

const (
	gathering phase = iota // workers are pinned and registered
	warming                // operations run and don't count
	measuring              // the window
	cooling                // operations run until all have left the window
	stopping               // nothing runs
)

// phases is how many there are in which operations run or have run.
const phases = stopping + 1

// A phaseWord is the word that says which phase it is. Workers load it once a
// batch, and it changes four times, so it stays in their caches.
type phaseWord struct {
	_    mem.Pad
	word mem.Uint64
	_    mem.Pad
}

func (p *phaseWord) now() phase    { return phase(p.word.Load()) }
func (p *phaseWord) enter(q phase) { p.word.Store(uint64(q)) }

// An arrival is a worker's message that it has arrived in a phase. The last that
// a worker sends is of stopping: it has ended, with or without an error.
type arrival struct {
	worker int
	phase  phase
	err    error
	dead   bool // the worker panicked and may hold locks or a reader's place
}

// epoch is what instants are measured from.
var epoch = time.Now()

// instant returns the time on the monotonic clock. Tests put a scripted clock in
// its place.
var instant = func() time.Duration { return time.Since(epoch) }
