package rcu

// Polling keeps the promise of StartPoll without a goroutine of its own: a
// grace period may stay open between calls, each Poll scans on from where the
// last one stopped, and a Synchronize that comes by finishes it. A cookie that
// nobody polls and nobody waits for needs no grace period at all.
//
// Poll may be called inside a section, even of a pinned reader, so it takes the
// lock only if it is free. Where finding out takes waiting (stopping the world),
// a helper goroutine does it and exits when nothing more is wanted.

// GetState returns a cookie: see [Domain].
func (g *gracePeriods) GetState() Cookie {
	fullFence() // between the caller's unlink and the load: (A) in gp.go
	return seqSnap(g.seq.Load())
}

// StartPoll returns a cookie and requests its grace period: see [Domain].
func (g *gracePeriods) StartPoll() Cookie {
	c := g.GetState()
	g.want(c)
	if g.blocking.Load() != 0 {
		g.callHelper()
	}
	return c
}

// want notes that c is requested, unless a later cookie is: this caller may have
// stalled since it took c.
func (g *gracePeriods) want(c Cookie) {
	for !g.isWanted(c) {
		w := g.wanted.Load()
		if int64(w-uint64(c)) < 0 && g.wanted.CompareAndSwap(w, uint64(c)) {
			return
		}
	}
}

func (g *gracePeriods) callHelper() {
	if g.helper.CompareAndSwap(0, 1) {
		go g.help()
	}
}

// Poll reports whether the cookie is done: see [Domain].
func (g *gracePeriods) Poll(c Cookie) bool {
	if g.done(c) {
		return true
	}
	if !g.isWanted(c) {
		return false
	}
	if g.blocking.Load() != 0 {
		g.callHelper() // the domain may not have been blocking at StartPoll
		return false
	}
	if !g.mu.TryLock() {
		return false
	}
	defer g.mu.Unlock() // also if the function of OnViolation does not return
	if !g.driving && g.blocking.Load() == 0 {
		g.step()
		// The one just ended may have been under way when the cookie was
		// taken: begin the one that counts, so that polls in a row get there.
		if g.seq.Load()&seqInProgress == 0 && !g.done(c) {
			g.step()
		}
	}
	return g.done(c)
}

// isWanted reports whether StartPoll asked for c or a later one.
func (g *gracePeriods) isWanted(c Cookie) bool {
	return int64(g.wanted.Load()-uint64(c)) >= 0
}

// step does what can be done without waiting. mu is held and nobody drives.
func (g *gracePeriods) step() {
	if g.seq.Load()&seqInProgress == 0 {
		g.begin()
		if g.blocking.Load() != 0 { // since a moment ago: see heavyFence
			return
		}
	}
	if g.flavour.quiet() {
		g.end()
		bump(&g.polled)
	} else if debug {
		g.watch.check(g.sections)
	}
}

// help runs grace periods until none is wanted.
func (g *gracePeriods) help() {
	over := false
	defer func() {
		if !over { // the function of OnViolation has ended the goroutine
			go g.help()
		}
	}()
	for {
		g.mu.Lock()
		for {
			c := Cookie(g.wanted.Load())
			if g.done(c) {
				break
			}
			if g.driving {
				g.sleep(c)
				continue
			}
			g.drive()
			bump(&g.polled)
		}
		g.mu.Unlock()
		g.helper.Store(0)
		// A StartPoll that still saw the helper left its wish in wanted before.
		if g.done(Cookie(g.wanted.Load())) || !g.helper.CompareAndSwap(0, 1) {
			over = true
			return
		}
	}
}
