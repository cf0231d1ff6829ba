package hazard

import (
	"testing"

	"go.uber.org/goleak"

	"readmostly/internal/disasm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHotPathInlines(t *testing.T) {
	disasm.MustInline(t, "Set", "SetFenced", "(*Participant).Protect", "(*Participant).ProtectFrom", "(*Participant).Clear", "(*Participant).Slot")
}
