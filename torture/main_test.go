package torture

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain checks for goroutines that were left. A trial that hangs leaves its
// own on purpose, so the tests of hangs end themselves what they started.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(os.Exit))
}
