package topo

import (
	"strings"
	"testing"
)

// TestPlacementWithoutPinning: workers run unpinned unless somebody asks for CPUs,
// who is told.
func TestPlacementWithoutPinning(t *testing.T) {
	m := assumed([]int{0, 1})
	m.NoPinning = true
	for _, choice := range []string{"", "auto", "none"} {
		if cpus, err := m.ParsePlacement(choice, 2); err != nil || cpus != nil {
			t.Errorf("ParsePlacement(%q) = %v, %v; want nil", choice, cpus, err)
		}
	}
	const want = "pinned on Linux only: auto and none are the choices"
	if cpus, err := m.ParsePlacement("0,1", 2); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("ParsePlacement(0,1) = %v, %v; want an error with %q", cpus, err, want)
	}
}
