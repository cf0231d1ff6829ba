//go:build scripted

package builtin

import (
	"runtime"
	"sync/atomic"
	"testing"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/rcu"
	"readmostly/rwlock"
)

// A gate counts sections from outside: at a lookup it has somebody wait for the reader
// to leave, and when that one has passed, at a later lookup, somebody else.
type gate interface {
	// look is called inside a lookup.
	look()
	// end is called behind the last one. It returns for how many sections somebody
	// has waited.
	end() int
}

// A periodGate counts grace periods, each asked for when the one before is over.
type periodGate struct {
	domain rcu.Domain
	inside func() bool // whether the reader is in a section
	cookie rcu.Cookie
	asked  bool
	n      int
}

func (g *periodGate) look() {
	if !g.inside() {
		return
	}
	if g.asked && !g.over() {
		return
	}
	g.cookie, g.asked = g.domain.StartPoll(), true
	g.n++
	if g.over() {
		panic("a grace period has not waited for its reader")
	}
}

// over drives the grace period as far as it gets.
func (g *periodGate) over() bool {
	for range 8 {
		if g.domain.Poll(g.cookie) {
			return true
		}
	}
	return false
}

func (g *periodGate) end() int { return g.n }

// A lockGate counts writers, each of which queues when the one before has had the
// lock. As the lock is fair, whoever reads next comes behind it.
type lockGate struct {
	lock, unlock func()
	free         func() bool // whether a reader could come in, so that no writer waits
	written      atomic.Int64
	waiting      int64 // writers that have queued
}

func (g *lockGate) look() {
	if g.written.Load() < g.waiting {
		return
	}
	g.waiting++
	go func() {
		g.lock()
		g.written.Add(1)
		g.unlock()
	}()
	for g.free() {
		runtime.Gosched()
	}
}

func (g *lockGate) end() int {
	for g.written.Load() < g.waiting {
		runtime.Gosched()
	}
	return int(g.waiting)
}

// gateOf returns the gate that a backend's worker passes.
func gateOf(w impls.Worker) gate {
	always := func() bool { return true }
	switch w := w.(type) {
	case *rcuWorker:
		return &periodGate{domain: w.classic, inside: w.registered().Held}
	case *countedWorker:
		return &periodGate{domain: w.store.domain, inside: w.reader.Held}
	case *qsbrWorker:
		return &periodGate{domain: w.store.domain, inside: always}
	case *srcuWorker:
		return &periodGate{domain: w.srcu, inside: always}
	case *rwWorker:
		word := w.global
		return &lockGate{lock: func() { rwlock.Lock(word) }, unlock: func() { rwlock.Unlock(word) }, free: func() bool {
			if rwlock.TryRLock(word) {
				rwlock.RUnlock(word)
				return true
			}
			return false
		}}
	case *rwmutexWorker:
		mu := w.mu
		return &lockGate{lock: mu.Lock, unlock: mu.Unlock, free: func() bool {
			if mu.TryRLock() {
				mu.RUnlock()
				return true
			}
			return false
		}}
	}
	return nil
}

// sectionsOf counts the sections in which a worker of the backend executes ops.
func sectionsOf(t *testing.T, b impls.Backend, section int, ops []impls.Op) int {
	t.Helper()
	m, err := b.New(impls.Config{Buckets: 2, Capacity: 100, Section: section})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.(impls.Filler).Fill([]impls.Element{impls.MakeElement(present, 1)}); err != nil {
		t.Fatal(err)
	}
	w, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	g := gateOf(w)
	slab.Visit = func(slab.Ref) { g.look() }
	var tally impls.Tally
	w.Run(ops, &tally)
	slab.Visit = nil
	n := g.end()
	if tally.Ops() != uint64(len(ops)) || tally.Hits != tally.Lookups || tally.Bad != 0 {
		t.Errorf("%s: tallied %+v", b.Name, tally)
	}
	w.Close()
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	return n
}

// Two keys whose chains are not the same: of the second there is never an element,
// so updates visit none.
var present, absent = func() (uint64, uint64) {
	a := uint64(1)
	b := a + 1
	for table := impls.Hash(a) >> 32 & 1; impls.Hash(b)>>32&1 == table; b++ {
	}
	return a, b
}()

// runs returns so many lookups each, with an update behind each run of them.
func runs(lengths ...int) (ops []impls.Op) {
	for _, n := range lengths {
		for range n {
			ops = append(ops, impls.MakeOp(impls.Lookup, present))
		}
		ops = append(ops, impls.MakeOp(impls.Delete, absent))
	}
	return ops
}

// TestScriptedSections counts sections: so many lookups make one, an update ends one
// early, and what is left behind the last whole one is another.
func TestScriptedSections(t *testing.T) {
	for _, b := range impls.Backends() {
		if !b.Caps.Section || b.Caps.Limit || b.Caps.Pinned { // of these see TestSectionsArePinned
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			for _, tc := range []struct {
				section int
				lookups []int // between the updates
				want    int
			}{
				{0, []int{40}, 40},
				{1, []int{40}, 40},
				{2, []int{80}, 40},
				{16, []int{16 * 40}, 40},
				{16, []int{16*39 + 1}, 40},
				{64, []int{64 * 40}, 40},
				{16, []int{5, 16, 17, 3, 40, 0, 1, 32}, 1 + 1 + 2 + 1 + 3 + 1 + 2},
			} {
				if got := sectionsOf(t, b, tc.section, runs(tc.lookups...)); got != tc.want {
					t.Errorf("%d lookups per section, %d between updates: %d sections, want %d", tc.section, tc.lookups, got, tc.want)
				}
			}
		})
	}
}

// newSections makes maps whose sections cover several lookups.
func newSections(backend string) func(impls.Config) (impls.Map, error) {
	return func(c impls.Config) (impls.Map, error) {
		c.Section = 16
		return newOf(backend)(c)
	}
}

// TestScriptedLastReferences: an element whose last reference a reader puts inside a
// section is retired once, behind the section, where the reader may wait.
func TestScriptedLastReferences(t *testing.T) {
	s := newScript(t, newSections("refcount-rcu"))
	w := s.reader.(*countedWorker)
	for round := uint64(1); round <= 3; round++ {
		visits := 0
		var come func(slab.Ref)
		come = func(ref slab.Ref) {
			slab.Visit = nil // what is done in here is no visit
			defer func() { slab.Visit = come }()
			if !w.reader.Held() {
				return
			}
			if got := w.store.Stats().Retired; got != round-1 {
				t.Errorf("section %d: %d elements are retired before it ends, want %d", round, got, round-1)
			}
			if key := slab.At(ref).Key.Load(); key == 6 {
				if visits++; visits == 2 { // the reader has its reference
					s.version++
					if ok, err := s.updater.Replace(impls.MakeElement(key, s.version)); !ok || err != nil {
						t.Error(ok, err)
					}
				}
			}
		}
		slab.Visit = come
		var tally impls.Tally
		w.Run(lookups(6, 7, 8), &tally)
		slab.Visit = nil
		if tally.Hits != 3 || tally.Retries != 0 || tally.Bad != 0 {
			t.Errorf("tallied %+v", tally)
		}
		if got := w.store.Stats().Retired; got != round || visits < 2 {
			t.Errorf("section %d: %d elements are retired behind it, want %d; %d visits", round, got, round, visits)
		}
	}
	w.Drain()
	if got := w.store.Stats(); got.Reclaimed != 3 || got.Retained != 0 {
		t.Errorf("drained: %+v", got)
	}
}
