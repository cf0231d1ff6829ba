package torture

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"readmostly/internal/mem"
)

// A trial is the torture of one subject, in rounds: each makes the subject anew,
// has a crew work on it for a while, and checks what is left.
type trial struct {
	Options
	subject
	ctx   context.Context
	began time.Time
	hung  bool // somebody did not come back: nothing can be cleaned up

	failed mem.Uint64 // 1 once failure is about to be set

	mu      sync.Mutex
	failure *Failure
	counts  []Count
	round   int
	shape   string  // of the round
	crew    *crew   // of the round
	witness *member // of the failure, if a member saw it
}

func newTrial(ctx context.Context, o Options, s subject) *trial {
	return &trial{Options: o, subject: s, ctx: ctx, began: time.Now()}
}

// goesOn reports whether there is time for another round, and begins it.
func (t *trial) goesOn() bool {
	if t.failed.Load() != 0 || t.hung || t.ctx.Err() != nil {
		return false
	}
	if t.round > 0 && time.Since(t.began) >= t.duration {
		return false
	}
	t.round++
	return true
}

// roundTime is how long a round lasts if a trial is to have about n of them.
func (t *trial) roundTime(n int) time.Duration {
	left := t.duration - time.Since(t.began)
	return max(min(t.duration/time.Duration(n), time.Second, left), 20*time.Millisecond)
}

// rng returns the random numbers of one worker in this round.
func (t *trial) rng(worker int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, t.Trial, t.round)
	return rand.New(rand.NewPCG(t.Seed^h.Sum64(), uint64(worker)))
}

// count adds to what is reported as exercised.
func (t *trial) count(what string, n uint64) {
	if n == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counter(what).N += n
}

// countMost reports the most of something that anybody counted.
func (t *trial) countMost(what string, n uint64) {
	if n == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.counter(what)
	c.N = max(c.N, n)
}

// counter returns the count of a name. The caller holds mu for as long as it uses
// it.
func (t *trial) counter(what string) *Count {
	named := func(c Count) bool { return c.What == what }
	if !slices.ContainsFunc(t.counts, named) {
		t.counts = append(t.counts, Count{What: what})
		slices.SortStableFunc(t.counts, func(x, y Count) int {
			return cmp.Compare(slices.Index(exercised, x.What), slices.Index(exercised, y.What))
		})
	}
	return &t.counts[slices.IndexFunc(t.counts, named)]
}

// fail records the trial's failure, if it is the first, and lets the crew stop.
// The story is that of the ids concerned. It may be called from any goroutine
// that may block.
func (t *trial) fail(ids []uint64, format string, args ...any) {
	t.failWith(nil, "", ids, format, args...)
}

// fail is the trial's for what the member saw.
func (m *member) fail(ids []uint64, format string, args ...any) {
	m.failWith(m, "", ids, format, args...)
}

func (t *trial) failWith(witness *member, more string, ids []uint64, format string, args ...any) {
	if !t.failed.CompareAndSwap(0, 1) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, %d threads, %v into the trial, round %d: %s, GOMAXPROCS %d\n",
		t.Seed, t.Threads, time.Since(t.began).Round(time.Microsecond), t.round, t.shape, runtime.GOMAXPROCS(0))
	t.witness = witness
	if t.crew != nil {
		t.crew.tell(&b, ids)
	}
	b.WriteString(more)
	t.failure = &Failure{Trial: t.Trial, What: fmt.Sprintf(format, args...), Story: b.String()}
}

// guard calls f and makes a failure of a panic, or of a fault at an address that
// is none.
func (t *trial) guard(f func(*trial)) { t.guardFor(nil, f) }

// guardFor does so for what a member does.
func (t *trial) guardFor(witness *member, f func(*trial)) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			t.failWith(witness, fmt.Sprintf("%s\n", debug.Stack()), nil, "panic: %v", p)
		}
	}()
	f(t)
}

func (t *trial) result() Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Result{Trial: t.Trial, Elapsed: time.Since(t.began), Counts: t.counts, Failure: t.failure}
}

// exercised are the names of all counts, in the order in which they are shown.
// What is never counted in a trial is not shown.
var exercised = []string{
	"rounds", "lookups", "walks", "sections", "read locks", "write locks", "updates", "freed", "scans", "callbacks", "callbacks behind one cookie", "waits", "grace periods",
	"retries", "near misses", "during a write", "stores met", "orders", "validations", "moved", "throttled", "chained",
	"compared", "queues", "turned away", "µs longest wait seen", "found no memory", "registrations", "stalls", "stops", "collections", "long sections", "late entries", "relayed grace periods",
}
