package rcu

import (
	"testing"
	"unsafe"

	"readmostly/internal/mem"
)

// TestWordsKeepApart: what readers on one processor write is not in the pair of
// cache lines of what others write (rule 45).
func TestWordsKeepApart(t *testing.T) {
	var c srcuCounts
	written := unsafe.Sizeof(c.entries) + unsafe.Sizeof(c.exits)
	if gap := unsafe.Sizeof(c) - written; gap < mem.FalseSharingRange {
		t.Errorf("the counts of two processors are %d bytes apart; want %d", gap, mem.FalseSharingRange)
	}
	var q QSBRReader
	if before, behind := unsafe.Offsetof(q.word), unsafe.Sizeof(q)-unsafe.Offsetof(q.word)-unsafe.Sizeof(q.word); before < mem.FalseSharingRange || behind < mem.FalseSharingRange {
		t.Errorf("a qsbr reader's word has %d bytes before and %d behind; want %d", before, behind, mem.FalseSharingRange)
	}
	var d QSBR
	before := unsafe.Offsetof(d.counter) - unsafe.Offsetof(d.left) - unsafe.Sizeof(d.left)
	if behind := unsafe.Sizeof(d) - unsafe.Offsetof(d.counter) - unsafe.Sizeof(d.counter); before < mem.FalseSharingRange || behind < mem.FalseSharingRange {
		t.Errorf("the qsbr counter, which all readers load, has %d bytes before and %d behind; want %d", before, behind, mem.FalseSharingRange)
	}
}
