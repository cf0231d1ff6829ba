package rwlock

import "readmostly/internal/mem"

// rlockSlow takes back the count of a reader that came too late and gets it the
// lock through the queue.
//
// Source: Linux kernel/locking/qrwlock.c, queued_read_lock_slowpath.
//
//go:noinline
func rlockSlow(w *mem.Uint64) {
	const giveBackAndDraw = uint64(next) - reader
	s := w.Add(giveBackAndDraw)
	if s&asleep != 0 {
		readerLeft(w, s)
	}
	ticket := (s>>nextShift - 1) & ticketMask
	if s>>servedShift&ticketMask != ticket {
		awaitTurn(w, ticket)
	}
	// The served reader is counted before the writer is gone, so no other writer
	// can come between. The one that may hold the lock now was there before.
	w.Add(reader)
	awaitFree(w, ticket, writerLocked)
	moveUp(w, (ticket+1)&ticketMask, w.Add(serveNext(ticket)))
}

// lockSlow gets a writer the lock through the queue.
//
// Source: Linux kernel/locking/qrwlock.c, queued_write_lock_slowpath.
//
//go:noinline
func lockSlow(w *mem.Uint64) {
	s := w.Add(next)
	ticket := (s>>nextShift - 1) & ticketMask
	if s>>servedShift&ticketMask != ticket {
		awaitTurn(w, ticket)
	}
	// From here on readers that come go behind this writer: only those inside
	// and the writer inside are waited for.
	w.Add(writerWaiting)
	for {
		s = awaitFree(w, ticket, writerLocked|readers)
		had := s - writerWaiting + writerLocked + serveNext(ticket)
		// Acquire: pairs with the releases in Unlock and RUnlock. A failure
		// means that another field changed: look again at once.
		if w.CompareAndSwap(s, had) {
			moveUp(w, (ticket+1)&ticketMask, had)
			return
		}
	}
}

// awaitTurn waits until the ticket is served. Who is next reads the word in a loop,
// as the one being served does: so its turn costs those before it no store, and
// two who take turns at the lock share nothing but its word. Those behind wait in
// their places until they are next, where their patience does not begin anew, as
// with few cores they keep one from the holder.
func awaitTurn(w *mem.Uint64, ticket uint64) {
	p, n := placeOf(w, ticket), 0
	for {
		calls := p.calls.Load() // before the look at the word: a call behind it is not missed
		if ahead(w.Load(), ticket) <= 1 {
			break
		}
		n = p.await(calls, n)
	}
	served := func() bool { return ahead(w.Load(), ticket) == 0 }
	for ; !served(); n++ {
		if !mem.TrySpin(n) {
			p.sleep(served)
			n = -1
		}
	}
}

// ahead returns how many tickets are to be served before that one, by the word s.
func ahead(s, ticket uint64) uint64 { return (ticket - s>>servedShift) & ticketMask }

// awaitFree returns the word once it has none of the bits of busy. The holder of
// the ticket being served alone calls it. It reads the word in a loop for a while
// before it asks to be called.
//
// Acquire: the load that sees the bits gone pairs with the release in Unlock and
// RUnlock.
func awaitFree(w *mem.Uint64, ticket, busy uint64) uint64 {
	for n := 0; ; n++ {
		s := w.Load()
		if s&busy == 0 {
			return s
		}
		if mem.TrySpin(n) {
			continue
		}
		p := placeOf(w, ticket)
		calls := p.calls.Load()
		// Whoever changes the word after this one finds the bit in it, and calls
		// if that frees the lock.
		if s = w.Load(); s&busy != 0 && w.CompareAndSwap(s, s|asleep) {
			p.sleep(func() bool { return p.calls.Load() != calls })
			w.And(^uint64(asleep))
			n = -1
		}
	}
}

// moveUp tells the queue that the word became s, which serves the ticket: it wakes
// who holds that one, if it sleeps, and calls who is next, if that one was drawn.
//
// Ordering: the word has changed before moveUp looks who sleeps: see [place.sleep].
func moveUp(w *mem.Uint64, ticket, s uint64) {
	waiting := (s>>nextShift - ticket) & ticketMask
	if waiting > 0 {
		placeOf(w, ticket).wakeAll()
	}
	if waiting > 1 {
		placeOf(w, (ticket+1)&ticketMask).call()
	}
}

// readerLeft calls the head of the queue, which sleeps, if the lock became free
// when a reader left and the word became s.
func readerLeft(w *mem.Uint64, s uint64) {
	if s&(writerLocked|readers) == 0 {
		placeOf(w, s>>servedShift&ticketMask).call()
	}
}

//go:noinline
func runlockSlow(w *mem.Uint64, s uint64) {
	if s&missing != 0 {
		panic("rwlock: RUnlock without RLock")
	}
	readerLeft(w, s)
}

//go:noinline
func unlockSlow(w *mem.Uint64, s uint64) {
	if s&writerLocked != 0 {
		panic("rwlock: Unlock without Lock")
	}
	placeOf(w, s>>servedShift&ticketMask).call()
}

// serveNext returns what to add to the word so that the ticket after this one,
// which is being served, is served. The carry out of the field of the last
// number is taken from the field above it again.
func serveNext(ticket uint64) uint64 {
	if ticket == ticketMask {
		return 1<<64 - (next - served)
	}
	return served
}
