package workloads

import (
	"context"
	"time"

	"readmostly/impls"
)

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

func (r *retention) mean() float64 {
	if r.taken == 0 {
		return 0
	}
	return float64(r.sum) / float64(r.taken)
}

func (r *retention) meanWaiting() float64 {
	if r.taken == 0 {
		return 0
	}
	return float64(r.waiting) / float64(r.taken)
}

// watchWindow samples the map for the time of the window, as the scenario wants
// it.
func (t *trial) watchWindow(ctx context.Context, m *Measurement) (r retention, err error) {
	if t.workload.Scenario == Mix {
		return t.watch(ctx)
	}
	if t.first, err = t.snapshot(); err != nil {
		return r, err
	}
	if t.workload.Scenario == Stall {
		r, err = t.watchStall(ctx, m)
	} else {
		r, err = t.watch(ctx)
	}
	if err == nil {
		t.last, err = t.snapshot()
	}
	return r, err
}

// watch samples the map for the time of the window. An instant that has gone by
// while the coordinator did not run is left out.
func (t *trial) watch(ctx context.Context) (retention, error) {
	var r retention
	began, length := instant(), t.options.Duration
	for k := range samples {
		at := began + length*time.Duration(2*k+1)/(2*samples)
		if wait := at - instant(); wait > 0 {
			if err := t.pass(ctx, wait); err != nil {
				return r, err
			}
		} else if r.taken > 0 {
			continue
		}
		s, err := ask(t, "Stats", t.impl.Stats)
		if err != nil {
			return r, err
		}
		r.add(s)
	}
	return r, t.pass(ctx, began+length-instant())
}
