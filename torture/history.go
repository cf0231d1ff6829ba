package torture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"readmostly/internal/mem"
)

// A deed is what a member does to something that an id names: a key, or the
// number of an element.
type deed uint8

const (
	beginning deed = iota
	resting
	registering
	leaving
	batching
	walking
	lookingUp
	inserting
	deleting
	replacing
	checking
	sampling
	waiting
	draining
	flooding
	inside // a critical section
	locking
	publishing
	removing
	aging
	freeing
	reusing
	entering
)

var deeds = [...]string{
	beginning: "begin", resting: "rest", registering: "register", leaving: "leave",
	batching: "batch", walking: "walk", lookingUp: "look up", inserting: "insert",
	deleting: "delete", replacing: "replace", checking: "check", sampling: "sample",
	waiting: "wait for readers", draining: "drain", flooding: "flood", inside: "inside a section",
	locking: "lock", publishing: "publish", removing: "remove", aging: "age",
	freeing: "free", reusing: "reuse", entering: "enter a section",
}

func (d deed) String() string { return deeds[d] }

// A deed and an id share a word.
const (
	deedShift = 56
	idMask    = 1<<deedShift - 1
	nothing   = idMask // the id of a deed that is about nothing in particular
)

// A ring holds a member's last notes. Only its owner stores, to memory of its own,
// but for the note of a section that has failed: see [hold.tell].
type ring struct {
	next  mem.Uint64
	notes [ringSize]struct{ when, what, value mem.Uint64 }
}

const ringSize = 256

// note puts a deed into the member's ring: what was done to the id, and the
// version or age that goes with it.
func (m *member) note(d deed, id, value uint64) { m.noteAt(m.now(), d, id, value) }

// noteAt does it for a deed of some time ago.
func (m *member) noteAt(when uint64, d deed, id, value uint64) {
	n := m.ring.next.Load()
	slot := &m.ring.notes[n%ringSize]
	mem.StoreRelaxed(&slot.when, when)
	mem.StoreRelaxed(&slot.what, uint64(d)<<deedShift|id&idMask)
	mem.StoreRelaxed(&slot.value, value)
	mem.StoreRelease(&m.ring.next, n+1)
}

// now is what note notes as the time.
func (m *member) now() uint64 { return uint64(time.Since(m.began)) }

// toldNotes is how many notes a story repeats of each id: the last ones.
const toldNotes = 24

// told is a note as a story tells it.
type told struct {
	when, value uint64
	what        deed
	by          *member
	more        string // what else is known
}

// tellHistory adds what the rings know of an id, in the order of time.
func (c *crew) tellHistory(b *strings.Builder, id uint64) {
	var notes []told
	if c.lore != nil {
		notes = c.lore(id)
	}
	for _, m := range c.members {
		for i := range min(m.ring.next.Load(), ringSize) {
			slot := &m.ring.notes[i]
			if what := slot.what.Load(); what&idMask == id&idMask {
				notes = append(notes, told{slot.when.Load(), slot.value.Load(), deed(what >> deedShift), m, ""})
			}
		}
	}
	slices.SortStableFunc(notes, func(x, y told) int { return cmp.Compare(x.when, y.when) })
	fmt.Fprintf(b, "history of %#x, as far as it was noted:\n", id)
	for _, n := range notes[max(0, len(notes)-toldNotes):] {
		fmt.Fprintf(b, "  %14.6f ms  %-9s %3d  %s", float64(n.when)/1e6, n.by.role, n.by.id, n.what)
		if n.value > 0 {
			fmt.Fprintf(b, " %d", n.value)
		}
		b.WriteString(n.more + "\n")
	}
	if len(notes) == 0 {
		b.WriteString("  nothing\n")
	}
}
