//go:build mutants

package mutants

// Rules 33 to 36, and how long who waits for them keeps a core.
var locks = []mutant{
	{
		name: "recursive-read", rule: 33, file: "rwlock/word.go",
		old: "		if s&(writerLocked|writerWaiting) != 0 {\n			return false\n",
		new: "		if s&writerLocked != 0 {\n			return false\n",
		by:  []check{torture("rwlock library"), tests("rwlock", "TestRecursiveRead")},
	},
	{
		name: "reader-overtakes-the-writer-inside", rule: 33, file: "rwlock/queue.go",
		old: "	awaitFree(w, ticket, writerLocked)\n",
		new: "",
		by:  []check{tests("rwlock", "TestWhoWaitsForWhom")},
	},
	{
		name: "readers-overtake", rule: 34, file: "rwlock/word.go",
		old: "	if w.Add(reader)&(writerLocked|writerWaiting) != 0 {\n		rlockSlow(w)\n",
		new: "	if w.Add(reader)&writerLocked != 0 {\n		rlockSlow(w)\n",
		by:  []check{torture("rwlock library"), tests("rwlock", "TestWriterIsNotStarved")},
	},
	{
		name: "writer-joins-readers", rule: 34, file: "rwlock/queue.go",
		old: "awaitFree(w, ticket, writerLocked|readers)",
		new: "awaitFree(w, ticket, writerLocked)",
		by:  []check{tests("rwlock", "TestWhoWaitsForWhom")},
	},
	{
		name: "barging", rule: 35, file: "rwlock/word.go",
		old: "	return s&held == 0 && !queued(s) && w",
		new: "	return s&held == 0 && w",
		by:  []check{tests("rwlock", "^TestTry$")},
	},
	{
		name: "tickets-ignored", rule: 35, file: "rwlock/queue.go",
		old: "	served := func() bool { return ahead(w.Load(), ticket) == 0 }\n",
		new: "	served := func() bool { return ahead(w.Load(), ticket) <= 1 }\n",
		by:  []check{tests("rwlock", "TestReaderIsNotStarved")},
	},
	{
		name: "unlock-without-release", rule: 35, file: "rwlock/spin.go",
		old: "	mem.StoreRelease(w, 0)\n",
		new: "	mem.StoreRelaxed(w, 0)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		name: "tickets-carry-over", rule: 35, file: "rwlock/queue.go",
		old: "	if ticket == ticketMask {\n		return 1<<64 - (next - served)\n	}\n",
		new: "",
		by:  []check{tests("rwlock", "TestServeNextWraps")},
	},
	{
		name: "stranger-unlocks", rule: 35, file: "rwlock/word.go",
		old: "	if s := w.Add(minusReader); s&(missing|asleep) != 0 {",
		new: "	if s := w.Add(minusReader); s&asleep != 0 {",
		by:  []check{tests("rwlock", "TestMisusePanics")},
	},
	{
		name: "last-reader-wakes-nobody", rule: 34, file: "rwlock/word.go",
		old: "	if s := w.Add(minusReader); s&(missing|asleep) != 0 {",
		new: "	if s := w.Add(minusReader); s&missing != 0 {",
		by:  []check{tests("rwlock", "TestSleepersAreWoken")},
	},
	{
		name: "writer-wakes-nobody", rule: 35, file: "rwlock/word.go",
		old: "	if s := w.Add(minusLocked); s&(writerLocked|asleep) != 0 {",
		new: "	if s := w.Add(minusLocked); s&writerLocked != 0 {",
		by:  []check{tests("rwlock", "TestSleepersAreWoken")},
	},
	{
		name: "late-reader-wakes-nobody", rule: 34, file: "rwlock/queue.go",
		old: "	if s&asleep != 0 {\n		readerLeft(w, s)\n	}\n",
		new: "",
		by:  []check{tests("rwlock", "TestLateReaderWakes")},
	},
	{
		name: "next-not-called", rule: 35, file: "rwlock/queue.go",
		old: "			moveUp(w, (ticket+1)&ticketMask, had)\n",
		new: "",
		by:  []check{tests("rwlock", "TestSleepersAreWoken")},
	},
	{
		name: "served-not-woken", rule: 35, file: "rwlock/queue.go",
		old: "	if waiting > 0 {\n",
		new: "	if waiting > 1 {\n",
		by:  []check{tests("rwlock", "TestSleepersAreWoken")},
	},
	{
		name: "next-but-one-not-called", rule: 35, file: "rwlock/queue.go",
		old: "		placeOf(w, (ticket+1)&ticketMask).call()\n",
		new: "",
		by:  []check{tests("rwlock", "TestWhoIsCalled")},
	},
	{
		name: "next-waits-to-be-called", rule: 35, file: "rwlock/queue.go",
		old: "		placeOf(w, ticket).wakeAll()\n",
		new: "		placeOf(w, ticket).call()\n",
		by:  []check{tests("rwlock", "TestWhoIsCalled")},
	},
	{
		name: "sleeps-without-a-second-look", rule: 35, file: "rwlock/place.go",
		old: "	if over() {\n		p.wakeAll()\n	}\n",
		new: "",
		by:  []check{tests("rwlock", "TestServedBeforeSleep")},
	},
	{
		name: "bucket-locks-are-one", rule: 35, file: "impls/builtin/rwlock.go",
		old: "		New: func(c impls.Config) (impls.Map, error) { return newRWMap(c, false) },\n",
		new: "		New: func(c impls.Config) (impls.Map, error) { return newRWMap(c, true) },\n",
		by:  []check{tests("impls/builtin", "TestVariantsAreWhatTheyAreCalled")},
	},
	{
		name: "one-chain-two-layouts", rule: 45, file: "impls/builtin/rwlock.go",
		old: "!global && c.Buckets > 1",
		new: "!global",
		by:  []check{tests("impls/builtin", "TestOneChainOneLock")},
	},
	{
		name: "walk-unlocked", rule: 35, file: "impls/builtin/rwlock.go",
		old: "		rwlock.RLock(word)\n		w.copyChain(i)\n		rwlock.RUnlock(word)\n",
		new: "		_ = word\n		w.copyChain(i)\n",
		by:  []check{tests("impls/builtin", "TestWhichReadersWait")},
	},
	{
		name: "lookup-unlocked", rule: 35, file: "impls/builtin/rwlock.go",
		old: "	rwlock.RLock(word)\n	e, ok := w.table.Find(key)\n	rwlock.RUnlock(word)\n",
		new: "	_ = word\n	e, ok := w.table.Find(key)\n",
		by:  []check{tests("impls/builtin", "TestWhichReadersWait")},
	},
	{
		name: "lock-across-the-wait", rule: 36, file: "impls/builtin/reclaim.go",
		old: "	ref, ok := w.remove(key, false)\n	if ok {\n		w.retire(ref)\n	}\n",
		new: "	ref, ok := w.remove(key, false)\n	if ok {\n		b := w.table.Of(key)\n		w.exclusion.enter(b)\n		w.retire(ref)\n		w.exclusion.leave(b)\n	}\n",
		by:  []check{kit("rcu-qsbr/reclaim=sync/batches")},
	},
	{
		name: "locked-threads-yield-goroutines", rule: 49, file: "workloads/process.go",
		old: "mem.YieldToKernel(locked || workers",
		new: "mem.YieldToKernel(workers",
		by:  []check{tests("workloads", "TestWhoWaitsYieldsTheCore")},
	},
}
