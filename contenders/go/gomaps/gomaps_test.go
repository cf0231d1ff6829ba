package gomaps

import (
	"errors"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"readmostly/impls"
	"readmostly/impls/history"
	"readmostly/impls/implstest"
)

var (
	count = flag.Int("history.count", 20, "histories of each map")
	seed  = flag.Uint64("history.seed", 1, "seed of the first history")
)

// each tests every map: those that declare a fault by other, as they must fail.
func each(t *testing.T, test, other func(*testing.T, impls.Backend)) {
	n := 0
	for _, b := range impls.Backends() {
		if !strings.HasPrefix(b.Name, "go-") {
			continue
		}
		n++
		t.Run(b.Name, func(t *testing.T) {
			if b.Fault == "" {
				test(t, b)
			} else {
				other(t, b)
			}
		})
	}
	if n != 6 {
		t.Errorf("%d maps are registered, want 6", n)
	}
}

func TestConformance(t *testing.T) {
	each(t, func(t *testing.T, b impls.Backend) { implstest.Test(t, b) }, func(t *testing.T, b impls.Backend) {
		found(t, b, func(try int) error {
			r := &recorder{}
			implstest.Check(r, b, implstest.Seed(uint64(try)))
			return errors.Join(r.errs...)
		})
	})
}

func TestHistories(t *testing.T) {
	o := history.Options{Count: *count, Seed: *seed}
	each(t, func(t *testing.T, b impls.Backend) { history.Test(t, b, o) }, func(t *testing.T, b impls.Backend) {
		found(t, b, func(try int) error {
			o := o
			o.Seed += uint64(1000 * try)
			_, err := history.Survey(b, o)
			if errors.Is(err, history.ErrTurns) {
				return nil
			}
			return err
		})
	})
}

// A lookup allocates nothing, whatever a map takes for a key, so what is reported per
// update is of updates.
func TestLookupsAllocateNothing(t *testing.T) {
	check := func(t *testing.T, b impls.Backend) {
		m, err := b.New(impls.Config{Buckets: 16, Capacity: 64})
		if err != nil {
			t.Fatal(err)
		}
		w, err := m.NewWorker()
		if err != nil {
			t.Fatal(err)
		}
		var ops []impls.Op
		for key := uint64(1 << 20); key < 1<<20+64; key++ { // small ones have interfaces of their own
			if key%2 == 0 {
				if _, err := w.Insert(impls.MakeElement(key, 1)); err != nil {
					t.Fatal(err)
				}
			}
			ops = append(ops, impls.MakeOp(impls.Lookup, key))
		}
		var tally impls.Tally
		if n := testing.AllocsPerRun(100, func() { w.Run(ops, &tally) }); n != 0 || tally.Hits == 0 {
			t.Errorf("%v allocations in %d lookups, %d hits", n, len(ops), tally.Hits)
		}
		w.Close()
	}
	each(t, check, check)
}

// found looks for a declared fault, and fails if it isn't there: the backend
// would be left out of the ranks for nothing. Two workers at once can't be had
// on one core.
func found(t *testing.T, b impls.Backend, check func(try int) error) {
	if runtime.NumCPU() == 1 {
		t.Skipf("%s: a fault that takes two cores", b.Name)
	}
	for try := range 20 {
		if err := check(try); err != nil {
			t.Logf("%s, %s, try %d:\n%v", b.Name, b.Fault, try, err)
			return
		}
	}
	t.Errorf("%s declares a fault that was not found in 20 tries: %s", b.Name, b.Fault)
}

// A recorder keeps what the kit finds.
type recorder struct {
	mu   sync.Mutex
	errs []error
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, fmt.Errorf(format, args...))
}
func (r *recorder) Logf(string, ...any) {}
func (r *recorder) Run(name string, f func(implstest.Reporter)) bool {
	before := len(r.errs)
	f(r)
	return len(r.errs) == before
}
