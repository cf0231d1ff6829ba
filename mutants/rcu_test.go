//go:build mutants

package mutants

// Mistakes that others have published: each breaks here what was broken there.
// Hashes are those of the Linux kernel and, where it says so, of liburcu.
var publishedRCU = []mutant{
	{
		// fd6bc19d7676, "rcu: Fix missed wakeup of exp_wq waiters", N. Upadhyay, 2019:
		// whose queue is woken was told by the number after the next.
		name: "next-queue-is-woken", rule: 12, file: "rcu/gp.go",
		old: "	served, next := g.queue(Cookie(seq)), g.queue(Cookie(seq+2))\n",
		new: "	served, next := g.queue(Cookie(seq+2)), g.queue(Cookie(seq))\n",
		by:  []check{tests("rcu", "^TestNextIsDriven$")},
	},
	{
		// 85aad7cc4178, "rcu: Fix get_state_synchronize_rcu_full() GP-start detection",
		// P. McKenney, 2025: a cookie was taken from a number that did not say yet
		// that the grace period had begun.
		name: "number-after-the-beginning", rule: 7, file: "rcu/gp.go",
		old: "	g.seq.Store(g.seq.Load() + 1)\n	if debug {\n		g.watch.begin(g.sections)\n	}\n	g.flavour.begin()\n",
		new: "	if debug {\n		g.watch.begin(g.sections)\n	}\n	g.flavour.begin()\n	g.seq.Store(g.seq.Load() + 1)\n",
		by:  []check{tests("rcu", "^TestNumberIsOddBeforeTheReadersAreLookedAt$")},
	},
	{
		// 127e29815b4b, "rcu: Make rcu_barrier() account for offline no-CBs CPUs",
		// P. McKenney, 2020: queues were left out that had callbacks all the same.
		name: "barrier-skips-idle-shards", rule: 16, file: "rcu/barrier.go",
		old: "		heads[i].prepare(func(*Head) { left.Done() }, headBarrier)\n",
		new: "		if r.shards[i].empty() {\n			left.Done()\n			continue\n		}\n		heads[i].prepare(func(*Head) { left.Done() }, headBarrier)\n",
		by:  []check{tests("rcu", "^TestBarrierCoversARoundUnderWay$")},
	},
	{
		// 2996980e20b7, "rcu/nocb: Fix missed RCU barrier on deoffloading", Zqiang,
		// 2024: the thread parked without another look at its queue.
		name: "no-second-look", rule: 16, file: "rcu/callbacks_reclaimer.go",
		old: "	return r.empty() || !r.running.CompareAndSwap(0, 1)\n",
		new: "	return true\n",
		by:  []check{tests("rcu", "^TestReclaimerLooksAgain$")},
	},
	{
		// "srcu: Fix callbacks acceleration mishandling", F. Weisbecker, 2023, in the
		// series 20231003232903.7109-1-frederic@kernel.org: callbacks waited for a
		// grace period that nobody had asked for.
		name: "asks-for-nothing", rule: 21, file: "rcu/callbacks_flow.go",
		old: "	f.cookie = f.domain.StartPoll()\n",
		new: "	f.cookie = f.domain.GetState()\n",
		by:  []check{tests("rcu", "^TestPollAloneReclaims$")},
	},
	{
		// "kvfree_rcu: Release a page cache under memory pressure", Zhang Qiang, 2021,
		// in the series 20210308194950.12320-1-urezki@gmail.com.
		name: "pages-stay-under-pressure", rule: 20, file: "rcu/bulk_pages.go",
		old: "	if len(p.spare) >= p.keep || p.budget.exceeded() {\n",
		new: "	if len(p.spare) >= p.keep {\n",
		by:  []check{tests("rcu", "^TestPagesInUseAreGivenBack$")},
	},
	{
		// liburcu 2bc59bd, "Do two parity flip in the writer to fix race condition",
		// M. Desnoyers and P. McKenney, 2009: the stale mark of a stalled reader looks
		// new if the counter has one bit and the driver looks once.
		name: "counter-of-one-bit", rule: 8, file: "rcu/classic.go",
		old: "	now := d.number.Load() + 1\n",
		new: "	now := d.number.Load() ^ 1\n",
		by:  []check{tests("rcu", "^TestClassicStraggler$")},
	},
	{
		// liburcu 76f3022, "Fix deadlock in qsbr code", M. Desnoyers, 2009: "Readers
		// must go offline because they unregister."
		name: "leaves-online", rule: 15, file: "rcu/qsbr.go",
		old: "func (r *QSBRReader) Unregister() {\n	r.Offline()\n",
		new: "func (r *QSBRReader) Unregister() {\n",
		by:  []check{tests("rcu", "^TestLeaveDuringGracePeriod$")},
	},
	{
		// liburcu 4b5be3b, "urcu: fix multiple register/unregister assertion failure",
		// M. Desnoyers, 2010: the whole word was looked at instead of the depth.
		name: "rest-taken-for-a-section", rule: 15, file: "rcu/classic.go",
		old: "{ return r.mark.Load() == inside && r.domain != nil }",
		new: "{ return r.mark.Load() != 1 && r.domain != nil }",
		by:  []check{tests("rcu", "^TestHeldIsAboutSections$")},
	},
	{
		// liburcu c768e45, "call_rcu: fix futex-based wakeup", M. Desnoyers, 2011: who
		// added a callback did not see that the thread was about to sleep.
		name: "rests-without-a-fence", rule: 16, file: "rcu/callbacks_reclaimer.go",
		old: "	r.running.Store(0) // (3)\n",
		new: "	mem.StoreRelease(&r.running, 0) // (3)\n",
		by:  []check{machineCode("TestFencedPathsHaveTheirFence"), litmus("rcu", "^TestRestingReclaimerIsWoken$")},
	},
	{
		// liburcu ed1b099, "urcu: avoid false sharing for rcu_gp_ctr", Lai Jiangshan,
		// 2013.
		name: "counter-beside-the-driver", rule: 45, file: "rcu/qsbr.go",
		old: "	left []atomic.Pointer[QSBRReader] // what the grace period has not looked at\n\n	_       mem.Pad\n",
		new: "	left []atomic.Pointer[QSBRReader] // what the grace period has not looked at\n\n",
		by:  []check{tests("rcu", "^TestWordsKeepApart$")},
	},
	{
		// liburcu 9340c38, "Fix: high cpu usage in synchronize_rcu with long RCU
		// read-side C.S.", M. Desnoyers, 2014.
		name: "driver-never-sleeps", rule: 11, file: "rcu/gp.go",
		old: "			mem.Spin(n)\n		}\n	}\n	over = true\n",
		new: "			mem.Spin(n % 64)\n		}\n	}\n	over = true\n",
		by:  []check{tests("rcu", "^TestWaitingSleeps$")},
	},
	{
		// liburcu 51b98c3, "call_rcu: Fix race between rcu_barrier() and
		// call_rcu_data_free()", P. McKenney, 2020: a queue was taken for drained while
		// somebody was about to add to it.
		name: "closes-before-the-accepted", rule: 22, file: "rcu/barrier.go",
		old: "	for n := 0; r.Len() > 0 || r.running.Load() != 0; n++ {\n",
		new: "	for n := 0; r.running.Load() != 0; n++ {\n",
		by:  []check{tests("rcu", "^TestCloseWaitsForWhoWasAccepted$")},
	},
	{
		// liburcu a18d042, "Fix: urcu: futex wait: handle spurious futex wakeups",
		// M. Desnoyers, 2022: woken is not done.
		name: "woken-means-done", rule: 12, file: "rcu/gp.go",
		old: "	bump(&g.calls)\n	for !g.done(c) {\n",
		new: "	bump(&g.calls)\n	if !g.done(c) {\n",
		by:  []check{tests("rcu", "^TestNextIsDriven$")},
	},
}

// Orderings that no torture shows, and mistakes of our own.
var ownRCU = []mutant{
	{
		name: "cookie-without-a-fence", rule: 13, file: "rcu/poll.go",
		old: "	fullFence() // between the caller's unlink and the load: (A) in gp.go\n",
		new: "",
		by:  []check{litmus("rcu", "^TestCookieIsTakenBehindTheUnlink$"), machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		name: "number-without-a-fence", rule: 9, file: "rcu/gp.go",
		old: "func (g *gracePeriods) begin() {\n	g.seq.Store(g.seq.Load() + 1)\n",
		new: "func (g *gracePeriods) begin() {\n	mem.StoreRelease(&g.seq, g.seq.Load()+1)\n",
		by:  []check{litmus("rcu", "^TestCookieIsTakenBehindTheUnlink$"), machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		name: "entries-first", rule: 8, file: "rcu/srcu.go",
		old: "	exits := d.sumExits(set) // (5)\n	if d.sumEntries(set) != exits {\n		return false // surely not: spare the fence\n	}\n	if d.fenced {\n		fullFence()\n	} else if !d.heavyFence() { // (6)\n		return false\n	}\n	return d.sumEntries(set) == exits // (7)\n",
		new: "	entries := d.sumEntries(set)\n	if d.sumExits(set) != entries {\n		return false\n	}\n	if d.fenced {\n		fullFence()\n	} else if !d.heavyFence() {\n		return false\n	}\n	return d.sumExits(set) == entries\n",
		by:  []check{litmus("rcu", "^TestSRCUSumsExitsFirst$")},
	},
	{
		name: "sums-without-a-fence", rule: 8, file: "rcu/srcu.go",
		old: "	if d.fenced {\n		fullFence()\n	} else if !d.heavyFence() { // (6)\n",
		new: "	if !d.fenced && !d.heavyFence() { // (6)\n",
		by:  []check{machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		name: "turns-once", rule: 8, file: "rcu/srcu.go",
		old: "{ d.turned = false }",
		new: "{}",
		by:  []check{tests("rcu", "^TestSRCUStraggler$|^TestPipeAge$/^srcu")},
	},
	{
		name: "old-set-after-the-turn", rule: 8, file: "rcu/srcu.go",
		old: "	return d.drained(d.old)\n",
		new: "	return d.drained(d.index.Load() & 1)\n",
		by:  []check{tests("rcu", "^TestCookieInsideReader$/^srcu")},
	},
	{
		name: "shared-exits-uncounted", rule: 10, file: "rcu/srcu.go",
		old: "		d.shared[p%srcuShared].exits[set].Add(1)\n",
		new: "		d.shared[p%srcuShared].exits[d.index.Load()&1].Add(1)\n",
		by:  []check{tests("rcu", "^TestNeverIdle$/^srcu-fenced$|^TestSRCUMoreProcs$")},
	},
	{
		name: "wanted-goes-back", rule: 13, file: "rcu/poll.go",
		old: "		if int64(w-uint64(c)) >= 0 || g.wanted.CompareAndSwap(w, uint64(c)) {\n",
		new: "		if g.wanted.CompareAndSwap(w, uint64(c)) {\n",
		by:  []check{tests("rcu", "^TestWantedGoesForward$")},
	},
	{
		name: "wanted-is-compared", rule: 13, file: "rcu/poll.go",
		old: "	return int64(g.wanted.Load()-uint64(c)) >= 0\n",
		new: "	return g.wanted.Load() >= uint64(c)\n",
		by:  []check{tests("rcu", "^TestWantedGoesForward$|^TestCookieWrap$/^classic$")},
	},
	{
		name: "release-without-a-fence", rule: 19, file: "rcu/callbacks_throttle.go",
		old: "	fullFence()\n	return r.waiters.Load() > 0\n",
		new: "	return r.waiters.Load() > 0\n",
		by:  []check{litmus("rcu", "^TestThrottledCallerIsSeen$"), machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		name: "looks-before-it-is-counted", rule: 19, file: "rcu/callbacks_throttle.go",
		old: "	r.waiters.Add(1)\n	end := r.queued()\n	r.mu.Lock()\n	for r.Len() > r.opts.HighWater && r.invoked() < end {\n",
		new: "	end := r.queued()\n	r.mu.Lock()\n	for r.Len() > r.opts.HighWater && r.invoked() < end {\n		r.waiters.Add(1)\n",
		by:  []check{litmus("rcu", "^TestThrottledCallerIsWoken$")},
	},
	{
		name: "throttled-for-ever", rule: 19, file: "rcu/callbacks_throttle.go",
		old: " && r.invoked() < end {\n",
		new: " && end > 0 {\n",
		by:  []check{tests("rcu", "^TestThrottledCallerIsNotHeldByReposts$")},
	},
	{
		name: "owner-throttled-for-ever", rule: 19, file: "rcu/callbacks_flow.go",
		old: "f.length() > f.opts.HighWater && f.invoked.Load() < end; {\n",
		new: "f.length() > f.opts.HighWater && end > 0; {\n",
		by:  []check{tests("rcu", "^TestCallbackThatRepostsStopsAtClose$")},
	},
	{
		name: "due-beyond-the-mark", rule: 19, file: "rcu/callbacks_flow.go",
		old: "	after = max(1, min(after, f.opts.HighWater+1-f.length()))\n",
		new: "	after = max(1, after)\n",
		by:  []check{tests("rcu", "^TestFloodIsBounded$")},
	},
	{
		name: "wakes-before-it-pushes", rule: 16, file: "rcu/callbacks_reclaimer.go",
		old: "	s.push(h)\n	r.wake(r.opts.Lazy > 0 && r.Len() >= r.opts.Gather)\n",
		new: "	r.wake(r.opts.Lazy > 0 && r.Len() >= r.opts.Gather)\n	s.push(h)\n",
		by:  []check{litmus("rcu", "^TestRestingReclaimerIsWoken$")},
	},
	{
		name: "backs-off-when-pinned", rule: 5, file: "rcu/callbacks_shard.go",
		old: "		if s.newest.CompareAndSwap(h.next, h) { // (1)\n			return\n		}\n",
		new: "		if s.newest.CompareAndSwap(h.next, h) { // (1)\n			return\n		}\n		mem.Spin(64)\n",
		by:  []check{tests("rcu", "^TestPromisedFunctionsTakeNoLock$")},
	},
	{
		name: "poll-takes-the-lock", rule: 14, file: "rcu/poll.go",
		old: "	if !g.mu.TryLock() {\n		return false\n	}\n",
		new: "	g.mu.Lock()\n",
		by:  []check{tests("rcu", "^TestPromisedFunctionsTakeNoLock$")},
	},
	{
		name: "poll-blocks-after-a-refusal", rule: 14, file: "rcu/poll.go",
		old: "		if g.blocking.Load() != 0 { // since a moment ago: see heavyFence\n			return\n		}\n",
		new: "",
		by:  []check{tests("rcu", "^TestMembarrierRefusedLater$")},
	},
	{
		name: "nobody-helps-after-a-refusal", rule: 13, file: "rcu/poll.go",
		old: "		g.callHelper() // the domain may not have been blocking at StartPoll\n",
		new: "",
		by:  []check{tests("rcu", "^TestMembarrierRefusedLater$")},
	},
	{
		name: "no-fence-after-a-refusal", rule: 9, file: "rcu/gp.go",
		old: "	mem.StopTheWorld()\n	return true\n",
		new: "	return true\n",
		by:  []check{machineCode("TestHeavyFencesOnAMD64")},
	},
	{
		name: "owed-fence-forgotten", rule: 9, file: "rcu/classic.go",
		old: "	if d.owed {\n		if d.owed = !d.heavyFence(); d.owed {\n			return false\n		}\n	}\n",
		new: "",
		by:  []check{tests("rcu", "^TestOwedFenceIsPaid$")},
	},
	{
		name: "refusal-panics", rule: 9, file: "internal/mem/membarrier_linux.go",
		old: "	refusal.Store(uint64(errno))\n	return false\n",
		new: "	panic(errno)\n",
		by:  []check{tests("internal/mem", "^TestRefusedAfterRegistration$"), tests("rcu", "^TestMembarrierRefusedLater$")},
	},
	{
		name: "refusal-forgotten", rule: 9, file: "internal/mem/membarrier_linux.go",
		old: "	refusal.Store(uint64(errno))\n",
		new: "",
		by:  []check{tests("internal/mem", "^TestRefusedAfterRegistration$")},
	},
	{
		name: "second-round-does-not-wait", rule: 21, file: "rcu/callbacks_reclaimer.go",
		old: "		r.over = false\n",
		new: "",
		by:  []check{tests("rcu", "^TestReclaimerWaitsForAWholeGracePeriod$")},
	},
	{
		name: "over-before-it-is", rule: 21, file: "rcu/callbacks_reclaimer.go",
		old: "		r.domain.Synchronize()\n		r.over = true\n",
		new: "		r.over = true\n		r.domain.Synchronize()\n",
		by:  []check{tests("rcu", "^TestRoundIsNotCutShort$")},
	},
	{
		name: "goroutine-ends-for-good", rule: 16, file: "rcu/callbacks_reclaimer.go",
		old: "		if !resting { // a function has ended the goroutine\n			go r.run()\n		}\n",
		new: "		_ = resting\n",
		by:  []check{tests("rcu", "^TestReclaimerOutlivesItsGoroutine$")},
	},
	{
		name: "ended-function-uncounted", rule: 19, file: "rcu/callbacks_reclaimer.go",
		old: "	r.settle()\n	for !resting {\n",
		new: "	r.inHand = nil\n	for !resting {\n",
		by:  []check{tests("rcu", "^TestReclaimerOutlivesItsGoroutine$")},
	},
	{
		name: "link-read-after-the-call", rule: 16, file: "rcu/callbacks_reclaimer.go",
		old: "		r.taken[shard] = h.next\n		fn, counted := h.detach()\n		if counted {\n			r.inHand = &r.shards[shard]\n		}\n		fn(h)\n",
		new: "		fn, counted := h.detach()\n		if counted {\n			r.inHand = &r.shards[shard]\n		}\n		fn(h)\n		r.taken[shard] = h.next\n",
		by:  []check{tests("rcu", "^TestReclaimerCallsEachFunctionOnce$")},
	},
	{
		name: "driver-ends-for-good", rule: 12, file: "rcu/gp.go",
		old: "		if !over {\n			g.abandon()\n		}\n",
		new: "		_ = over\n",
		by:  []check{tests("rcu", "^TestDriverMayEnd$")},
	},
	{
		name: "abandons-in-silence", rule: 12, file: "rcu/gp.go",
		old: "		g.queues[i].Broadcast()\n",
		new: "		_ = i\n",
		by:  []check{tests("rcu", "^TestDriverMayEnd$")},
	},
	{
		name: "helper-ends-for-good", rule: 13, file: "rcu/poll.go",
		old: "		if !over { // the function of OnViolation has ended the goroutine\n			go g.help()\n		}\n",
		new: "		_ = over\n",
		by:  []check{tests("rcu", "^TestHelperMayEnd$")},
	},
	{
		name: "owner-still-running", rule: 16, file: "rcu/callbacks_flow.go",
		old: "	defer func() { f.running = false }()\n	reclaim()\n",
		new: "	reclaim()\n	f.running = false\n",
		by:  []check{tests("rcu", "^TestOwnerOutlivesItsCallbacks$")},
	},
	{
		name: "owner-counts-what-returned", rule: 19, file: "rcu/callbacks.go",
		old: "	defer c.settle()\n",
		new: "	c.inHand = false\n",
		by:  []check{tests("rcu", "^TestOwnerOutlivesItsCallbacks$")},
	},
	{
		name: "page-lost-with-a-callback", rule: 20, file: "rcu/bulk.go",
		old: "		defer b.pages.give(page)\n	}\n	b.free(page[len(page)-n:])\n",
		new: "	}\n	b.free(page[len(page)-n:])\n	if n == len(page) {\n		b.pages.give(page)\n	}\n",
		by:  []check{tests("rcu", "^TestPagesComeBackFromCallbacks$")},
	},
	{
		name: "offline-after-a-refusal", rule: 15, file: "rcu/callbacks_flow.go",
		old: "	if f.opts.AfterWait != nil {\n		defer f.opts.AfterWait() // also when the checked mode panics\n	}\n	wait()\n",
		new: "	wait()\n	if f.opts.AfterWait != nil {\n		f.opts.AfterWait()\n	}\n",
		by:  []check{tests("rcu", "^TestRefusedWaitEndsWhatItBegan$").checked()},
	},
	{
		name: "head-lost-with-its-goroutine", rule: 20, file: "rcu/callbacks_throttle.go",
		old: "	fn := h.fn\n	h.release()\n	fn()\n",
		new: "	h.fn()\n	h.release()\n",
		by:  []check{tests("rcu", "^TestRetireGivesItsHeadBack$")},
	},
	{
		name: "accepts-after-close", rule: 22, file: "rcu/callbacks_shard.go",
		old: "		if q&shardClosed != 0 {\n			return 0, false\n		}\n",
		new: "",
		by:  []check{tests("rcu", "^TestCloseWaitsForWhoWasAccepted$")},
	},
	{
		name: "lingers-at-the-end", rule: 22, file: "rcu/callbacks_reclaimer.go",
		old: " && !r.shards[0].closed() {\n",
		new: " {\n",
		by:  []check{tests("rcu", "^TestCloseWaitsForWhoWasAccepted$")},
	},
	{
		name: "barrier-in-no-hurry", rule: 16, file: "rcu/barrier.go",
		old: "	r.wake(true)\n",
		new: "	r.wake(false)\n",
		by:  []check{tests("rcu", "^TestReclaimerIsLazy$")},
	},
	{
		name: "counts-the-closing", rule: 19, file: "rcu/callbacks_shard.go",
		old: "{ return s.queued.Load() &^ shardClosed }",
		new: "{ return s.queued.Load() }",
		by:  []check{tests("rcu", "^TestCloseWaitsForWhoWasAccepted$")},
	},
	{
		name: "idle-after-the-call", rule: 17, file: "rcu/head.go",
		old: "	return fn, h.state.Swap(headIdle) == headWaiting\n",
		new: "	return func(h *Head) { fn(h); h.state.Store(headIdle) }, h.state.Load() == headWaiting\n",
		by:  []check{tests("rcu", "^TestReclaimerCallbackThatReposts$")},
	},
	{
		name: "used-after-unregister", rule: 15, file: "rcu/classic.go",
		old: "		if r.domain == nil {\n			panic(unregisteredClassic)\n		}\n",
		new: "",
		by:  []check{tests("rcu", "^TestUnregisteredClassicReader$")},
	},
	{
		name: "fast-after-unregister", rule: 15, file: "rcu/classic.go",
		old: "	r.next.Store(everSeen) // so that",
		new: "	// so that",
		by:  []check{tests("rcu", "^TestUnregisteredClassicReader$")},
	},
	{
		name: "gone-and-waited-for", rule: 15, file: "rcu/classic.go",
		old: "	r.seen.Store(everSeen) // for a driver",
		new: "	// for a driver",
		by:  []check{tests("rcu", "^TestLeaveDuringGracePeriod$")},
	},
	{
		name: "qsbr-used-after-unregister", rule: 15, file: "rcu/qsbr.go",
		old: "		r.domain, r.counter = nil, nil\n",
		new: "		r.domain = nil\n",
		by:  []check{tests("rcu", "^TestUnregisteredQSBRReader$")},
	},
	{
		name: "nested-entry-is-new", rule: 10, file: "rcu/classic.go",
		old: "		if m != inside {\n			m = r.next.Load() // (2): the compiler may put the first load behind some of (4)\n			r.seen.Store(m)   // (3)\n",
		new: "		r.seen.Store(r.next.Load())\n		if m != inside {\n			m = r.next.Load() // (2): the compiler may put the first load behind some of (4)\n",
		by:  []check{tests("rcu", "^TestNestedEntryIsNotNew$/^classic$")},
	},
	{
		name: "fence-once", rule: 9, file: "rcu/classic.go",
		old: "			m = m&^fencedBit + 1\n",
		new: "			m++\n",
		by:  []check{tests("rcu", "^TestFencedReaderStaysFenced$")},
	},
	{
		name: "first-entry-without-fence", rule: 9, file: "rcu/classic.go",
		old: "	r.mark.Store(1) // any number is news\n",
		new: "	r.mark.Store(everSeen)\n",
		by:  []check{tests("rcu", "^TestFencedReaderStaysFenced$")},
	},
	{
		name: "patience-with-everybody", rule: 11, file: "rcu/classic.go",
		old: "r.mark.Load() != inside || r.seen.Load() >= now })",
		new: "r.mark.Load() != inside && now > 0 })",
		by:  []check{tests("rcu", "^TestReentryHoldsNobodyUp$/^classic")},
	},
	{
		name: "older-numbers-look-new", rule: 8, file: "rcu/classic.go",
		old: "r.mark.Load() != inside || r.seen.Load() >= now })",
		new: "r.mark.Load() != inside || r.seen.Load() != now-1 })",
		by:  []check{tests("rcu", "^TestClassicStraggler$")},
	},
	{
		name: "expedited-is-patient", rule: 11, file: "rcu/classic.go",
		old: "d.urgent.Load() == 0 && d.allEnterAgain() {\n",
		new: "d.allEnterAgain() {\n",
		by:  []check{tests("rcu", "^TestExpeditedFencesAtOnce$")},
	},
	{
		name: "expedited-gathers", rule: 12, file: "rcu/gather.go",
		old: "		if g.urgent.Load() != 0 || time.Since(start) > gatherTime {\n",
		new: "		if time.Since(start) > gatherTime {\n",
		by:  []check{tests("rcu", "^TestExpeditedWaitsForNobody$")},
	},
	{
		name: "places-are-lost", rule: 15, file: "rcu/registry.go",
		old: "	g.free = append(g.free, place)\n	g.count",
		new: "	g.count",
		by:  []check{tests("rcu", "^TestRegistry$")},
	},
	{
		name: "offline-when-the-number-wraps", rule: 15, file: "rcu/qsbr.go",
		old: "	if now == qsbrOffline {\n		now++\n	}\n",
		new: "",
		by:  []check{tests("rcu", "^TestQSBRCounterSkipsOffline$")},
	},
	{
		name: "synchronizes-as-a-reader", rule: 15, file: "rcu/qsbr.go",
		old: "	if online {\n		r.Offline()\n	}\n	r.domain",
		new: "	r.domain",
		by:  []check{tests("rcu", "^TestQSBRNesting$")},
	},
	{
		name: "stop-is-a-stall", rule: 14, file: "rcu/debug_stall.go",
		old: "	p.spent += min(t.Sub(p.looked), p.timeout/10)\n",
		new: "	p.spent += t.Sub(p.looked)\n",
		by:  []check{tests("rcu", "^TestStopIsNoStall$/^classic$").checked()},
	},
	{
		name: "progress-is-a-stall", rule: 14, file: "rcu/debug_stall.go",
		old: "	if n := len(holders); n < w.waiting {\n",
		new: "	if n := len(holders); n < 0 {\n",
		by:  []check{tests("rcu", "^TestStallIsToldOnTime$").checked()},
	},
	{
		name: "stall-told-each-time", rule: 14, file: "rcu/debug_stall.go",
		old: "	w.limit = 3 * w.spent\n",
		new: "",
		by:  []check{tests("rcu", "^TestStallIsToldOnTime$").checked()},
	},
	{
		name: "latecomers-stall", rule: 14, file: "rcu/debug_on.go",
		old: "			if id <= last {\n",
		new: "			if id <= last+1<<32 {\n",
		by:  []check{tests("rcu", "^TestStallIsToldOnTime$").checked()},
	},
	{
		name: "pages-keep-handles", rule: 20, file: "rcu/bulk.go",
		old: "	b.closePage()\n	b.waiting.join(b.links, &b.next)\n",
		new: "	b.waiting.join(b.links, &b.next)\n",
		by:  []check{tests("rcu", "^TestBulkFallsBackToTheChain$|^TestCallbackThatRepostsStopsAtClose$")},
	},
	{
		name: "ripens-what-has-no-cookie", rule: 21, file: "rcu/callbacks.go",
		old: "{ c.done.join(c.links, &c.waiting) }",
		new: "{ c.done.join(c.links, &c.waiting); c.done.join(c.links, &c.next) }",
		by:  []check{tests("rcu", "^TestSnapshotCoversAllWhoJoined$")},
	},
	{
		name: "bulk-ripens-what-has-no-cookie", rule: 21, file: "rcu/bulk.go",
		old: "{ b.done.join(b.links, &b.waiting) }",
		new: "{ b.done.join(b.links, &b.waiting); b.done.join(b.links, &b.next) }",
		by:  []check{tests("rcu", "^TestSnapshotCoversAllWhoJoined$")},
	},
	{
		name: "budget-leaks", rule: 20, file: "rcu/bulk_pages.go",
		old: "	b.give()\n	return false\n",
		new: "	return false\n",
		by:  []check{tests("rcu", "^TestBulkFallsBackToTheChain$")},
	},
	{
		name: "helper-drives-too", rule: 12, file: "rcu/poll.go",
		old: "			if g.driving {\n				g.sleep(c)\n				continue\n			}\n",
		new: "",
		by:  []check{tests("rcu", "^TestHelperWaitsForTheDriver$")},
	},
	{
		name: "poll-drives-too", rule: 12, file: "rcu/poll.go",
		old: "	if !g.driving && g.blocking.Load() == 0 {\n",
		new: "	if g.blocking.Load() == 0 {\n",
		by:  []check{tests("rcu", "^TestPollBesideWaiter$")},
	},
	{
		name: "expedites-the-patient", rule: 12, file: "rcu/gp.go",
		old: "	if g.urgent.Load() != 0 {\n		bump(&g.expedited)\n",
		new: "	if g.urgent.Load() == 0 {\n		bump(&g.expedited)\n",
		by:  []check{tests("rcu", "^TestExpeditedFencesAtOnce$")},
	},
	{
		name: "looks-for-company-always", rule: 12, file: "rcu/gp.go",
		old: "g.flavour, g.sections, g.explore = f, sections, exploreMin",
		new: "g.flavour, g.sections, g.explore = f, sections, 0",
		by:  []check{tests("rcu", "^TestLoneDriverLooksSeldom$")},
	},
	{
		name: "store-for-a-fence", rule: 9, file: "rcu/seq.go",
		old: "	w.Store(1)\n",
		new: "	mem.StoreRelease(&w, 1)\n",
		by:  []check{litmus("rcu", "^TestCookieIsTakenBehindTheUnlink$"), machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		name: "last-reader-is-forgotten", rule: 6, file: "rcu/classic.go",
		old: "	for ; len(d.left) > 0; d.left = d.left[1:] {\n		if r := d.left[0].Load(); r != nil",
		new: "	for ; len(d.left) > 0; d.left = d.left[1:] {\n		if r := d.left[0].Load(); r != nil && len(d.left) > 1",
		by:  []check{tests("rcu", "^TestJoinDuringGracePeriod$|^TestEveryPlaceIsLookedAt$")},
	},
	{
		name: "completed-is-a-number", rule: 13, file: "rcu/seq.go",
		old: "	return c == Completed || ",
		new: "	return ",
		by:  []check{tests("rcu", "^TestSequence$")},
	},
}
