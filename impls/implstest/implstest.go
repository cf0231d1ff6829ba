package implstest

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"readmostly/impls"
)

// A Reporter is told what the kit finds. [Test] makes one of a *testing.T.
// Errorf and Logf may be called from any goroutine.
type Reporter interface {
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	// Run executes f as a part of the whole and reports whether it passed.
	Run(name string, f func(Reporter)) bool
}

// Test runs the kit on a backend, each stage as a subtest.
func Test(t *testing.T, b impls.Backend, opts ...Option) {
	t.Helper()
	k := defaults()
	if testing.Short() {
		k.effort /= 4
	}
	k.check(reporter{t}, b, opts)
}

// Check runs the kit on a backend outside of a test.
func Check(r Reporter, b impls.Backend, opts ...Option) {
	k := defaults()
	k.check(r, b, opts)
}

type reporter struct{ *testing.T }

func (r reporter) Run(name string, f func(Reporter)) bool {
	return r.T.Run(name, func(t *testing.T) { f(reporter{t}) })
}

// An Option changes how the kit runs.
type Option func(*kit)

// Seed chooses what the kit does. The default is 1.
func Seed(seed uint64) Option { return func(k *kit) { k.seed = seed } }

// Effort multiplies the number of operations. The default is 1, a tenth
// under the race detector, and a quarter of that in short mode.
func Effort(factor float64) Option { return func(k *kit) { k.effort *= factor } }

// Garbage says how many elements the backend may hold back at once, retired or
// cached, while readers make progress. The default is 8192, and a quarter of it
// for ways to let go other than the first.
func Garbage(elements int) Option { return func(k *kit) { k.garbage = elements } }

// Patience says how long a stage may take before it counts as hung. The default
// is two minutes, many times what the slowest takes on a busy machine.
func Patience(d time.Duration) Option { return func(k *kit) { k.patience = d } }

// A kit is the choice of options.
type kit struct {
	seed     uint64
	effort   float64
	garbage  int
	patience time.Duration
	hung     bool // an operation didn't return
}

func defaults() kit {
	k := kit{seed: 1, effort: 1, garbage: 1 << 13, patience: 2 * time.Minute}
	if raceEnabled {
		k.effort /= 10
	}
	return k
}

// A stage is one part of the kit.
type stage struct {
	name    string
	needs   func(impls.Caps) bool // nil: every backend that isn't a floor
	buckets []int
	run     func(*trial)
}

var stages = []stage{
	{"model", nil, []int{1, 2, 64}, model},
	{"fill", nil, []int{1, 1024}, fill},
	{"full", func(c impls.Caps) bool { return c.Insert }, []int{16}, full},
	{"readers", nil, []int{1, 64}, readers},
	{"oneproc", nil, []int{1, 64}, oneProc},
	{"crowd", nil, []int{1, 64}, crowd},
	{"contended", func(c impls.Caps) bool { return c.Insert }, []int{1, 8}, contended},
	{"batches", func(c impls.Caps) bool { return c.Insert }, []int{1, 8}, batches},
	{"visitors", nil, []int{4}, visitors},
	{"churn", impls.Caps.Updates, []int{1, 64}, churn},
	{"stall", func(c impls.Caps) bool {
		return c.Updates() && c.Walk && c.SleepInReader && c.BoundedGarbage
	}, []int{4}, stall},
	{"interrupted", func(c impls.Caps) bool { return c.Insert }, []int{1, 8}, interrupted},
	{"stopped", impls.Caps.Updates, []int{1, 8}, stopped},
}

func (k *kit) check(r Reporter, b impls.Backend, opts []Option) {
	for _, o := range opts {
		o(k)
	}
	if b.Caps.Floor {
		k.run(r, b, stage{"floor", nil, []int{1}, floor}, impls.Config{})
		return
	}
	k.all(r, b, impls.Config{})
	k.otherModes(r, b, impls.Config{})
	if b.Caps.Section {
		less := *k
		less.effort /= 8
		long := impls.Config{Section: sectionLength}
		r.Run(fmt.Sprintf("section=%d", sectionLength), func(r Reporter) {
			less.all(r, b, long)
			less.otherModes(r, b, long)
		})
	}
}

// sectionLength is how many lookups a section covers where it covers several: fewer
// than the batches have.
const sectionLength = 16

// otherModes runs the stages with the ways to let go other than the first, with less
// effort, as they may wait for a grace period per update.
func (k *kit) otherModes(r Reporter, b impls.Backend, c impls.Config) {
	for _, mode := range b.Reclaims[min(1, len(b.Reclaims)):] {
		if k.hung {
			return
		}
		less := *k
		less.effort /= 8
		less.garbage /= 4
		c.Reclaim = mode
		r.Run("reclaim="+mode, func(r Reporter) { less.all(r, b, c) })
		k.hung = less.hung
	}
}

// all runs the stages that the backend is capable of, up to one that hangs:
// what hangs goes on, and would disturb the others.
func (k *kit) all(r Reporter, b impls.Backend, c impls.Config) {
	for _, s := range stages {
		if !k.hung && (s.needs == nil || s.needs(b.Caps)) {
			k.run(r, b, s, c)
		}
	}
}

// run executes a stage on maps of its shapes, otherwise as c says, each on a goroutine
// of its own, so that a hang is a failure like any other. A stage may change
// GOMAXPROCS.
func (k *kit) run(r Reporter, b impls.Backend, s stage, c impls.Config) {
	r.Run(s.name, func(r Reporter) {
		procs := runtime.GOMAXPROCS(0)
		defer func() { runtime.GOMAXPROCS(procs) }()
		for _, n := range s.buckets {
			c.Buckets, c.Capacity = n, k.garbage
			t := &trial{kit: k, r: r, b: b, cfg: c}
			done := make(chan struct{})
			go func() {
				defer close(done)
				s.run(t)
			}()
			patience := time.NewTimer(k.patience)
			select {
			case <-done:
				patience.Stop()
			case <-patience.C:
				t.failf("no end after %v: an operation hangs\n%s", k.patience, stacks())
				t.abandoned.Store(true)
				k.hung = true
				return
			}
		}
	})
}

// stacks returns what every goroutine is doing.
func stacks() []byte {
	buf := make([]byte, 1<<16)
	return buf[:runtime.Stack(buf, true)]
}
