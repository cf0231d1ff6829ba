//go:build rcudebug

package rcu

import (
	"strings"
	"sync"
	"testing"
	"time"

	"readmostly/internal/mem"
)

// record collects the violations until the test ends.
func record(t *testing.T) *[]Violation {
	var mu sync.Mutex
	var seen []Violation
	previous := OnViolation(func(v Violation) {
		mu.Lock()
		seen = append(seen, v)
		mu.Unlock()
	})
	t.Cleanup(func() { OnViolation(previous) })
	return &seen
}

// TestMisuseIsReported covers rule 14 and the rest of the checked mode.
func TestMisuseIsReported(t *testing.T) {
	defer SetStallTimeout(SetStallTimeout(time.Millisecond)) // for srcu, see mayWait
	type misuse struct {
		name   string
		domain string
		want   Kind
		do     func()
	}
	c, s, q, u := NewClassic(), NewSched(), NewQSBR(), NewSRCU()
	r, neighbour, p := c.Register(), c.Register(), q.Register()
	other := NewSRCU()
	p.Offline()
	tests := []misuse{
		{"classic exit without entry", "classic", UnbalancedExit, func() { r.ReadUnlock(0) }},
		{"classic token used twice", "classic", UnbalancedExit, func() {
			token := r.ReadLock()
			r.ReadUnlock(token)
			r.ReadUnlock(token)
		}},
		{"classic token used twice, inside another section", "classic", UnbalancedExit, func() {
			outer := r.ReadLock()
			inner := r.ReadLock()
			r.ReadUnlock(inner)
			r.ReadUnlock(inner)
			r.ReadUnlock(outer)
		}},
		{"classic token out of order", "classic", UnbalancedExit, func() {
			outer := r.ReadLock()
			inner := r.ReadLock()
			r.ReadUnlock(outer)
			r.ReadUnlock(inner)
		}},
		{"classic token of another reader", "classic", UnbalancedExit, func() {
			token, others := r.ReadLock(), neighbour.ReadLock()
			r.ReadUnlock(others)
			r.ReadUnlock(token)
			neighbour.ReadUnlock(others)
		}},
		{"classic dereference outside", "", DereferenceOutsideReader, func() { checkHeld(r.Held()) }},
		{"sched exit without entry", "sched", UnbalancedExit, s.ReadUnlock},
		{"sched dereference outside", "", DereferenceOutsideReader, func() { checkHeld(s.Held()) }},
		{"qsbr section while offline", "qsbr", DereferenceOutsideReader, func() { p.ReadLock(); p.ReadUnlock() }},
		{"qsbr exit without entry", "qsbr", UnbalancedExit, p.ReadUnlock},
		{"qsbr quiescent state inside", "qsbr", UnbalancedExit, func() {
			p.Online()
			p.ReadLock()
			p.QuiescentState()
			p.ReadUnlock()
			p.Offline()
		}},
		{"qsbr synchronize while online", "qsbr", SynchronizeInReader, func() {
			p.Online()
			q.Synchronize()
			p.Offline()
		}},
		{"srcu token used twice", "srcu", UnbalancedExit, func() {
			token := u.ReadLock()
			u.ReadUnlock(token)
			u.ReadUnlock(token)
		}},
		{"srcu token of another domain", "srcu", UnbalancedExit, func() {
			token := u.ReadLock()
			other.ReadUnlock(token)
			u.ReadUnlock(token)
		}},
		{"srcu dereference outside", "", DereferenceOutsideReader, func() { checkHeld(u.Held()) }},
	}
	for name, wait := range map[string]func(Domain){
		"Synchronize":          Domain.Synchronize,
		"SynchronizeExpedited": Domain.SynchronizeExpedited,
		"Cond":                 func(d Domain) { d.Cond(d.GetState()) },
	} {
		tests = append(tests,
			misuse{"classic " + name + " inside", "classic", SynchronizeInReader, func() {
				token := r.ReadLock()
				wait(c)
				r.ReadUnlock(token)
			}},
			misuse{"sched " + name + " inside", "sched", SynchronizeInReader, func() {
				s.ReadLock()
				wait(s)
				s.ReadUnlock()
			}},
			misuse{"srcu " + name + " inside", "srcu", SynchronizeInReader, func() {
				token := u.ReadLock()
				wait(u)
				u.ReadUnlock(token)
			}})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			seen := record(t)
			test.do()
			if len(*seen) != 1 {
				t.Fatalf("%d violations, want 1: %v", len(*seen), *seen)
			}
			v := (*seen)[0]
			if v.Kind != test.want || v.Domain != test.domain {
				t.Errorf("reported %v of %q, want %v of %q", v.Kind, v.Domain, test.want, test.domain)
			}
			if v.Goroutine == 0 || !strings.Contains(string(v.Stack), "debug_on_test.go") {
				t.Errorf("goroutine %d, and the stack is not the caller's:\n%s", v.Goroutine, v.Stack)
			}
		})
	}
	r.Unregister()
	neighbour.Unregister()
	p.Unregister()
	for name, sections := range map[string]*tracker{
		"classic": c.sections, "sched": s.sections, "qsbr": q.sections, "srcu": u.sections,
	} {
		if n := len(sections.open); n != 0 {
			t.Errorf("%s: %d sections still listed", name, n)
		}
	}
}

func TestRightUseIsNotReported(t *testing.T) {
	seen := record(t)
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		r := newReader()
		r.lock()
		r.lock()
		c := d.StartPoll()
		d.Poll(c)
		r.unlock()
		r.unlock()
		r.leave()
		d.Synchronize()
	})
	if len(*seen) != 0 {
		t.Errorf("reported: %v", *seen)
	}
}

func TestMisusePanicsByDefault(t *testing.T) {
	defer func() {
		v, ok := recover().(Violation)
		if !ok || v.Kind != SynchronizeInReader {
			t.Errorf("recovered %v", v)
		}
	}()
	d := NewClassic()
	r := d.Register()
	r.ReadLock()
	d.Synchronize()
}

// TestStallIsReported: who holds a grace period up, where it entered and for how
// long, without ending the wait.
func TestStallIsReported(t *testing.T) {
	defer SetStallTimeout(SetStallTimeout(time.Millisecond))
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		var told mem.Uint64
		stalls := make(chan Violation, 100)
		previous := OnViolation(func(v Violation) {
			select {
			case stalls <- v:
			default:
			}
			told.Store(1)
		})
		t.Cleanup(func() { OnViolation(previous) })
		var inside mem.Uint64
		var wg sync.WaitGroup
		wg.Go(func() {
			r := newReader()
			r.lock()
			inside.Store(1)
			if f.canYield {
				for n := 0; told.Load() == 0; n++ {
					mem.Spin(n)
				}
			} else { // pinned: with one P, nobody else runs
				for range 20_000_000 {
					if told.Load() != 0 {
						break
					}
					mem.Pause(1)
				}
			}
			r.unlock()
			r.leave()
		})
		for n := 0; inside.Load() == 0; n++ {
			mem.Spin(n)
		}
		d.Synchronize()
		wg.Wait()
		if told.Load() == 0 {
			t.Skip("the reader was not pre-empted, and nobody else had a processor")
		}
		v := <-stalls
		if v.Kind != StalledGracePeriod || v.For < time.Millisecond || len(v.Holders) != 1 {
			t.Fatalf("reported %v for %v, held by %d", v.Kind, v.For, len(v.Holders))
		}
		h := v.Holders[0]
		if h.Goroutine == v.Goroutine || h.For <= 0 || !strings.Contains(string(h.Stack), "debug_on_test.go") {
			t.Errorf("holder: goroutine %d for %v at\n%s", h.Goroutine, h.For, h.Stack)
		}
		if text := v.Error(); !strings.Contains(text, "stalled grace period ("+v.Domain+")") || !strings.Contains(text, "held by goroutine") {
			t.Errorf("told as:\n%s", text)
		}
	})
}

// TestRefusedWaitEndsWhatItBegan: an owner whose wait is refused by a panic is
// online again, and its queue goes on.
func TestRefusedWaitEndsWhatItBegan(t *testing.T) {
	d := NewClassic()
	r := d.Register()
	offline := 0
	c := NewCallbacks(d, Heads{}, Options{
		BeforeWait: func() { offline++ },
		AfterWait:  func() { offline-- },
	})
	calls := 0
	c.Add(new(Head).With(func(*Head) { calls++ }))
	token := r.ReadLock()
	mustPanic(t, "Barrier inside a section", c.Barrier)
	mustPanic(t, "SynchronizeExpedited inside a section", d.SynchronizeExpedited)
	r.ReadUnlock(token)
	if offline != 0 || d.urgent.Load() != 0 {
		t.Errorf("BeforeWait without AfterWait %d times, %d expedited callers left over", offline, d.urgent.Load())
	}
	c.Close()
	if calls != 1 {
		t.Errorf("%d functions called, want 1", calls)
	}
	r.Unregister()
}
