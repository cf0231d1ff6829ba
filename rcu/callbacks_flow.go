package rcu

import (
	"time"

	"readmostly/internal/mem"
)

// flow moves the segments of one queue along: next is shut and becomes waiting
// when enough has gathered, waiting ripens to done when its cookie is done, done
// is reclaimed in batches. Whoever adds an object pays one comparison with due,
// the number of the next object that is worth a look.
//
// The bound: due never lies beyond the object that lifts the queue above the
// high-water mark, and advance does not return above it. What callbacks and Add
// put in above the mark is worked off by the next Call.
type flow struct {
	_      mem.Pad
	queued mem.Uint64 // objects added; this and all below are the owner's
	due    uint64

	domain   Domain
	opts     Options
	segments segments
	cookie   Cookie    // of the waiting segment
	since    time.Time // when a lazy queue found next not empty
	running  bool      // in a callback, which must not start another round
	closed   bool

	// Counts, sampled by others.
	invoked, peak, throttled, chained, synchronized, refused mem.Uint64
	_                                                        mem.Pad
}

// segments are the objects of a flow, in whatever form they are kept.
type segments interface {
	shut()             // moves next to waiting
	ripen()            // moves waiting to done
	reclaim(limit int) // reclaims from done, and counts in invoked
	sizes() (next, waiting, done int)
}

func (f *flow) init(d Domain, o Options, s segments) {
	f.domain, f.opts, f.segments = d, o.withDefaults(), s
	f.plan()
}

func (f *flow) length() int { return int(f.queued.Load() - f.invoked.Load()) }

// Len returns the number of objects that wait. Any goroutine may call it.
func (f *flow) Len() int {
	invoked := f.invoked.Load() // first, as it follows queued
	return int(f.queued.Load() - invoked)
}

// Stats returns the queue's counts. Any goroutine may call it.
func (f *flow) Stats() CallbackStats {
	return CallbackStats{
		Invoked:      f.invoked.Load(),
		Peak:         max(f.peak.Load(), uint64(f.Len())),
		Queued:       f.queued.Load(),
		Throttled:    f.throttled.Load(),
		Chained:      f.chained.Load(),
		Synchronized: f.synchronized.Load(),
		Refused:      f.refused.Load(),
	}
}

// Poll gives the queue a chance without adding to it: it asks for the grace
// period of what has gathered, however little (a lazy queue only when its time
// has come), and reclaims up to Options.Batch
// objects whose grace period has ended. It does not wait, unless Add has lifted
// the queue above Options.HighWater, and is subject to the same rules as Call.
// Only the owner may call it. In a callback it does nothing.
func (f *flow) Poll() {
	if f.running {
		return
	}
	f.look(true)
	f.throttle()
	f.plan()
}

// advance is what an owner does at the object that was due.
func (f *flow) advance() {
	if f.running {
		return
	}
	f.look(false)
	f.throttle()
	f.plan()
}

// look does what can be done without waiting. A segment that has not gathered
// its number is closed only if the caller wants it, or has been lazy for long
// enough.
func (f *flow) look(wanted bool) {
	next, waiting, _ := f.segments.sizes()
	if waiting > 0 && f.domain.Poll(f.cookie) {
		f.segments.ripen()
		waiting = 0
	}
	wanted = wanted || f.opts.Lazy > 0
	if waiting == 0 && next > 0 && (next >= f.opts.Gather || wanted && f.patienceEnds()) {
		f.shut()
		// With short sections the grace period is over at once, and the
		// objects are reclaimed while they are warm.
		if f.domain.Poll(f.cookie) {
			f.segments.ripen()
		}
	}
	f.run(f.opts.Batch)
}

// patienceEnds reports whether a lazy queue has waited long enough for company.
// Others never wait.
func (f *flow) patienceEnds() bool {
	if f.opts.Lazy == 0 {
		return true
	}
	if f.since.IsZero() {
		f.since = time.Now()
	}
	return time.Since(f.since) >= f.opts.Lazy
}

// shut closes next. The cookie is taken after the last object joined, and for
// all of waiting again if there was some: see callbacks.go.
func (f *flow) shut() {
	f.segments.shut()
	f.cookie = f.domain.StartPoll()
	f.since = time.Time{}
}

// run reclaims up to limit objects of done.
func (f *flow) run(limit int) {
	f.called(func() { f.segments.reclaim(limit) })
}

// called calls what calls back. A callback need not return.
func (f *flow) called(reclaim func()) {
	if n := uint64(f.length()); n > f.peak.Load() {
		mem.StoreRelaxed(&f.peak, n)
	}
	f.running = true
	defer func() { f.running = false }()
	reclaim()
}

// wait waits for the waiting segment and ripens it. It reports false if the
// domain refused to wait, as it does in checked mode inside a section.
func (f *flow) wait() bool {
	f.outside(func() { f.domain.Cond(f.cookie) })
	if !f.domain.Poll(f.cookie) {
		return false
	}
	f.segments.ripen()
	return true
}

// outside calls what waits for readers, between the owner's hooks.
func (f *flow) outside(wait func()) {
	if f.opts.BeforeWait != nil {
		f.opts.BeforeWait()
	}
	if f.opts.AfterWait != nil {
		defer f.opts.AfterWait() // also when the checked mode panics
	}
	wait()
}

// throttle brings the queue down to the high-water mark. It ends when all that
// was there has had its turn, even if callbacks put as much in again.
func (f *flow) throttle() {
	if f.length() <= f.opts.HighWater {
		return
	}
	bump(&f.throttled)
	for end := f.queued.Load(); f.length() > f.opts.HighWater && f.invoked.Load() < end; {
		next, waiting, done := f.segments.sizes()
		if done == 0 {
			if waiting == 0 && next > 0 {
				f.shut()
			}
			if !f.wait() {
				return
			}
		}
		f.run(f.opts.Batch)
	}
}

// plan sets the next object that is worth a look.
func (f *flow) plan() {
	if f.closed {
		f.due = 0
		return
	}
	next, waiting, done := f.segments.sizes()
	after := f.opts.Gather - next
	if waiting > 0 || f.opts.Lazy > 0 {
		after = pollEvery
	}
	if done > 0 {
		after = min(pollEvery, f.opts.Batch/2) // reclaim faster than objects come
	}
	after = max(1, min(after, f.opts.HighWater+1-f.length()))
	f.due = f.queued.Load() + uint64(after)
}
