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

// snapshot takes the time beside the sample, as it may be a while until the map is
// asked, and the more so the more happens in it.
func (t *Trial) snapshot() (s snapshot, err error) {
	return ask(t, "Stats", func() snapshot {
		at := instant()
		return snapshot{t.impl.Stats(), at}
	})
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
	if c, ok := t.impl.(impls.CadenceTimer); ok {
		some, err := ask(t, "Cadences", c.Cadences)
		if err != nil {
			return err
		}
		if t.cadences == nil {
			t.cadences = some
		} else {
			t.cadences.Merge(some)
		}
	}
	now := instant()
	t.noting, t.noted = t.noting+now-t.noted, now
	return nil
}

// forgetGracePeriods forgets those that have ended so far.
func (t *Trial) forgetGracePeriods() error {
	err := t.noteGracePeriods()
	t.gracePeriods, t.cadences, t.noting = nil, nil, 0
	return err
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
