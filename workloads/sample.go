package workloads

import (
	"context"
	"fmt"
	"time"

	"readmostly/impls"
)

// A snapshot is the state of a map at an instant.
type snapshot struct {
	impls.Stats
	at time.Duration
}

func (t *Trial) snapshot() (s snapshot, err error) {
	s.at = instant()
	s.Stats, err = ask(t, "Stats", t.impl.Stats)
	return s, err
}

// samples is how many samples of a map's state are taken in a window, at even
// distances: few, because a sample takes cache lines from the workers.
const samples = 16

// retention is what samples say about elements that are retired and can't be
// reused yet.
type retention struct {
	sum, peak        uint64
	waiting, longest uint64 // in queues
	taken            int
}

func (r *retention) add(s impls.Stats) {
	r.sum += s.Retained
	r.peak = max(r.peak, s.Retained)
	r.waiting += s.Callbacks
	r.longest = max(r.longest, s.Callbacks)
	r.taken++
}

func (r *retention) mean() float64 { return float64(r.sum) / float64(r.taken) }

func (r *retention) meanWaiting() float64 { return float64(r.waiting) / float64(r.taken) }

// watch samples the map for the length of the window. An instant that has gone by
// while the coordinator did not run is left out.
func (t *Trial) watch(ctx context.Context, length time.Duration) error {
	r := &t.retention
	began := instant()
	for k := range samples {
		at := began + length*time.Duration(2*k+1)/(2*samples)
		if wait := at - instant(); wait > 0 {
			if err := t.pass(ctx, wait); err != nil {
				return err
			}
		} else if r.taken > 0 {
			continue
		}
		s, err := ask(t, "Stats", t.impl.Stats)
		if err != nil {
			return err
		}
		r.add(s)
	}
	return t.pass(ctx, began+length-instant())
}

// noteGracePeriods adds the grace periods since the last call to those of the
// window, if the backend has any.
func (t *Trial) noteGracePeriods() error {
	g, ok := t.impl.(impls.GracePeriodTimer)
	if !ok {
		return nil
	}
	some, err := ask(t, "GracePeriods", g.GracePeriods)
	if err != nil {
		return err
	}
	if t.gracePeriods == nil {
		t.gracePeriods = some
	} else {
		t.gracePeriods.Merge(some)
	}
	now := instant()
	t.noting, t.noted = t.noting+now-t.noted, now
	return nil
}

// drainPatience is how long a map is given, of the trial's patience, until nothing
// is retained. If its workers can't drain that need not happen before it is
// closed.
func (t *Trial) drainPatience() time.Duration { return t.patience / 10 }

// settle finds out how the map drains when all workers that update have left the
// window and rest. The readers drain what has become theirs to free: the elements
// whose last reference they put.
func (t *Trial) settle(ctx context.Context) error {
	t.settling.Store(1)
	ended, drained, drainers := time.Duration(0), time.Duration(0), true
	for _, w := range t.workers {
		_, ok := w.impl.(impls.Drainer)
		drainers = drainers && ok
		drained = max(drained, w.drained)
		if w.role() == stalling {
			ended = max(ended, w.left)
		} else if w.role().counted() && t.scene != Stall {
			ended = max(ended, w.ended)
		}
	}
	t.drain = max(0, drained-ended)
	v := newVigil(t.drainPatience(), 0)
	for looks := 0; ; looks++ {
		if looks > 0 {
			if err := t.pass(ctx, 50*time.Microsecond); err != nil {
				return err
			}
		}
		s, err := t.snapshot()
		if err != nil {
			return err
		}
		if looks > 0 {
			t.drain = s.at - ended
		}
		if s.Retained == 0 && s.Callbacks == 0 {
			return nil
		}
		if v.over(s.Retained + s.Callbacks) {
			t.drain = -1
			if drainers {
				return fmt.Errorf("%d elements are still retained and %d wait in queues %v after all workers had drained theirs", s.Retained, s.Callbacks, t.drainPatience())
			}
			return nil
		}
	}
}
