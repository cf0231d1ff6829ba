package workloads

import (
	"context"
	"time"

	"readmostly/impls"
)

// Mix is every worker executing lookups and updates at the workload's share:
// what a map costs in use.
var Mix = &Scenario{
	Name: "mix",
	Doc:  "lookups and updates at a chosen share",
	Metrics: append([]Metric{
		NsPerOp, OpsPerSecond, retries, wasted, nodes, hitRate, UpdateRate, updateShare,
		Retained, PeakRetained, RetireRate, Residence, Turnovers, Queued, PeakQueued, Uncollected, Collections, AllocBytes, Allocs, GCShare,
		GPMedian, GP99, GPMax, GPCadence, GPRate, GPs, GCCycles,
	}, Latencies...),
	Legend:     []string{retentionLegend},
	Mixed:      true,
	Paired:     true,
	MinThreads: 1,
	Size:       16,
}

// What only a Mix measures.
var (
	retries     = Metric{Unit: "retries/op", Better: Lower, Header: "retries/op", Form: Short, Pool: Mean, Doc: "traversals that readers discarded and began again"}
	wasted      = Metric{Unit: "wasted-nodes/op", Better: Lower, Header: "wasted/op", Form: Short, Pool: Mean, Doc: "elements visited by discarded traversals"}
	nodes       = Metric{Unit: "nodes/op", Form: Short, Pool: Mean, Doc: "elements visited by traversals that counted"}
	hitRate     = Metric{Unit: "hits/lookup", Form: Short, Pool: Mean, Doc: "lookups that found their key"}
	updateShare = Metric{Unit: "updates/op", Form: Short, Pool: Mean, Doc: "attempts to update among the operations"}
)

func init() {
	Mix.can = canUpdate
	Mix.role = func(Workload, int) role { return playing }
	Mix.body = play
	Mix.watch = watchMix
	Mix.sum = sumMix
}

// canUpdate says what a backend lacks to update as the workload does, or nothing.
func canUpdate(c impls.Caps, w Workload) string {
	switch {
	case w.Updates == 0:
		return ""
	case w.Replace && !c.Replace:
		return "replace"
	case w.Replace || c.Updates():
		return ""
	case !c.Insert && !c.Delete:
		return "update"
	case !c.Insert:
		return "insert"
	}
	return "delete"
}

// play is the body that plays the worker's tape. It has warmed up when it has
// executed so many operations, or has tried for so long.
func play(w *worker) error {
	look := w.trial.look
	now, last := warming, instant()
	until, left := last+look.Warmup, look.Warm
	arrived := false
	for {
		n, err := w.run(now, w.batch.get())
		if err != nil {
			return err
		}
		if next := w.trial.phase.now(); next != now {
			if next == cooling && w.role() == updating {
				return w.settleUp()
			}
			if err := w.enter(next); err != nil {
				return err
			}
			if next == stopping {
				return nil
			}
			now = next
			continue
		}
		if now == warming {
			end := instant()
			if n == w.batch.get() {
				w.batch.adapt(end - last)
			}
			last = end
			if left -= n; !arrived && (left <= 0 || end >= until) {
				arrived = true
				w.arrive(warming)
			}
		}
	}
}

// watchMix waits for the end of the window, and samples the map where the window
// is one that is there for it.
func watchMix(t *Trial, ctx context.Context, look Look) error {
	if look.Sample {
		return t.watch(ctx, look)
	}
	return t.pass(ctx, look.Length)
}

func sumMix(t *Trial, win *Window) {
	t.sumOperations(win)
	share := float64(win.Tally.Updates()) / float64(win.Ops)
	win.Values.Add(UpdateRate, win.Rate*share)
	win.Values.Add(updateShare, share)
	t.sumSampled(win)
}

// sumOperations adds what the operations of the counted workers took and what
// their traversals met.
func (t *Trial) sumOperations(win *Window) {
	tally := &win.Tally
	ops := float64(tally.Ops())
	win.Ops = tally.Ops()
	win.Values.Add(NsPerOp, float64(win.Busy.Nanoseconds())/ops)
	win.Values.Add(OpsPerSecond, win.Rate)
	if !t.caps.Floor {
		if !t.workload.Chained && !t.workload.Latency { // a single lookup doesn't tell
			win.Values.Add(retries, float64(tally.Retries)/ops)
			win.Values.Add(wasted, float64(tally.Wasted)/ops)
			win.Values.Add(nodes, float64(tally.Nodes)/ops)
		}
		win.Values.Add(hitRate, float64(tally.Hits)/float64(tally.Lookups))
	}
}

// sumSampled adds what a window that samples the map has seen in it.
func (t *Trial) sumSampled(win *Window) {
	if t.look.Sample && !t.caps.Floor {
		t.sumRetention(win)
		t.sumGracePeriods(win)
	}
	t.sumHeapUse(win)
	win.Values.Add(GCCycles, float64(t.gcCycles))
}

// A batch is what a worker does between two looks at the phase. It takes long
// enough for the look not to matter and is short against a window. The look
// costs about as much as a handful of empty operations.
const (
	maxBatch   = 1024
	shortBatch = 20 * time.Microsecond // shorter ones are doubled
	longBatch  = 50 * time.Microsecond // longer ones are halved
)

// A batchSize finds, while the worker warms up, how many operations make a
// batch. It halves only when two batches in a row were long, as one may have
// been interrupted. The zero value starts with one operation.
type batchSize struct {
	log2 uint
	slow bool
}

func (b *batchSize) get() int { return 1 << b.log2 }

func (b *batchSize) adapt(took time.Duration) {
	switch {
	case took < shortBatch && b.get() < maxBatch:
		b.log2++
	case took > longBatch && b.slow && b.log2 > 0:
		b.log2--
	}
	b.slow = took > longBatch
}
