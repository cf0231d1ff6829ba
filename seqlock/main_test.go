package seqlock

import (
	"testing"

	"go.uber.org/goleak"

	"readmostly/internal/disasm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHotPathInlines(t *testing.T) {
	disasm.MustInline(t, "Begin", "TryBegin", "Retry", "(*SeqLock).Begin", "(*SeqLock).TryBegin", "(*SeqLock).Retry")
}
