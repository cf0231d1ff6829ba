package history_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/impls/history"
)

var (
	count  = flag.Int("history.count", 20, "histories of each backend")
	seed   = flag.Uint64("history.seed", 1, "seed of the first history")
	strict = flag.Bool("history.strict", false, "fail if too few histories overlap enough to count")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestBackends takes histories of every backend, as a plug-in's author does.
func TestBackends(t *testing.T) {
	for _, b := range impls.Backends() {
		t.Run(b.Name, func(t *testing.T) {
			history.Test(t, b, history.Options{Count: *count, Seed: *seed, Strict: *strict})
		})
	}
}
