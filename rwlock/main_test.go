package rwlock

import (
	"testing"

	"go.uber.org/goleak"

	"readmostly/internal/disasm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHotPathInlines(t *testing.T) {
	disasm.MustInline(t, "RLock", "RUnlock", "TryLock", "TryRLock", "Unlock", "SpinLock", "SpinUnlock", "(*RWLock).RLock", "(*RWLock).RUnlock")
}
