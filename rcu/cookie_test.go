package rcu

import (
	"testing"

	"readmostly/internal/mem"
)

// TestCookieInsideReader covers rule 13: a cookie taken inside a section is not
// done before the section ends, whoever polls, and is done after a Synchronize.
func TestCookieInsideReader(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		r := newReader()
		defer r.leave()
		for _, take := range []func() Cookie{d.GetState, d.StartPoll} {
			r.lock()
			c := take()
			early := 0
			for range 200 {
				if d.Poll(c) {
					early++
				}
				mem.Pause(4)
			}
			r.unlock()
			if early != 0 {
				t.Error("done inside the section")
			}
			finish(f, d, r)
			if !d.Poll(c) {
				t.Error("not done after a Synchronize that followed")
			}
		}
	})
}

// finish synchronizes on behalf of r, which for qsbr is inside by nature.
func finish(f testFlavour, d Domain, r testReader) {
	if f.name != "qsbr" {
		d.Synchronize()
		return
	}
	c := d.StartPoll()
	for !d.Poll(c) {
		r.lock()
		r.unlock()
	}
}

// TestCookieWrap runs every way to wait across the overflow of the numbers.
func TestCookieWrap(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		setNumbers(d, -6)
		p := newPipe()
		stop := startReaders(f, newReader, 2, func(n int) { p.read(f, n) })
		for i := range 3 * len(waysToWait) {
			before := d.GetState()
			if d.Poll(before) {
				t.Errorf("update %d: a fresh cookie is done", i)
			}
			p.update(func() { waysToWait[i%len(waysToWait)].wait(d) })
			if !d.Poll(before) {
				t.Errorf("update %d: the cookie from before the wait is not done", i)
			}
		}
		stop()
		if n := p.errors.Load(); n != 0 {
			t.Errorf("%d sections saw their element age", n)
		}
	})
}

// setNumbers moves the number of grace periods, and what readers of other flavours
// than classic take, to n (even) before or behind the overflow. The number that
// classic readers see has no overflow: it would take centuries.
func setNumbers(d Domain, n int) {
	set := func(g *gracePeriods) {
		g.seq.Store(uint64(n))
		g.wanted.Store(uint64(n))
	}
	switch d := d.(type) {
	case *Classic:
		set(&d.gracePeriods)
	case *Sched:
		set(&d.gracePeriods)
	case *QSBR:
		set(&d.gracePeriods)
		d.counter.Store(uint64(n))
	case *SRCU:
		set(&d.gracePeriods)
		d.index.Store(uint64(n))
		for i := range d.shared {
			for set := range 2 {
				d.shared[i].entries[set].Store(uint64(n))
				d.shared[i].exits[set].Store(uint64(n))
			}
		}
		for i := range d.own {
			for set := range 2 {
				d.own[i].entries[set].Store(uint64(n))
				d.own[i].exits[set].Store(uint64(n))
			}
		}
	}
}
