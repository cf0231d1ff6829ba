package rwlock

import (
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// sleeps reports whether somebody sleeps in the ticket's place.
func sleeps(w *mem.Uint64, ticket uint64) bool { return placeOf(w, ticket).asleep.Load() != nil }

// TestSleepersAreWoken: who leaves the lock wakes the head of the queue, and the
// head, once it has the lock, whoever is next. Nobody would wake by himself.
func TestSleepersAreWoken(t *testing.T) {
	type use struct {
		name         string
		enter, leave func(*mem.Uint64)
	}
	read, write := use{"reader", RLock, RUnlock}, use{"writer", Lock, Unlock}
	for _, tc := range [][3]use{{read, write, read}, {read, write, write}, {write, read, write}, {write, write, read}, {write, read, read}} {
		t.Run(tc[0].name+" inside, "+tc[1].name+" and "+tc[2].name+" asleep", func(t *testing.T) {
			var w mem.Uint64
			var wg sync.WaitGroup
			tc[0].enter(&w)
			wg.Go(func() { tc[1].enter(&w); tc[1].leave(&w) })
			await(func() bool { return w.Load()&asleep != 0 && sleeps(&w, 0) })
			wg.Go(func() { tc[2].enter(&w); tc[2].leave(&w) })
			await(func() bool { return sleeps(&w, 1) })
			tc[0].leave(&w)
			wg.Wait()
			if s := w.Load(); s&(held|asleep) != 0 || queued(s) {
				t.Errorf("word %#x at the end", s)
			}
		})
	}
}

// TestLateReaderWakes: a reader that comes too late and is the last to take back
// its count wakes the writer that sleeps.
func TestLateReaderWakes(t *testing.T) {
	var w mem.Uint64
	var wg sync.WaitGroup
	RLock(&w)
	wg.Go(func() { Lock(&w); Unlock(&w) })
	await(func() bool { return w.Load()&asleep != 0 && sleeps(&w, 0) })
	w.Add(reader) // comes
	RUnlock(&w)   // wakes nobody
	if !sleeps(&w, 0) {
		t.Error("the writer was woken while a reader was counted")
	}
	rlockSlow(&w)
	RUnlock(&w)
	wg.Wait()
}

// TestCallBeforeSleep: a call that came between the look at the place and falling
// asleep is not missed.
func TestCallBeforeSleep(t *testing.T) {
	var p place
	calls := p.calls.Load()
	p.call()
	p.sleep(func() bool { return p.calls.Load() != calls })
	if p.asleep.Load() != nil {
		t.Error("somebody is left in the list")
	}
}

// TestServedBeforeSleep: the turn of who is next is not missed if it comes between
// the look at the word and falling asleep.
func TestServedBeforeSleep(t *testing.T) {
	w := new(mem.Uint64)
	const ticket = 1
	p := placeOf(w, ticket)
	w.Store(2*next + served) // two tickets were drawn, and the second is served
	moveUp(w, ticket, w.Load())
	p.sleep(func() bool { return ahead(w.Load(), ticket) == 0 })
	if sleeps(w, ticket) {
		t.Error("somebody is left in the list")
	}
}

// TestWhoIsCalled: when a ticket is served, the next is called and nobody else. So
// where no more than two wait, nobody writes to a place, and whoever is next when it
// comes has its turn uncalled.
func TestWhoIsCalled(t *testing.T) {
	w := new(mem.Uint64)
	const drawn = 4
	var served [drawn]chan bool
	for ticket := range uint64(drawn) {
		w.Add(next)
		served[ticket] = make(chan bool)
		go func() {
			awaitTurn(w, ticket)
			close(served[ticket])
		}()
	}
	calls := func() (n [drawn + 1]uint64) {
		for ticket := range n {
			n[ticket] = placeOf(w, uint64(ticket)).calls.Load()
		}
		return n
	}
	before := calls()
	for ticket := range uint64(drawn) {
		if ticket > 0 {
			moveUp(w, ticket, w.Add(serveNext(ticket-1)))
		}
		<-served[ticket]
		want := before
		for k := uint64(2); k <= ticket+1 && k < drawn; k++ {
			want[k]++
		}
		if got := calls(); got != want {
			t.Errorf("ticket %d is served: calls %v, want %v", ticket, got, want)
		}
	}
}

// TestTwoInOnePlace: those who meet in a place are all woken, and may meet again.
func TestTwoInOnePlace(t *testing.T) {
	const sleepers, rounds = 4, 500
	var p place
	var round mem.Uint64
	var wg sync.WaitGroup
	for range sleepers {
		wg.Go(func() {
			for {
				calls := p.calls.Load()
				if round.Load() == rounds {
					return
				}
				p.sleep(func() bool { return p.calls.Load() != calls })
			}
		})
	}
	for range rounds {
		await(func() bool { return p.asleep.Load() != nil })
		round.Add(1)
		p.call()
	}
	wg.Wait()
}

var inARow mem.Uint64

// TestPlacesInARow: holders of tickets in a row wait in places of their own.
func TestPlacesInARow(t *testing.T) {
	w := &inARow // on a stack it would move
	seen := map[*place]bool{}
	for ticket := range uint64(len(places)) {
		seen[placeOf(w, ticket)] = true
	}
	if len(seen) != len(places) {
		t.Errorf("%d tickets in a row share %d places", len(places), len(seen))
	}
}
