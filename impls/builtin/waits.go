package builtin

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"readmostly/rcu"
)

// waits are the durations of the grace periods of a map, in nanoseconds.
type waits struct {
	mu        sync.Mutex
	durations *hdrhistogram.Histogram
}

// longestWait is what longer grace periods are noted as.
const longestWait = 10 * time.Minute

func newWaits() *waits { return &waits{durations: newDurations()} }

func newDurations() *hdrhistogram.Histogram { return hdrhistogram.New(1, int64(longestWait), 3) }

func (w *waits) note(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.durations.RecordValue(int64(min(d, longestWait))); err != nil {
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

// A waiter is a flavour of RCU as one worker waits for it, with a watch: it
// measures from the moment a grace period is asked for to the moment the worker
// knows that it has ended. A worker that polls may learn of it late.
type waiter struct {
	rcu.Domain
	waits  *waits
	cookie rcu.Cookie // being watched, or rcu.Completed
	asked  time.Time
}

func (w *waiter) Synchronize() {
	asked := time.Now()
	w.Domain.Synchronize()
	w.waits.note(time.Since(asked))
}

func (w *waiter) StartPoll() rcu.Cookie {
	w.asked = time.Now()
	w.cookie = w.Domain.StartPoll()
	return w.cookie
}

func (w *waiter) Poll(c rcu.Cookie) bool {
	done := w.Domain.Poll(c)
	if done {
		w.over(c)
	}
	return done
}

func (w *waiter) Cond(c rcu.Cookie) {
	w.Domain.Cond(c)
	w.over(c)
}

func (w *waiter) over(c rcu.Cookie) {
	if c == w.cookie && c != rcu.Completed {
		w.waits.note(time.Since(w.asked))
		w.cookie = rcu.Completed
	}
}
