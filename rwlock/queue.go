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
	ticket := (w.Add(giveBackAndDraw)>>nextShift - 1) & ticketMask
	awaitTurn(w, ticket)
	// The served reader is counted before the writer is gone, so no other writer
	// can come between. The one that may hold the lock now was there before.
	w.Add(reader)
	// Acquire: pairs with the release in Unlock.
	for n := 0; w.Load()&writerLocked != 0; n++ {
		mem.Spin(n)
	}
	w.Add(serveNext(ticket))
}

// lockSlow gets a writer the lock through the queue.
//
// Source: Linux kernel/locking/qrwlock.c, queued_write_lock_slowpath.
//
//go:noinline
func lockSlow(w *mem.Uint64) {
	ticket := (w.Add(next)>>nextShift - 1) & ticketMask
	awaitTurn(w, ticket)
	// From here on readers that come go behind this writer: only those inside
	// and the writer inside are waited for.
	w.Add(writerWaiting)
	for n := 0; ; n++ {
		s := w.Load()
		for s&held == writerWaiting {
			// Acquire: pairs with the releases in Unlock and RUnlock. A failure
			// means that another field changed: try at once.
			if w.CompareAndSwap(s, s-writerWaiting+writerLocked+serveNext(ticket)) {
				return
			}
			s = w.Load()
		}
		mem.Spin(n)
	}
}

// awaitTurn waits until the ticket is served. The waiting starts anew, at its
// most eager, whenever the queue moves, so that a long queue doesn't put its
// head to sleep.
func awaitTurn(w *mem.Uint64, ticket uint64) {
	last := ticket
	for n := 0; ; n++ {
		now := w.Load() >> servedShift & ticketMask
		if now == ticket {
			return
		}
		if now != last {
			last, n = now, 0
		}
		mem.Spin(n)
	}
}

// serveNext returns what to add to the word so that the ticket after this one,
// which is being served, is served. The carry out of the field of the last
// number is taken from the field above it again.
func serveNext(ticket uint64) uint64 {
	if ticket == ticketMask {
		return minus(next - served)
	}
	return served
}
