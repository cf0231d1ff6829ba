package rcu

import "testing"

// TestClassicStraggler: a reader that was told of a grace period stalls for any
// number of others before it says so. The next one must wait for it: what it says
// then must not look new, as it would if the number had but one bit.
func TestClassicStraggler(t *testing.T) {
	for _, opts := range [][]Option{nil, {Fenced()}} {
		for periods := 1; periods < 6; periods++ {
			d := NewClassic(opts...)
			r := d.Register()
			stale := r.next.Load()
			for range periods {
				d.Synchronize()
			}
			c := d.StartPoll()
			r.mark.Store(inside)
			r.seen.Store(stale)
			for range 5 {
				if d.Poll(c) {
					t.Fatalf("fenced %v: done with a straggler of %d grace periods inside", d.Fenced(), periods)
				}
			}
			r.mark.Store(stale + 1)
			if !d.Poll(c) {
				t.Errorf("fenced %v: not done after the straggler left", d.Fenced())
			}
		}
	}
}

// TestQSBRStraggler likewise: an announcement of the past announces nothing.
func TestQSBRStraggler(t *testing.T) {
	for periods := 1; periods < 6; periods++ {
		d := NewQSBR()
		r := d.Register()
		stale := d.counter.Load()
		for range periods {
			r.Synchronize()
		}
		r.word.Store(stale)
		c := d.StartPoll()
		if d.Poll(c) {
			t.Errorf("done with a straggler of %d grace periods inside", periods)
		}
		r.QuiescentState()
		if !d.Poll(c) {
			t.Error("not done after the quiescent state")
		}
		r.Unregister()
	}
}

// TestNestedEntryIsNotNew: what a reader enters inside a section belongs to it,
// whatever has begun meanwhile.
func TestNestedEntryIsNotNew(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		r := newReader()
		r.lock()
		c := d.StartPoll()
		early := 0
		for range 3 {
			r.lock()
			for range 20 {
				if d.Poll(c) {
					early++
				}
			}
			r.unlock()
		}
		r.unlock()
		if early != 0 {
			t.Error("done while the outermost section lasts")
		}
		finish(f, d, r)
		r.leave()
	})
}

// TestFencedReaderStaysFenced: each outermost entry of a fenced domain takes the way
// with the fence, whatever was seen before; in the other form those do that have
// news, and no more.
func TestFencedReaderStaysFenced(t *testing.T) {
	for _, opts := range [][]Option{nil, {Fenced()}} {
		d := NewClassic(opts...)
		r := d.Register()
		for i := range 6 {
			if news := r.next.Load() >= r.mark.Load(); news != (d.Fenced() || i%3 == 0) {
				t.Errorf("fenced %v, section %d: the next entry has news: %v", d.Fenced(), i, news)
			}
			outer := r.ReadLock()
			if seen, next := r.seen.Load(), r.next.Load(); seen != next {
				t.Errorf("fenced %v, section %d: %#x seen after the entry, want %#x", d.Fenced(), i, seen, next)
			}
			r.ReadUnlock(r.ReadLock())
			r.ReadUnlock(outer)
			if i == 2 {
				d.Synchronize()
			}
		}
		r.Unregister()
	}
}

// TestLeaveDuringGracePeriod opens a grace period over a reader that holds it up,
// has the table replaced, so that the grace period looks at an old one, and lets
// the reader go: nobody waits for it any more, not even if it is used again.
func TestLeaveDuringGracePeriod(t *testing.T) {
	t.Run("qsbr", func(t *testing.T) {
		d := NewQSBR()
		old := d.Register()
		leaveDuring(t, d, func() { d.Register() }, old.Unregister)
	})
	t.Run("classic", func(t *testing.T) {
		d := NewClassic()
		old := d.Register()
		token := old.ReadLock()
		leaveDuring(t, d, func() { d.Register() }, func() {
			old.ReadUnlock(token)
			old.Unregister()
			mustPanic(t, "a section behind Unregister", func() { _ = old.ReadLock() })
		})
	})
}

func leaveDuring(t *testing.T, d Domain, join, leave func()) {
	c := d.StartPoll()
	if d.Poll(c) {
		t.Fatal("done while the reader is inside")
	}
	for range 3 * registryMin {
		join()
	}
	leave()
	if !d.Poll(c) {
		t.Error("held up by a reader that has left")
	}
}

// TestHeldIsAboutSections, not about what a reader's word holds at rest.
func TestHeldIsAboutSections(t *testing.T) {
	for _, opts := range [][]Option{nil, {Fenced()}} {
		d := NewClassic(opts...)
		r := d.Register()
		for range 3 {
			if r.Held() {
				t.Error("held outside")
			}
			token := r.ReadLock()
			d.GetState()
			r.ReadUnlock(token)
			d.Synchronize()
		}
		r.Unregister()
	}
}

// TestOwedFenceIsPaid: a grace period that could not be fenced when it began is not
// over before it has been.
func TestOwedFenceIsPaid(t *testing.T) {
	d := NewClassic()
	d.begin()
	d.owed = true
	d.blocking.Store(1)
	if !d.quiet() || d.owed {
		t.Errorf("owed %v after the readers were looked at", d.owed)
	}
}

// TestQSBRCounterSkipsOffline: where the counter wraps it leaves the value out that
// means offline, so that who announces it stays online.
func TestQSBRCounterSkipsOffline(t *testing.T) {
	d := NewQSBR()
	d.counter.Store(^uint64(0))
	r := d.Register()
	c := d.StartPoll()
	if d.Poll(c) {
		t.Error("done without a quiescent state")
	}
	r.QuiescentState()
	if !r.Held() {
		t.Error("offline after a quiescent state")
	}
	if !d.Poll(c) {
		t.Error("not done after the quiescent state")
	}
	r.Unregister()
}

// TestEveryPlaceIsLookedAt: a grace period waits for each reader of a full table,
// wherever it stands there.
func TestEveryPlaceIsLookedAt(t *testing.T) {
	classic, qsbr := NewClassic(), NewQSBR()
	var rs []testReader
	var qs []*QSBRReader
	for range registryMin {
		rs = append(rs, classicSteps(classic.Register()))
		qs = append(qs, qsbr.Register())
		qs[len(qs)-1].Offline()
	}
	for i := range registryMin {
		rs[i].lock()
		qs[i].Online()
		for name, d := range map[string]Domain{"classic": classic, "qsbr": qsbr} {
			if d.Poll(d.StartPoll()) {
				t.Errorf("%s: done while reader %d is inside", name, i)
			}
		}
		rs[i].unlock()
		qs[i].Offline()
		classic.Synchronize()
		qsbr.Synchronize()
	}
	for i := range registryMin {
		rs[i].leave()
		qs[i].Unregister()
	}
}

// TestReentryHoldsNobodyUp: a section that began after the grace period did is not
// waited for, though its reader was inside when it began (rule 11).
func TestReentryHoldsNobodyUp(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		if !f.canYield {
			t.Skip("its grace periods wait for whoever is inside")
		}
		d, newReader := f.make()
		r := newReader()
		r.lock()
		c := d.StartPoll()
		if d.Poll(c) {
			t.Error("done inside the section")
		}
		r.unlock()
		r.lock()
		if !d.Poll(c) {
			t.Error("held up by a section that came later")
		}
		r.unlock()
		r.leave()
	})
}
