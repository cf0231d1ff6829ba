package workloads

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// Stall is one reader that stays inside for the window while the others
// copy-update at a modest rate: what piles up, who is held up, and how long it
// takes to drain when the reader has left.
var Stall = &Scenario{
	Name: "stall",
	Doc: "one reader stays inside while the others are to make 50,000 updates per second each: what piles up, " +
		"whether updaters are held up (RCU's wait above 10,000 queued elements: try --duration 1s), how long it takes to drain. " +
		"A reader without preemption (rcu-sched, lockless-sched) stops the whole process and stays 100ms at most",
	Metrics: slices.Concat([]Metric{
		NsPerOp, OpsPerSecond, rateBefore,
		{Unit: UpdateRate.Unit, Better: Higher, Header: "updates/s", Form: Scaled, Zeros: true, Doc: "updates made per second during the stall"},
		updateMedian, updateMax,
		retainedAt(25), retainedAt(50), retainedAt(75), retainedAt(100),
		Retained,
		{Unit: PeakRetained.Unit, Better: Lower, Header: "peak", Form: Scaled, Zeros: true, Pool: Most, Doc: PeakRetained.Doc},
		RetireRate, Queued, PeakQueued, Throttled, Uncollected, Collections, AllocBytes, Allocs, GCShare, DrainTime, stallTime, GPMedian, GP99, GPMax, GPCadence, GPRate, GPs, GCCycles,
	}, slices.DeleteFunc(slices.Clone(Latencies), func(m Metric) bool {
		return m.Unit == updateMedian.Unit || m.Unit == updateMax.Unit || m == clockCost || m == clockStep
	})),
	Legend: []string{
		"stall: one reader stays inside, awake under every mechanism, while the others are to make 50k updates/s each. @25% to @100%: elements retained after that much of it; - where the world was stopped and nobody could look.",
		"slowest: from when an update was due to when it was done, or until the window's end if it was not made. drain: from the reader's exit until nothing is retained.",
	},
	Timed:      "update",
	MinThreads: 2,
	Structure:  Hash,
	Size:       1 << 10,
	counting:   never,
}

// What only a Stall measures.
var (
	rateBefore   = Metric{Unit: "updates-before/s", Better: Higher, Header: "before/s", Form: Scaled, Doc: "updates made per second before the reader went inside"}
	updateMedian = Metric{Unit: "update-p50-ns", Better: Lower, Form: Nanoseconds, Doc: "from when an update was due to when it was done, of all that were due in the window; those that were not made in it count with how long they had waited when the updater saw its end"}
	updateMax    = Metric{Unit: "update-max-ns", Better: Lower, Header: "slowest", Form: Nanoseconds, Pool: Most, Doc: "the same, the longest"}
	stallTime    = Metric{Unit: "stall-ns", Header: "stall", Form: Nanoseconds, Doc: "how long the reader was inside"}
)

func retainedAt(percent int) Metric {
	return Metric{Unit: fmt.Sprintf("retained-at-%d%%", percent), Better: Lower, Header: fmt.Sprintf("@%d%%", percent), Form: Scaled, Zeros: true,
		Doc: fmt.Sprintf("elements retained after %d %% of the stall", percent)}
}

// StallRate is how many updates per second each updater of a [Stall] is to make:
// so many that what piles up grows visibly, and so few that a mechanism that
// lets it grow to a mark gets there only in a long window.
const StallRate = 50_000

// maxPinned is how long a reader without preemption stays inside at most. Once
// somebody wants to stop the world, the whole process waits for it, this
// package's coordinator and the handling of Ctrl-C included.
const maxPinned = 100 * time.Millisecond

// quarters is how many samples a stall is divided by.
const quarters = 4

func init() {
	Stall.can = func(c impls.Caps, w Workload) string {
		if can := Flood.can(c, w); can != "" || c.Walk {
			return can
		}
		return "walk"
	}
	Stall.role = func(_ Workload, id int) role {
		if id == 0 {
			return stalling
		}
		return updating
	}
	Stall.body = func(w *worker) error {
		if w.role() == stalling {
			return stay(w)
		}
		return pace(w)
	}
	Stall.watch = watchStall
	Stall.after = func(t *Trial, ctx context.Context) error {
		if err := t.settle(ctx); err != nil {
			return err
		}
		return t.noteGracePeriods() // with those that the reader held up
	}
	Stall.sum = sumStall
}

func sumStall(t *Trial, win *Window) {
	busy, warm, stalled := time.Duration(0), time.Duration(math.MaxInt64), time.Duration(0)
	warmed, gaps := uint64(0), newGaps()
	for _, w := range t.workers {
		busy += w.busy
		if w.role() == stalling {
			stalled = w.left - w.entered
			continue
		}
		warmed += w.tallies[warming].Updates()
		warm = min(warm, w.began-w.warmed)
		gaps.Merge(w.gaps)
	}
	win.Ops, win.Length = win.Tally.Updates(), stalled
	rate := float64(win.Ops) / stalled.Seconds()
	win.Values.Add(NsPerOp, float64(busy.Nanoseconds())/float64(win.Ops))
	win.Values.Add(OpsPerSecond, rate)
	win.Values.Add(UpdateRate, rate)
	win.Values.Add(rateBefore, float64(warmed)/warm.Seconds())
	win.Values.Add(stallTime, float64(stalled.Nanoseconds()))
	for k := 1; k <= quarters && !t.caps.NeedsGC; k++ {
		if n, ok := t.retainedAt[100*k/quarters]; ok {
			win.Values.Add(retainedAt(100*k/quarters), float64(n))
		}
	}
	t.sumRetention(win)
	t.sumDrain(win)
	t.sumGracePeriods(win)
	if gaps.TotalCount() > 0 {
		win.Values.Add(updateMedian, float64(gaps.ValueAtQuantile(50)))
		win.Values.Add(updateMax, float64(gaps.Max()))
	}
	t.sumHeapUse(win)
	win.Values.Add(GCCycles, float64(t.gcCycles))
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

// linger waits inside a reader until the window closes. It stays awake, also where
// the backend's readers may sleep, or their updaters would have one core more than
// those of the others. Without preemption it waits on its own clock too, because
// while the world waits to stop nobody else can tell that the time is up.
func (w *worker) linger() {
	t := w.trial
	began := instant()
	w.entered = began
	t.visits.Add(1)
	t.inside.Store(1)
	defer t.inside.Store(0)
	length := t.stallLength()
	limit := length + length/8 // the coordinator's last sample comes before
	for t.phase.now() == measuring {
		if t.caps.Pinned && instant()-began > limit {
			return
		}
		mem.Pause(32)
	}
}

// stallLength returns how long the reader stays inside.
func (t *Trial) stallLength() time.Duration {
	if t.caps.Pinned {
		return min(t.look.Length, maxPinned)
	}
	return t.look.Length
}

// pace is the body of an updater that is to make StallRate updates a second. When
// each is due does not depend on how long those before it took: an updater that was
// held up makes up for what it owes, as fast as it can. What it notes of each update
// that was due in the window is the time from then to when it was done, or to when
// the updater saw the window's end. An update that was never made waited at least
// that long: to leave it out would be to ask only those that were served (G. Tene:
// coordinated omission). Where single operations are timed, a lookup is due beside each
// update.
func pace(w *worker) error {
	interval := time.Second / StallRate
	if w.times != nil {
		interval /= 2
	}
	w.warmed = instant()
	for now, due := warming, w.warmed; ; due += interval {
		for instant() < due && w.trial.phase.now() == now {
			mem.Pause(1)
		}
		if next := w.trial.phase.now(); next != now {
			if next == stopping {
				return nil
			}
			if next == cooling {
				w.noteUnmade(due, interval)
				return w.settleUp()
			}
			if err := w.enter(next); err != nil {
				return err
			}
			now, due = next, w.began // what the warm-up owes is forgotten
		}
		op := w.tape[w.at]
		began := instant()
		if _, err := w.run(now, 1); err != nil {
			return err
		}
		end := instant()
		if now == measuring {
			if !op.IsLookup() {
				w.busy += end - began
			}
			w.noteDue(op, end-due)
		} else if w.handed[warming] == 1 {
			w.arrive(warming)
		}
	}
}

// noteDue notes how long after it was due an operation was done.
func (w *worker) noteDue(op impls.Op, took time.Duration) {
	if !op.IsLookup() {
		record(w.gaps, took)
	}
	if w.times != nil {
		record(w.times.of(op), took)
	}
}

// noteUnmade notes the operations, from the one that is due next, that were due when
// the coordinator ended the window.
func (w *worker) noteUnmade(due, interval time.Duration) {
	over, now := time.Duration(w.trial.over.Load()), instant()
	for at := w.at; due < over; due += interval {
		w.noteDue(w.tape[at], now-due)
		at = (at + 1) % len(w.tape)
	}
}

// watchStall samples the map at the end of each quarter of the stall, while the
// reader is inside. A sample that can't be had in time, because the coordinator
// was stopped too, is missing.
func watchStall(t *Trial, ctx context.Context, _ Look) error {
	t.opened.Store(1)
	for v := newVigil(t.patience, 0); t.visits.Load() == 0; {
		if err := t.pass(ctx, 20*time.Microsecond); err != nil {
			return err
		}
		if v.over(0) {
			return fmt.Errorf("the reader that is to stay inside has not got there for %v", t.patience)
		}
	}
	began, length := instant(), t.stallLength()
	t.retainedAt = make(map[int]uint64)
	for k := 1; k <= quarters; k++ {
		at := began + length*time.Duration(k)/quarters
		if err := t.pass(ctx, at-instant()); err != nil {
			return err
		}
		s, err := t.sample()
		if err != nil {
			return err
		}
		if t.inside.Load() == 1 && instant() < at+length/(2*quarters) {
			t.retainedAt[100*k/quarters] = s.Retained
		}
	}
	return nil
}
