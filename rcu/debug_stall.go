//go:build rcudebug

package rcu

import "time"

// now is the clock of the checked mode; tests have their own.
var now = time.Now

// patience is how long the stall timeout is for whoever looks again and again. It
// must not run out while the process is stopped, by a signal or with its virtual
// machine, as nobody could get on. No clock tells that time apart, but the looks
// do: the time between two of them counts as a tenth of the timeout at most.
type patience struct {
	timeout time.Duration
	looked  time.Time
	spent   time.Duration
	limit   time.Duration
}

func newPatience() patience {
	timeout := time.Duration(stallTimeout.Load())
	return patience{timeout: timeout, looked: now(), limit: timeout}
}

// ends is a look: it reports whether the time spent has reached the limit.
func (p *patience) ends() bool {
	t := now()
	p.spent += min(t.Sub(p.looked), p.timeout/10)
	p.looked = t
	return p.spent >= p.limit
}

// stallWatch times one grace period.
type stallWatch struct {
	patience
	last    uint64 // the last section that had begun before
	waiting int    // sections that the grace period waited for when the time began
}

func (w *stallWatch) begin(t *tracker) {
	w.patience = newPatience()
	t.locked(func() { w.last, w.waiting = t.last, len(t.open) })
}

// check tells if the grace period is stalled. As long as sections end it is not,
// and the time begins again.
func (w *stallWatch) check(t *tracker) {
	if !w.ends() {
		return
	}
	holders := t.holders(w.last)
	if n := len(holders); n < w.waiting {
		w.waiting, w.spent, w.limit = n, 0, w.timeout
		return
	}
	w.limit = 3 * w.spent
	report(Violation{Kind: StalledGracePeriod, Domain: t.name, For: w.spent, Holders: holders})
}

// over reports whether the sections that had begun before have ended, and checks
// if not.
func (w *stallWatch) over(t *tracker) bool {
	if len(t.holders(w.last)) == 0 {
		return true
	}
	w.check(t)
	return false
}
