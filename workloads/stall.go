package workloads

import (
	"context"
	"errors"
	"fmt"
	"time"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// StallRate is how many updates a second each updater of a [Stall] is to make:
// so many that what piles up grows visibly, and so few that a mechanism that
// lets it grow to a mark gets there only in a long window.
const StallRate = 50_000

// maxPinned is how long a reader without preemption stays inside at most. Once
// somebody wants to stop the world, the whole process waits for it, this
// package's coordinator and the handling of Ctrl-C included.
const maxPinned = 100 * time.Millisecond

// quarters is how many samples a stall is divided by.
const quarters = 4

// stall is the body of the stall's workers: the first stays inside a reader for
// the window, the others update.
func stall(w *worker) error {
	if w.role() == stalling {
		return stay(w)
	}
	return pace(w)
}

// stay looks keys up until the window opens, and then stays inside one lookup
// until it closes. It goes inside when all others have entered the window: it may
// hold them up where they are.
func stay(w *worker) error {
	for ran := false; !ran || w.trial.phase.now() == warming; ran = true {
		if _, err := w.run(warming, glance); err != nil {
			return err
		}
		if !ran {
			w.arrive(warming)
		}
	}
	if w.trial.phase.now() == stopping {
		return nil
	}
	if err := w.enter(measuring); err != nil {
		return err
	}
	for n := 0; w.trial.opened.Load() == 0 && w.trial.phase.now() == measuring; n++ {
		mem.Spin(n)
	}
	key := w.trial.population.present[0]
	if s, ok := w.impl.(impls.Staller); ok {
		s.Stall(key, w.linger)
	} else {
		w.impl.Walk(func(impls.Element) bool { w.linger(); return false })
	}
	w.left = instant()
	if w.trial.visits.Load() == 0 {
		return w.wrong(errors.New("the walk to stay in visited nothing"))
	}
	for n := 0; w.trial.phase.now() == measuring; n++ {
		mem.Spin(n)
	}
	if w.trial.phase.now() == stopping {
		return nil
	}
	return w.settleUp()
}

// linger waits inside a reader until the window closes. It waits as the backend
// allows: asleep, or awake, or on its own clock too, because while the world
// waits to stop nobody else can tell that the time is up.
func (w *worker) linger() {
	t := w.trial
	began := instant()
	w.entered = began
	t.visits.Add(1)
	t.inside.Store(1)
	defer t.inside.Store(0)
	length := t.stallLength()
	limit := length + length/8 // the coordinator's last sample comes before
	for n := 0; t.phase.now() == measuring; n++ {
		switch {
		case t.caps.SleepInReader:
			mem.Spin(n)
		case t.caps.Pinned && instant()-began > limit:
			return
		default:
			mem.Pause(32)
		}
	}
}

// stallLength returns how long the reader stays inside.
func (t *trial) stallLength() time.Duration {
	if t.caps.Pinned {
		return min(t.options.Duration, maxPinned)
	}
	return t.options.Duration
}

// pace is the body of an updater that is to make StallRate updates a second. An
// update that was held up delays those behind it: they are not made up for. What
// it notes of each is the time from when it was due to when it was done.
func pace(w *worker) error {
	const interval = time.Second / StallRate
	w.warmed = instant()
	for now, due := warming, w.warmed; ; due += interval {
		for instant() < due && w.trial.phase.now() == now {
			mem.Pause(8)
		}
		if next := w.trial.phase.now(); next != now {
			if next == stopping {
				return nil
			}
			if next == cooling {
				return w.settleUp()
			}
			if err := w.enter(next); err != nil {
				return err
			}
			now = next
		}
		began := instant()
		if _, err := w.run(now, 1); err != nil {
			return err
		}
		end := instant()
		if now == measuring {
			w.busy += end - began
			record(w.gaps, end-due)
		} else if w.given[warming] == 1 {
			w.arrive(warming)
		}
		due = max(due, end-interval)
	}
}

// watchStall samples the map at the end of each quarter of the stall, while the
// reader is inside. A sample that can't be had in time, because the coordinator
// was stopped too, is missing.
func (t *trial) watchStall(ctx context.Context, m *Measurement) (retention, error) {
	var r retention
	t.opened.Store(1)
	for began := instant(); t.visits.Load() == 0; {
		if err := t.pass(ctx, 20*time.Microsecond); err != nil {
			return r, err
		}
		if instant()-began > t.patience {
			return r, fmt.Errorf("the reader that is to stay inside has not got there for %v", t.patience)
		}
	}
	began, length := instant(), t.stallLength()
	m.RetainedAt = make(map[int]uint64)
	for k := 1; k <= quarters; k++ {
		at := began + length*time.Duration(k)/quarters
		if err := t.pass(ctx, at-instant()); err != nil {
			return r, err
		}
		s, err := ask(t, "Stats", t.impl.Stats)
		if err != nil {
			return r, err
		}
		r.add(s)
		if t.inside.Load() == 1 && instant() < at+length/(2*quarters) {
			m.RetainedAt[100*k/quarters] = s.Retained
		}
	}
	return r, nil
}
