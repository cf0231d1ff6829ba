//go:build mutants

package mutants

// Rules 6 to 15.
var gracePeriods = []mutant{
	{
		name: "waits-for-nobody", rule: 6, file: "rcu/classic.go",
		old: "	return len(d.left) == 0\n",
		new: "	return true\n",
		by:  []check{tests("rcu", "^TestPipeAge$/^classic$")},
	},
	{
		name: "stops-nobody", rule: 6, file: "rcu/sched.go",
		old: "	mem.StopTheWorld()\n",
		new: "	mem.Spin(64)\n",
		by:  []check{tests("rcu", "^TestSchedWaitsForThePinned$/^Synchronize$")},
	},
	{
		name: "qsbr-stale-counter", rule: 6, file: "rcu/qsbr.go",
		old: "w != now && w != qsbrOffline {",
		new: "w != now && w != now-1 && w != qsbrOffline {",
		by:  []check{tests("rcu", "^TestPipeAge$/^qsbr$")},
	},
	{
		name: "under-way-counts", rule: 7, file: "rcu/seq.go",
		old: "	return Cookie((seq + 2*seqInProgress + 1) &^ seqInProgress)\n",
		new: "	return Cookie((seq + seqInProgress + 1) &^ seqInProgress)\n",
		by:  []check{tests("rcu", "TestUnderWayDoesNotCount")},
	},
	{
		name: "one-flip", rule: 8, file: "rcu/srcu.go",
		old: "		if !d.drained(d.old ^ 1) {\n			return false\n		}\n",
		new: "",
		by:  []check{tests("rcu", "TestSRCUStraggler")},
	},
	{
		name: "no-heavy-fence", rule: 9, file: "rcu/classic.go",
		old: "	d.owed = !d.heavyFence() // (9)\n",
		new: "",
		by:  []check{litmus("rcu", "^TestFenceReachesReaders$/^classic$"), machineCode("TestHeavyFencesOnAMD64")},
	},
	{
		name: "srcu-no-heavy-fence", rule: 9, file: "rcu/srcu.go",
		old: " else if !d.heavyFence() { // (6)\n		return false\n	}\n",
		new: "\n",
		by:  []check{litmus("rcu", "^TestFenceReachesReaders$/^srcu$"), machineCode("TestHeavyFencesOnAMD64")},
	},
	{
		name: "fenced-without-fence", rule: 9, file: "rcu/classic.go",
		old: "			r.seen.Store(m)   // (3)\n",
		new: "			mem.StoreRelease(&r.seen, m)\n",
		by:  []check{litmus("rcu", "^TestFenceReachesReaders$/^classic-fenced$"), machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		name: "fence-before-the-mark", rule: 9, file: "rcu/classic.go",
		old: "	mem.StoreRelease(&r.mark, inside) // (1)\n	if mem.LoadAcquire(&r.next) >= m {\n		if r.domain == nil {\n			panic(unregisteredClassic)\n		}\n		if m != inside {\n			m = r.next.Load() // (2): the compiler may put the first load behind some of (4)\n			r.seen.Store(m)   // (3)\n			m = m&^fencedBit + 1\n		}\n	}\n	return Token(m)\n",
		new: "	if mem.LoadAcquire(&r.next) >= m {\n		if r.domain == nil {\n			panic(unregisteredClassic)\n		}\n		if m != inside {\n			m = r.next.Load() // (2): the compiler may put the first load behind some of (4)\n			r.seen.Store(m)   // (3)\n			m = m&^fencedBit + 1\n		}\n	}\n	mem.StoreRelease(&r.mark, inside) // (1)\n	return Token(m)\n",
		by:  []check{tests("rcu", "^TestClassicReaderLocksForNews$")},
	},
	{
		name: "exit-without-release", rule: 9, file: "rcu/classic.go",
		old: "		mem.StoreRelease(&r.mark, uint64(t)) // (5)\n",
		new: "		mem.StoreRelaxed(&r.mark, uint64(t)) // (5)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		name: "srcu-exit-without-release", rule: 9, file: "rcu/srcu.go",
		old: "		mem.StoreRelease(w, w.Load()+1) // (3)\n",
		new: "		mem.StoreRelaxed(w, w.Load()+1)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		name: "exit-ends-all", rule: 10, file: "rcu/classic.go",
		old: "		if m != inside {\n			m = r.next.Load() // (2): the compiler may put the first load behind some of (4)\n",
		new: "		{\n			m = r.next.Load() // (2): the compiler may put the first load behind some of (4)\n",
		by:  []check{tests("rcu", "^TestNesting$/^classic$"), torture("rcu-classic library")},
	},
	{
		name: "rest-taken-for-a-reader", rule: 11, file: "rcu/classic.go",
		old: "return r.mark.Load() != inside || r.seen",
		new: "return r.mark.Load() == 1 || r.seen",
		by:  []check{tests("rcu", "^TestClassicStraggler$")},
	},
	{
		name: "nobody-is-told", rule: 11, file: "rcu/classic.go",
		old: "			mem.StoreRelease(&r.next, now) // (7)\n",
		new: "			_ = r\n",
		by:  []check{tests("rcu", "^TestReentryHoldsNobodyUp$/^classic")},
	},
	{
		name: "exit-in-the-present-set", rule: 10, file: "rcu/srcu.go",
		old: "	set := t & 1\n",
		new: "	set := d.index.Load() & 1\n",
		by:  []check{torture("srcu library"), tests("rcu", "TestSRCUTokenTravels")},
	},
	{
		name: "index-never-turns", rule: 11, file: "rcu/srcu.go",
		old: "		d.index.Store(d.index.Load() + 1)\n",
		new: "",
		by:  []check{torture("srcu library"), tests("rcu", "^TestNeverIdle$/^srcu$")},
	},
	{
		name: "each-for-himself", rule: 12, file: "rcu/gp.go",
		old: "	for !g.done(c) {\n		if g.driving {\n			g.sleep(c)\n		} else {\n			g.drive()\n		}\n	}\n",
		new: "	for g.driving {\n		g.yield()\n	}\n	g.drive()\n",
		by:  []check{tests("rcu", "^TestSharing$/^classic$")},
	},
	{
		name: "cookie-of-the-past", rule: 13, file: "rcu/poll.go",
		old: "	return seqSnap(g.seq.Load())\n",
		new: "	return Cookie(g.seq.Load() &^ seqInProgress)\n",
		by:  []check{tests("rcu", "^TestCookieInsideReader$/^classic$")},
	},
	{
		name: "numbers-compared", rule: 13, file: "rcu/seq.go",
		old: "int64(seq-uint64(c)) >= 0",
		new: "seq >= uint64(c)",
		by:  []check{tests("rcu", "^TestCookieWrap$/^classic$"), tests("rcu", "TestSequence")},
	},
	{
		name: "untold-wait", rule: 14, file: "rcu/debug_on.go",
		old: "		report(Violation{Kind: SynchronizeInReader, Domain: t.name})\n",
		new: "",
		by:  []check{tests("rcu", "TestMisuseIsReported").checked()},
	},
	{
		name: "offline-still-counts", rule: 15, file: "rcu/qsbr.go",
		old: "	mem.StoreRelease(&r.word, qsbrOffline)\n",
		new: "	mem.StoreRelease(&r.word, r.counter.Load())\n",
		by:  []check{torture("rcu-qsbr library"), tests("rcu", "TestOfflineReaderMayBlock")},
	},
	{
		name: "online-without-fence", rule: 15, file: "rcu/qsbr.go",
		old: "{ r.word.Store(r.counter.Load()) }",
		new: "{ mem.StoreRelease(&r.word, r.counter.Load()) }",
		by:  []check{machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		name: "lost-when-the-table-grows", rule: 15, file: "rcu/registry.go",
		old: "		table[i].Store(old[i].Load())\n",
		new: "		_ = i\n",
		by:  []check{tests("rcu", "TestJoinDuringGracePeriod")},
	},
}
