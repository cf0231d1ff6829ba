package cmaps

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/impls/history"
	"readmostly/impls/implstest"
)

var (
	count = flag.Int("history.count", 10, "histories of each mechanism")
	seed  = flag.Uint64("history.seed", 1, "seed of the first history")
)

func each(t *testing.T, test func(*testing.T, impls.Backend)) {
	n := 0
	for _, b := range impls.Backends() {
		if strings.HasPrefix(b.Name, "c-") {
			n++
			t.Run(b.Name, func(t *testing.T) { test(t, b) })
		}
	}
	if n != 12 {
		t.Errorf("%d mechanisms are registered, want 12", n)
	}
}

// Whoever waits for a lock of Concurrency Kit spins, and where there are more
// threads than cores it is for a whole time slice that the holder doesn't run.
func TestConformance(t *testing.T) {
	each(t, func(t *testing.T, b impls.Backend) {
		options := []implstest.Option{implstest.Garbage(1 << 15)}
		if strings.HasSuffix(b.Name, "lock") && strings.HasPrefix(b.Name, "c-ck-") {
			options = append(options, implstest.Effort(0.02))
		}
		implstest.Test(t, b, options...)
	})
}

func TestHistories(t *testing.T) {
	each(t, func(t *testing.T, b impls.Backend) { history.Test(t, b, history.Options{Count: *count, Seed: *seed}) })
}

// The README has a row for each of them.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, b impls.Backend) {
		if !strings.Contains(string(text), "\n| `"+b.Name+"` |") {
			t.Errorf("the README has no row for %s", b.Name)
		}
	})
}

// filled makes a map of n elements, whose keys are 0 to n-1, and a worker.
func filled(t *testing.T, b impls.Backend, c impls.Config, n uint64) (impls.Map, impls.Worker) {
	t.Helper()
	c.Buckets, c.Capacity = 16, 1<<12
	m, err := b.New(c)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	for key := range n {
		if ok, err := w.Insert(impls.MakeElement(key, 1)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	return m, w
}

func remove(t *testing.T, w impls.Worker, from, to uint64) {
	t.Helper()
	for key := from; key < to; key++ {
		if ok, err := w.Delete(key); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
}

func closed(t *testing.T, m impls.Map, w impls.Worker) {
	t.Helper()
	w.Close()
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// Who waits on the spot notes each wait; of callbacks one at a time is timed. All
// of it took no longer than the test.
func TestGracePeriodsAreTimed(t *testing.T) {
	each(t, func(t *testing.T, b impls.Backend) {
		const n = 100
		for _, way := range b.Reclaims {
			began := time.Now()
			m, w := filled(t, b, impls.Config{Reclaim: way}, n)
			remove(t, w, 0, n)
			w.(impls.Drainer).Drain()
			h := m.(impls.GracePeriodTimer).GracePeriods()
			took := float64(time.Since(began))
			if got := h.TotalCount(); got != n && way == reclaimSync || got < 1 || got > n {
				t.Errorf("%s: %d waits are noted of %d elements", way, got, n)
			}
			if sum := h.Mean() * float64(h.TotalCount()); sum <= 0 || sum > 1.05*took {
				t.Errorf("%s: waits of %v ns together in %v ns", way, sum, took)
			}
			if again := m.(impls.GracePeriodTimer).GracePeriods().TotalCount(); again != 0 {
				t.Errorf("%s: %d waits are noted twice", way, again)
			}
			closed(t, m, w)
		}
		if len(b.Reclaims) > 0 {
			return
		}
		m, w := filled(t, b, impls.Config{}, 0)
		if _, times := m.(impls.GracePeriodTimer); times {
			t.Error("times grace periods, and has none")
		}
		closed(t, m, w)
	})
}

// A worker gathers as many elements as it is told to, and then finds them all free.
func TestRetain(t *testing.T) {
	each(t, func(t *testing.T, b impls.Backend) {
		if b.Retain == 0 {
			return
		}
		for _, n := range []uint64{0, 7} { // 0 is the backend's own number
			want := n
			if n == 0 {
				want = min(uint64(b.Retain), 1<<12/32)
			}
			m, w := filled(t, b, impls.Config{Retain: int(n)}, want)
			remove(t, w, 0, want-1)
			if got := m.Stats().Retained; got != want-1 {
				t.Errorf("%d are retained of %d, and %d are gathered", got, want-1, want)
			}
			remove(t, w, want-1, want)
			if got := m.Stats().Retained; got != 0 {
				t.Errorf("%d are retained of %d", got, want)
			}
			closed(t, m, w)
		}
	})
}
