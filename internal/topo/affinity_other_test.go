//go:build !linux || nolinux

package topo

import "testing"

// TestNothingIsPinned: what a run does without a choice works where threads can't
// be pinned.
func TestNothingIsPinned(t *testing.T) {
	m, err := Read()
	if err != nil || len(m.CPUs) == 0 {
		t.Fatalf("%+v, %v", m, err)
	}
	for _, choice := range []string{"", "auto", "none"} {
		cpus, err := m.ParsePlacement(choice, 2)
		if err != nil || cpus != nil {
			t.Errorf("ParsePlacement(%q) = %v, %v; want nil", choice, cpus, err)
		}
	}
	if PinThread(m.CPUs[0].ID) == nil {
		t.Error("a thread was pinned: it should be placed, too")
	}
	if err := UnpinThread(); err != nil {
		t.Error(err)
	}
}
