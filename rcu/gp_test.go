package rcu

import (
	"sync"
	"testing"
	"time"

	"readmostly/internal/mem"
)

// manual is a flavour whose readers are a switch.
type manual struct {
	gracePeriods
	held   mem.Uint64
	begun  mem.Uint64
	looked mem.Uint64
}

func newManual() *manual {
	m := &manual{}
	m.init(m, newTracker("manual"))
	return m
}

func (m *manual) begin()       { m.begun.Add(1) }
func (m *manual) quiet() bool  { m.looked.Add(1); return m.held.Load() == 0 }
func (m *manual) Stats() Stats { return m.stats() }

func TestSequence(t *testing.T) {
	for _, test := range []struct {
		seq  uint64
		snap Cookie
	}{
		{0, 2},                   // idle: the end of the next
		{1, 4},                   // in progress: the end of the one after
		{2, 4},                   //
		{^uint64(3), ^Cookie(1)}, // wrapping
		{^uint64(2), 0},
		{^uint64(1), 0},
		{^uint64(0), 2},
	} {
		c := seqSnap(test.seq)
		if c != test.snap {
			t.Errorf("seqSnap(%#x) = %#x, want %#x", test.seq, c, test.snap)
		}
		if c == Completed {
			t.Errorf("seqSnap(%#x) is Completed", test.seq)
		}
		for seq := test.seq; seq != uint64(c); seq++ {
			if seqDone(seq, c) {
				t.Errorf("the cookie taken at %#x is done at %#x", test.seq, seq)
			}
		}
		for _, later := range []uint64{0, 1, 2, 1 << 40} {
			if !seqDone(uint64(c)+later, c) {
				t.Errorf("the cookie taken at %#x is not done at %#x", test.seq, uint64(c)+later)
			}
		}
		if !seqDone(test.seq, Completed) {
			t.Errorf("Completed is not done at %#x", test.seq)
		}
	}
}

// TestUnderWayDoesNotCount covers rule 7.
func TestUnderWayDoesNotCount(t *testing.T) {
	m := newManual()
	m.held.Store(1)
	first := m.StartPoll()
	if m.Poll(first) || m.begun.Load() != 1 {
		t.Fatal("Poll did not open the grace period, or ended it")
	}
	late := m.GetState() // the first may have begun before what this is for
	if late == first {
		t.Error("a cookie names the grace period under way")
	}
	m.held.Store(0)
	if !m.Poll(first) {
		t.Error("Poll did not end the grace period")
	}
	if m.Poll(late) {
		t.Error("the grace period under way counted")
	}
	m.Cond(late)
	if !m.Poll(late) || m.ended.Load() != 2 {
		t.Errorf("Cond left the cookie waiting, after %d grace periods", m.ended.Load())
	}
	m.Cond(late)
	m.Cond(Completed)
	if n := m.ended.Load(); n != 2 {
		t.Errorf("a cookie that is done led to a grace period: %d", n)
	}
}

func TestPollOnlyReportsWhatNobodyRequested(t *testing.T) {
	m := newManual()
	c := m.GetState()
	if m.Poll(c) || m.begun.Load() != 0 {
		t.Error("Poll began a grace period for GetState")
	}
	later := m.StartPoll()
	if !m.Poll(later) || !m.Poll(c) {
		t.Error("polling did not complete a requested grace period without readers")
	}
	if s := m.Stats(); s.Polled != 1 || s.GracePeriods != 1 || s.Synchronize != 0 {
		t.Errorf("stats after one polled grace period: %+v", s)
	}
}

// TestSynchronizeFinishesPolled: a grace period that Poll left open is finished
// by a caller of Synchronize, who then needs one of its own.
func TestSynchronizeFinishesPolled(t *testing.T) {
	m := newManual()
	m.held.Store(1)
	c := m.StartPoll()
	m.Poll(c)
	m.held.Store(0)
	m.Synchronize()
	if !m.Poll(c) {
		t.Error("the open grace period was not finished")
	}
	if s := m.Stats(); s.GracePeriods != 2 || s.Polled != 0 || s.Synchronize != 1 {
		t.Errorf("stats: %+v", s)
	}
}

// TestPollBesideWaiter: while a Synchronize waits for a reader, Poll reports and
// does not interfere.
func TestPollBesideWaiter(t *testing.T) {
	m := newManual()
	m.held.Store(1)
	var wg sync.WaitGroup
	wg.Go(m.SynchronizeExpedited)
	for n := 0; m.looked.Load() == 0; n++ {
		mem.Spin(n)
	}
	c := m.StartPoll()
	for range 100 {
		if m.Poll(c) {
			t.Fatal("done while the reader is inside")
		}
	}
	m.held.Store(0)
	for n := 0; !m.Poll(c); n++ {
		mem.Spin(n)
	}
	wg.Wait()
	if s := m.Stats(); s.Expedited != 1 || s.GracePeriods != 2 {
		t.Errorf("stats: %+v", s)
	}
}

// TestWaitingSleeps: the driver must not burn a core for a stalled reader. A
// sleep never returns early, so the looks it may take are bounded by the time.
func TestWaitingSleeps(t *testing.T) {
	m := newManual()
	m.held.Store(1)
	start := time.Now()
	time.AfterFunc(50*time.Millisecond, func() { m.held.Store(0) })
	m.Synchronize()
	const ladder, shortest = 1000, 20 * time.Microsecond
	most := ladder + uint64(time.Since(start)/shortest)
	if n := m.looked.Load(); n > most {
		t.Errorf("the driver looked %d times, want at most %d", n, most)
	}
}

// TestSharing covers rule 12.
func TestSharing(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, _ := f.make()
		const callers, calls = 64, 400
		var ready, wg sync.WaitGroup
		start := make(chan bool)
		ready.Add(callers)
		for range callers {
			wg.Go(func() {
				ready.Done()
				<-start
				for range calls {
					d.Synchronize()
				}
			})
		}
		ready.Wait() // or the first would be done before the last is there
		close(start)
		wg.Wait()
		s := d.Stats()
		if want := uint64(callers * calls); s.Synchronize != want {
			t.Errorf("%d calls counted, want %d", s.Synchronize, want)
		}
		ratio := float64(s.GracePeriods) / float64(s.Synchronize)
		t.Logf("%.3f grace periods a call", ratio)
		// The checked mode spends most of a call looking at the caller's stack.
		if ratio > 0.1 && !debug {
			t.Errorf("%d grace periods for %d calls", s.GracePeriods, s.Synchronize)
		}
	})
}

// TestNextIsDriven: who comes while a grace period is under way needs another
// one, and drives it when nobody else comes.
func TestNextIsDriven(t *testing.T) {
	m := newManual()
	m.held.Store(1)
	var wg sync.WaitGroup
	wg.Go(m.Synchronize)
	for n := 0; m.looked.Load() == 0; n++ {
		mem.Spin(n)
	}
	const late = 3
	for range late {
		wg.Go(m.Synchronize)
	}
	next := m.queue(seqSnap(m.seq.Load()))
	for n := 0; ; n++ {
		m.mu.Lock()
		waiting := next.waiting
		m.mu.Unlock()
		if waiting == late {
			break
		}
		mem.Spin(n)
	}
	m.held.Store(0)
	wg.Wait()
	if n := m.ended.Load(); n != 2 {
		t.Errorf("%d grace periods for one caller and %d late ones, want 2", n, late)
	}
}

// TestLoneDriverLooksSeldom: who has never seen company looks for it once in
// exploreMin grace periods at first, and ever more seldom.
func TestLoneDriverLooksSeldom(t *testing.T) {
	m := newManual()
	var looks []int
	for i := range 4 * exploreMax {
		m.Synchronize()
		if m.lone == 0 {
			looks = append(looks, i+1)
		}
	}
	want, at := 0, 0
	for after := exploreMin; at+after <= 4*exploreMax; after = min(2*after, exploreMax) {
		at += after
		want++
	}
	if len(looks) != want || looks[0] != exploreMin {
		t.Errorf("looked for company after %v grace periods, want %d times, first after %d", looks, want, exploreMin)
	}
}
