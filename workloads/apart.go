package workloads

import "readmostly/internal/mem"

// Apart is some workers that only look keys up, and others that only update, as
// fast as they can: what updates do to readers, and readers to updates. The two
// are timed apart, so neither's time is a share of the other's.
//
// The baseline's updaters rest: its readers are as many, and have the map for
// themselves. The cores of those that rest are idle, so where an idle core speeds up
// another (siblings, a common limit of power) that is part of the ratio.
var Apart = &Scenario{
	Name: "apart",
	Doc:  "some workers only look keys up, the others only update, as fast as they can: what each takes, timed apart",
	Metrics: append([]Metric{
		NsPerOp, OpsPerSecond, NsPerUpdate, retries, wasted, nodes, hitRate, UpdateRate,
		Retained, PeakRetained, RetireRate, Residence, Turnovers, Queued, PeakQueued, Throttled, Uncollected, Collections, AllocBytes, Allocs, GCShare,
		GPMedian, GP99, GPMax, GPCadence, GPRate, GPs, GCCycles,
	}, Latencies...),
	Legend: []string{
		"apart: some threads, the updaters, update as fast as they can, and the others only look keys up. " +
			"ns/lookup, its ratio, ops/s and what is per operation are those of the readers alone, ns/update is that of the updaters; " +
			"read both together, as updaters that wait leave readers alone. The baseline has as many readers, and its updaters rest.",
		retentionLegend,
	},
	Timed:      "lookup",
	Divided:    true,
	Paired:     true,
	MinThreads: 2,
	Size:       16,
}

func init() {
	Apart.can = canUpdate
	Apart.role = func(w Workload, id int) role {
		switch {
		case id < w.Readers():
			return looking
		case w.Updates == 0:
			return resting
		}
		return changing
	}
	Apart.body = func(w *worker) error {
		if w.role() == resting {
			return idle(w)
		}
		return play(w)
	}
	Apart.watch = watchMix
	Apart.sum = sumApart
}

// idle is the body of a worker that does nothing in the window.
func idle(w *worker) error {
	w.arrive(warming)
	for n, now := 0, warming; now != stopping; n++ {
		next := w.trial.phase.now()
		if next == now {
			mem.Spin(n)
			continue
		}
		if next != stopping {
			w.arrive(next)
		}
		n, now = 0, next
	}
	return nil
}

// sumApart sums up the readers, which are counted, and the updaters.
func sumApart(t *Trial, win *Window) {
	t.sumOperations(win)
	var updaters Window
	for _, w := range t.workers {
		if w.role() == changing {
			updaters.add(w)
		}
	}
	if n := updaters.Tally.Updates(); n > 0 { // or they rest
		win.Values.Add(NsPerUpdate, float64(updaters.Busy.Nanoseconds())/float64(n))
		win.Values.Add(UpdateRate, updaters.Rate)
	}
	t.sumSampled(win)
}
