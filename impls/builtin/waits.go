package builtin

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/rcu"
)

// waits are the durations of the grace periods of a map, in nanoseconds, and, of
// those that were polled for, how long the last look was ago when they were found
// over.
type waits struct {
	mu        sync.Mutex
	durations *hdrhistogram.Histogram
	cadences  *hdrhistogram.Histogram
}

// longestWait is what longer grace periods are noted as.
const longestWait = 10 * time.Minute

func newWaits() *waits { return &waits{durations: newDurations(), cadences: newDurations()} }

func newDurations() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longestWait), 3) }

func (w *waits) note(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	record(w.durations, d)
}

func (w *waits) notePolled(d, cadence time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	record(w.durations, d)
	record(w.cadences, cadence)
}

func record(h *hdrhistogram.Histogram, d time.Duration) {
	if err := h.RecordValue(int64(min(d, longestWait))); err != nil {
		panic(err) // the histogram spans what it is given
	}
}

// GracePeriods returns the durations since the last call: see
// [impls.GracePeriodTimer].
func (w *waits) GracePeriods() *hdrhistogram.Histogram {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.durations
	w.durations = newDurations()
	return h
}

// Cadences returns those since the last call: see [impls.CadenceTimer].
func (w *waits) Cadences() *hdrhistogram.Histogram {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.cadences
	w.cadences = newDurations()
	return h
}

// A waiter is a flavour of RCU as one worker waits for it, with a watch: it
// measures from the moment a grace period is asked for to the moment the worker
// knows that it has ended. A worker that polls may learn of it late, by as long as
// it had not looked.
type waiter struct {
	rcu.Domain
	waits  *waits
	cookie rcu.Cookie // being watched, or rcu.Completed
	asked  time.Time
	looked time.Time // in vain, last
}

func (w *waiter) Synchronize() {
	asked := time.Now()
	w.Domain.Synchronize()
	w.waits.note(time.Since(asked))
}

func (w *waiter) StartPoll() rcu.Cookie {
	w.asked = time.Now()
	w.looked = w.asked
	w.cookie = w.Domain.StartPoll()
	return w.cookie
}

func (w *waiter) Poll(c rcu.Cookie) bool {
	done := w.Domain.Poll(c)
	if w.watches(c) {
		if now := time.Now(); !done {
			w.looked = now
		} else {
			w.waits.notePolled(now.Sub(w.asked), now.Sub(w.looked))
			w.cookie = rcu.Completed
		}
	}
	return done
}

func (w *waiter) Cond(c rcu.Cookie) {
	w.Domain.Cond(c)
	if w.watches(c) {
		w.waits.note(time.Since(w.asked))
		w.cookie = rcu.Completed
	}
}

func (w *waiter) watches(c rcu.Cookie) bool { return c == w.cookie && c != rcu.Completed }
