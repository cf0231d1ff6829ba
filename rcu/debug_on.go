//go:build rcudebug

package rcu

import (
	"bytes"
	"cmp"
	"runtime"
	"slices"
	"strconv"
	"time"

	"readmostly/internal/mem"
)

const debug = true

// tracker lists the sections of a domain that are under way. Its lock is held
// with preemption disabled, so that pinned readers may spin for it: whoever has
// it is running.
type tracker struct {
	name    string
	travels bool // another goroutine may end a section
	lock    mem.Uint64
	last    uint64 // sections are numbered in the order of entry, from 1
	open    map[uint64]openSection
}

type openSection struct {
	goroutine uint64
	since     time.Time
	stack     []byte
}

// section is what a registered reader remembers of itself.
type section struct {
	id    uint64
	depth int // of ReadLock; for QSBR, whose section has another extent

	// For a classic reader, whose tokens are checked.
	reader, serial uint64
	tokens         []openToken
}

func newTracker(name string) *tracker {
	return &tracker{name: name, travels: name == "srcu", open: map[uint64]openSection{}}
}

func (t *tracker) locked(f func()) {
	mem.Pin()
	for !t.lock.CompareAndSwap(0, 1) {
		mem.Pause(8)
	}
	f()
	t.lock.Store(0)
	mem.Unpin()
}

// enter lists a section of the calling goroutine and returns its number.
func (t *tracker) enter() (id uint64) {
	s := openSection{since: time.Now()}
	s.goroutine, s.stack = caller()
	t.locked(func() {
		t.last++
		id = t.last
		t.open[id] = s
	})
	return id
}

// setOwner says which goroutine a listed section belongs to.
func (t *tracker) setOwner(id, goroutine uint64) {
	t.locked(func() {
		s := t.open[id]
		s.goroutine = goroutine
		t.open[id] = s
	})
}

// leave takes a section off the list, and reports it if it is not there.
func (t *tracker) leave(id uint64) (ok bool) {
	t.locked(func() {
		_, ok = t.open[id]
		delete(t.open, id)
	})
	if !ok {
		t.unbalanced("the section has ended already or belongs to another domain")
	}
	return ok
}

// leaveInnermost ends the last section that the calling goroutine entered.
func (t *tracker) leaveInnermost() bool {
	var id uint64
	me, _ := caller()
	t.locked(func() {
		for i, s := range t.open {
			if s.goroutine == me {
				id = max(id, i)
			}
		}
	})
	return t.leave(id)
}

// held reports whether the calling goroutine has a section under way.
func (t *tracker) held() (held bool) {
	me, _ := caller()
	t.locked(func() {
		for _, s := range t.open {
			held = held || s.goroutine == me
		}
	})
	return held
}

// mayWait reports, in both senses, whether the calling goroutine may wait for
// the readers. A token that travels may have been handed to somebody who is
// about to return it, which is given the time that a stall is given.
func (t *tracker) mayWait() bool {
	held := t.held()
	if held && t.travels {
		p := newPatience()
		for n := 0; held && !p.ends(); n++ {
			mem.Spin(n)
			held = t.held()
		}
	}
	if held {
		report(Violation{Kind: SynchronizeInReader, Domain: t.name})
		return false
	}
	return true
}

func (t *tracker) unbalanced(detail string) {
	report(Violation{Kind: UnbalancedExit, Domain: t.name, Detail: detail})
}

// holders returns the sections under way among those up to number last, the
// longest first.
func (t *tracker) holders(last uint64) (hs []Holder) {
	now := time.Now()
	t.locked(func() {
		for id, s := range t.open {
			if id <= last {
				hs = append(hs, Holder{s.goroutine, now.Sub(s.since), s.stack})
			}
		}
	})
	slices.SortFunc(hs, func(a, b Holder) int { return cmp.Compare(b.For, a.For) })
	return hs
}

// caller returns the number and the stack of the calling goroutine.
func caller() (goroutine uint64, stack []byte) {
	buf := make([]byte, 4096)
	stack = buf[:runtime.Stack(buf, false)]
	number, _, _ := bytes.Cut(bytes.TrimPrefix(stack, []byte("goroutine ")), []byte(" "))
	goroutine, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		panic("rcu: runtime.Stack has changed its first line: " + err.Error())
	}
	return goroutine, stack
}
