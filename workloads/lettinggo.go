package workloads

import (
	"fmt"
	"math"
	"time"

	"readmostly/impls"
)

// A snapshot is the state of a map at an instant.
type snapshot struct {
	impls.Stats
	at time.Duration
}

func (t *trial) snapshot() (s snapshot, err error) {
	s.at = instant()
	s.Stats, err = ask(t, "Stats", t.impl.Stats)
	return s, err
}

// drainPatience is how long a map is given, of the trial's patience, until nothing
// is retained. If its workers can't drain that need not happen before it is
// closed.
func (t *trial) drainPatience() time.Duration { return t.patience / 30 }

// settle finds out how the map has drained. All workers that update rest, and
// the readers drain what has become theirs to free: the elements whose last
// reference they put.
func (t *trial) settle(m *Measurement) error {
	t.settling.Store(1)
	ended, drained, drainers := time.Duration(0), time.Duration(0), true
	for _, w := range t.workers {
		_, ok := w.impl.(impls.Drainer)
		drainers = drainers && ok
		drained = max(drained, w.drained)
		if w.role() == stalling {
			ended = max(ended, w.left)
		} else if w.role().counted() && t.workload.Scenario != Stall {
			ended = max(ended, w.ended)
		}
	}
	m.Drain = max(0, drained-ended)
	for began := instant(); ; time.Sleep(50 * time.Microsecond) {
		s, err := t.snapshot()
		if err != nil {
			return err
		}
		if s.Retained == 0 && s.Callbacks == 0 {
			if t.workload.Scenario == Flood {
				return nil
			}
			m.GracePeriods, err = t.gracePeriods() // with those that the window's end cut
			return err
		}
		m.Drain = s.at - ended
		if s.at-began > t.drainPatience() {
			m.Drain = -1
			if drainers {
				return fmt.Errorf("%d elements are still retained and %d wait in queues %v after all workers had drained theirs", s.Retained, s.Callbacks, t.drainPatience())
			}
			return nil
		}
	}
}

// account works out what became of elements in the window.
func (t *trial) account(m *Measurement) {
	first, last := t.first, t.last
	m.Throttled = last.Throttled - first.Throttled
	seconds := (last.at - first.at).Seconds()
	switch {
	case last.Retired > 0:
		m.Freed = float64(last.Reclaimed-first.Reclaimed) / seconds
	case t.caps.NeedsGC:
		m.Freed = -1
	default: // what is let go is free at once
		m.Freed = m.Rate
	}
}

// sumLettingGo sums up what only scenarios other than Mix measure. It comes
// after what all have in common.
func (t *trial) sumLettingGo(m *Measurement) {
	m.Ops = m.Tally.Updates()
	busy, warm, taken := time.Duration(0), time.Duration(math.MaxInt64), time.Duration(0)
	warmed, gaps := uint64(0), newGaps()
	for _, w := range t.workers {
		busy += w.busy
		switch w.role() {
		case reading:
			m.Lookups += float64(w.tallies[measuring].Lookups) / (w.ended - w.began).Seconds()
		case stalling:
			m.Stalled = w.left - w.entered
		case updating:
			warmed += w.given[warming]
			warm = min(warm, w.began-w.warmed)
		case removing:
			taken += w.busy
			m.Teardowns += w.rounds
		}
		gaps.Merge(w.gaps)
	}
	if gaps.TotalCount() > 0 {
		m.Gaps = gaps
	}
	switch t.workload.Scenario {
	case Stall:
		m.NsPerOp = float64(busy.Nanoseconds()) / float64(m.Ops)
		m.Rate = float64(m.Ops) / m.Stalled.Seconds()
		m.Before = float64(warmed) / warm.Seconds()
		m.Window = m.Stalled
	case Teardown:
		m.Ops = m.Tally.Deletes
		m.NsPerOp = float64(taken.Nanoseconds()) / float64(m.Ops)
		m.Rate = float64(m.Ops) / taken.Seconds()
		m.Teardown = taken / time.Duration(max(1, m.Teardowns))
		m.Window = taken
	}
	t.account(m)
}
