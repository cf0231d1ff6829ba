package refcount

import (
	"testing"

	"go.uber.org/goleak"

	"readmostly/internal/disasm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHotPathInlines(t *testing.T) {
	disasm.MustInline(t, "GetUnlessZero", "Get", "Put", "Set", "(*Count).GetUnlessZero", "(*Count).Get", "(*Count).Put")
}
