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

// TestParticipantsKeepApart: what an owner writes at each retirement has no other
// words within a pair of cache lines, and what readers load is not among it.
func TestParticipantsKeepApart(t *testing.T) {
	var p Participant
	if gap := unsafe.Offsetof(p.retired) - unsafe.Offsetof(p.fenced) - unsafe.Sizeof(p.fenced); gap < mem.FalseSharingRange {
		t.Errorf("%d bytes between what readers load and what updaters write; want %d", gap, mem.FalseSharingRange)
	}
	if gap := unsafe.Sizeof(p) - unsafe.Offsetof(p.counts) - unsafe.Sizeof(p.counts); gap < mem.FalseSharingRange {
		t.Errorf("%d bytes behind what updaters write; want %d", gap, mem.FalseSharingRange)
	}
	// The slots are an allocation of their own.
	for slots := 1; slots <= 20; slots++ {
		d := NewDomain(slots)
		p := d.Register(drop)
		first := uintptr(unsafe.Pointer(p.Slot(0)))
		before := first - uintptr(unsafe.Pointer(&p.memory[0]))
		behind := uintptr(len(p.memory)*8) - before - uintptr(slots*8)
		if before < mem.FalseSharingRange || behind < mem.FalseSharingRange {
			t.Errorf("%d slots have %d bytes of padding before and %d behind; want %d", slots, before, behind, mem.FalseSharingRange)
		}
		if first%lineBytes != hotOffset {
			t.Errorf("the slots begin %d bytes into a line; want %d", first%lineBytes, hotOffset)
		}
		p.Unregister()
	}
}
