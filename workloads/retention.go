package workloads

import (
	"context"
	"time"

	"readmostly/impls"
)

// What is retained, how fast elements are retired and how long they stay so are
// measured apart, over the same time: by samples, by counts, and by clocks on some of
// the elements. In a window that is long against all three, mean retained = rate of
// retirement × mean residence. (J. D. C. Little, A proof for the queuing formula
// L = λW, 1961.)

// samples is how many samples of a map's state are taken in the length of a window,
// at even distances: few, because a sample takes cache lines, and for a moment a
// core, from the workers.
const samples = 128

// timing is of how many retired elements one is timed.
const timing = 16

// enough is how often what a map retains must have been replaced, and how many
// grace periods must have ended, for a window to be long against them.
const enough = 20

// retention is what samples say about elements that are retired and can't be reused
// yet.
type retention struct {
	retained, waiting, uncollected mean
	peak, longest                  uint64
	taken                          int
}

func (r *retention) add(s snapshot) {
	r.retained.add(s.at, s.Retained)
	r.waiting.add(s.at, s.Callbacks)
	r.uncollected.add(s.at, s.Uncollected)
	r.peak = max(r.peak, s.Retained)
	r.longest = max(r.longest, s.Callbacks)
	r.taken++
}

// A mean is that of a number over time. It went straight from each sample to the
// next, as far as anybody knows, so samples that come late weigh what they stand for.
type mean struct {
	first, last time.Duration
	value       float64 // the last
	area        float64
	some        bool
}

func (m *mean) add(at time.Duration, value uint64) {
	v := float64(value)
	if !m.some {
		m.first, m.some = at, true
	} else {
		m.area += float64(at-m.last) * (m.value + v) / 2
	}
	m.last, m.value = at, v
}

func (m *mean) get() float64 {
	if m.last == m.first {
		return m.value
	}
	return m.area / float64(m.last-m.first)
}

// sample takes a sample of the map.
func (t *Trial) sample() (s snapshot, err error) {
	if s, err = t.snapshot(); err == nil {
		t.retention.add(s)
	}
	return s, err
}

// watch samples the map for the length of the window, and for longer, up to
// look.Most, until the window is long against what it is to show.
func (t *Trial) watch(ctx context.Context, look Look) error {
	began := instant()
	if _, err := t.sample(); err != nil {
		return err
	}
	for from, to := began, began+look.Length; ; from, to = to, min(began+look.Most, to+(to-began)) {
		s, err := t.sampleUntil(ctx, from, to, look.Length/samples)
		if err != nil {
			return err
		}
		if t.watched = to - began; t.watched >= look.Most {
			return nil
		}
		if err := t.noteGracePeriods(); err != nil {
			return err
		}
		if t.turnovers(s) >= enough {
			return nil
		}
	}
}

// timeResidence has elements timed until stop is called. It waits until as many are
// free as had been retired before, for so long at most: those are not timed, and
// would be missing among the ones that stay long.
func (t *Trial) timeResidence(ctx context.Context, most time.Duration) (stop func(), err error) {
	timer, ok := t.impl.(impls.ResidenceTimer)
	if !ok {
		return func() {}, nil
	}
	timer.TimeResidence(timing)
	stop = func() { timer.TimeResidence(0) }
	first, err := t.snapshot()
	for s := first; err == nil && s.Reclaimed < first.Retired; s, err = t.snapshot() {
		left := first.at + most - s.at
		if left <= 0 {
			break
		}
		if err := t.pass(ctx, min(left, most/samples)); err != nil {
			return stop, err
		}
	}
	return stop, err
}

// sampleUntil samples the map from one instant to another, at even distances, and
// returns the last sample, which is at the end. An instant that has gone by while the
// coordinator did not run is left out.
func (t *Trial) sampleUntil(ctx context.Context, from, to, step time.Duration) (s snapshot, err error) {
	for at := from + step; at < to; at += step {
		wait := at - instant()
		if wait <= 0 {
			continue
		}
		if err := t.pass(ctx, wait); err != nil {
			return s, err
		}
		if s, err = t.sample(); err != nil {
			return s, err
		}
	}
	if err := t.pass(ctx, to-instant()); err != nil {
		return s, err
	}
	return t.sample()
}

// turnovers returns how often what the map retains has been replaced, from the first
// snapshot to s, or how many grace periods have ended if they are fewer. Behind the
// collector, its cycles count.
func (t *Trial) turnovers(s snapshot) float64 {
	if t.caps.NeedsGC {
		return float64(collections() - t.cycles)
	}
	n := float64(s.Retired-t.first.Retired) / max(1, t.retention.retained.get())
	if g := t.gracePeriods; g != nil {
		n = min(n, float64(g.TotalCount()))
	}
	return n
}

// sumRetention adds what waits to be reusable. What has just been removed is not
// retained by a backend that the collector cleans up behind.
func (t *Trial) sumRetention(win *Window) {
	r, seen := &t.retention, t.last.at-t.first.at
	if r.taken > 0 && (!t.caps.NeedsGC || t.scene.Paired && r.peak > 0) {
		win.Values.Add(Retained, r.retained.get())
		win.Values.Add(PeakRetained, float64(r.peak))
		if t.queues() {
			win.Values.Add(Queued, r.waiting.get())
			win.Values.Add(PeakQueued, float64(r.longest))
		}
	}
	if retired := t.last.Retired - t.first.Retired; retired > 0 && seen > 0 {
		win.Values.Add(RetireRate, float64(retired)/seen.Seconds())
	}
	if timed := t.last.Timed - t.first.Timed; timed > 0 && t.watched > 0 { // not while one reader holds up everything
		win.Values.Add(Residence, float64(t.last.Residence-t.first.Residence)/float64(timed))
	}
	if t.caps.NeedsGC && r.taken > 0 && t.last.Uncollected > 0 {
		win.Values.Add(Uncollected, r.uncollected.get())
		win.Values.Add(Collections, float64(t.gcCycles))
	}
	if t.watched > 0 && (t.last.Retired > 0 || t.caps.NeedsGC) {
		win.Values.Add(Turnovers, t.turned)
	}
	if !t.scene.Mixed && (t.queues() || t.last.Throttled > 0) { // an updater that waits doesn't retire
		win.Values.Add(Throttled, float64(t.last.Throttled-t.first.Throttled))
	}
}

// retentionLegend explains the columns of what is retained.
const retentionLegend = "retained: elements removed and not yet reusable, those that gather in batches included. " +
	"residence: how long an element stays so; retained = retires/s × residence. gp: from asking for a grace period to noticing that it is over."
