package mem

import (
	"testing"
	"unsafe"
)

// TestPadKeepsLinePairsApart: x86 fetches lines of 64 bytes in aligned pairs, and
// lines of some arm64 cores are 128 bytes long.
func TestPadKeepsLinePairsApart(t *testing.T) {
	const pair = 128
	if FalseSharingRange < pair || unsafe.Sizeof(Pad{}) != FalseSharingRange {
		t.Errorf("padding is %d bytes for a range of %d; want at least %d", unsafe.Sizeof(Pad{}), FalseSharingRange, pair)
	}
}
