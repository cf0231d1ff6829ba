package cmaps

import (
	"flag"
	"strings"
	"testing"

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
