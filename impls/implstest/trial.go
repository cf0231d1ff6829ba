package implstest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// maxFailures is how many failures a trial reports: the first ones tell.
const maxFailures = 5

// A trial is one map under test.
type trial struct {
	*kit
	r   Reporter
	b   impls.Backend
	cfg impls.Config
	m   impls.Map

	mu        sync.Mutex
	failures  mem.Uint64
	abandoned atomic.Bool // nobody listens any more
}

// failf reports a failure with what is needed to see it again. It may be called
// from any goroutine, but not from a walk's yield, where a reader that must not
// block would block on the report.
func (t *trial) failf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failures.Add(1) > maxFailures || t.abandoned.Load() {
		return
	}
	shape := fmt.Sprintf("%s buckets=%d", t.b.Name, t.cfg.Buckets)
	if t.cfg.Reclaim != "" {
		shape += " reclaim=" + t.cfg.Reclaim
	}
	if t.cfg.Section > 1 {
		shape += fmt.Sprintf(" section=%d", t.cfg.Section)
	}
	t.r.Errorf("%s seed=%d: %s", shape, t.seed, fmt.Sprintf(format, args...))
}

// failed reports whether the trial has found enough to stop.
func (t *trial) failed() bool { return t.failures.Load() > 0 }

// ops scales a number of operations by the effort.
func (t *trial) ops(n int) int { return max(int(float64(n)*t.effort), 16) }

// rng returns the random numbers of one participant.
func (t *trial) rng(participant int) *rand.Rand {
	return rand.New(rand.NewPCG(t.seed, uint64(participant)<<32|uint64(t.cfg.Buckets)))
}

// open makes the map. It reports whether there is one.
func (t *trial) open() bool {
	m, err := t.b.New(t.cfg)
	if err != nil {
		t.failf("New(%+v): %v", t.cfg, err)
		return false
	}
	t.m = m
	return true
}

// worker registers a worker, or returns nil.
func (t *trial) worker() impls.Worker {
	w, err := t.m.NewWorker()
	if err != nil {
		t.failf("NewWorker: %v", err)
		return nil
	}
	return w
}

// workers registers n workers, or returns nil.
func (t *trial) workers(n int) []impls.Worker {
	all := make([]impls.Worker, n)
	for i := range all {
		if all[i] = t.worker(); all[i] == nil {
			return nil
		}
	}
	return all
}

// populate puts the elements in, before any worker runs.
func (t *trial) populate(elements []impls.Element) bool {
	if f, ok := t.m.(impls.Filler); ok {
		if err := f.Fill(elements); err != nil {
			t.failf("Fill of %d elements: %v", len(elements), err)
			return false
		}
		return true
	}
	if !t.b.Caps.Insert {
		t.failf("the map can neither insert nor be filled")
		return false
	}
	w := t.worker()
	if w == nil {
		return false
	}
	defer w.Close()
	for _, e := range elements {
		if ok, err := w.Insert(e); !ok || err != nil {
			t.failf("Insert of absent key %#x = %v, %v; want true, nil", e.Key, ok, err)
			return false
		}
	}
	return true
}

// close checks the population and the accounts once all workers are closed.
func (t *trial) close(resident int) {
	if got := t.m.Stats().Resident; got != uint64(resident) {
		t.failf("Stats: %d elements are resident; want %d", got, resident)
	}
	if err := t.m.Close(); err != nil {
		t.failf("Close: %v", err)
	}
	s := t.m.Stats()
	if s.Retained != 0 || s.Retired != s.Reclaimed || s.Callbacks != 0 {
		t.failf("Stats after Close: %d retired, %d reclaimed, %d retained, %d callbacks waiting; want all reclaimed",
			s.Retired, s.Reclaimed, s.Retained, s.Callbacks)
	}
}

// versionOf returns the number of the element's version, and whether it is the
// element that [impls.MakeElement] makes of it.
func versionOf(e impls.Element) (uint64, bool) {
	v := e.A * versionFactorInverse
	return v, impls.MakeElement(e.Key, v) == e
}

// versionFactorInverse undoes MakeElement's multiplication of the version
// (Newton's iteration doubles the correct bits each time).
var versionFactorInverse = func() uint64 {
	factor := impls.MakeElement(0, 1).A
	x := factor
	for range 6 {
		x *= 2 - factor*x
	}
	return x
}()
