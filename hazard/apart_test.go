package hazard

import (
	"testing"
	"unsafe"

	"readmostly/internal/mem"
)

// TestSlotsKeepApart: the slots of two participants are never in one pair of
// cache lines.
func TestSlotsKeepApart(t *testing.T) {
	d := NewDomain(2)
	var first, last []uintptr
	var ps []*Participant
	for range 50 {
		p := d.Register(drop)
		ps = append(ps, p)
		first = append(first, uintptr(unsafe.Pointer(p.Slot(0))))
		last = append(last, uintptr(unsafe.Pointer(p.Slot(1))))
	}
	for i := range ps {
		for j := range ps {
			if i != j && first[j] > last[i] && first[j]-last[i] < mem.FalseSharingRange {
				t.Fatalf("slots of two participants are %d bytes apart; want %d", first[j]-last[i], mem.FalseSharingRange)
			}
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
