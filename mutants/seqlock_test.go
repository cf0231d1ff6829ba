//go:build mutants

package mutants

// Rules 28 to 32.
var seqlocks = []mutant{
	{
		name: "odd-is-even", rule: 28, file: "seqlock/word.go",
		old: "	return s, s&writing == 0\n",
		new: "	return s, true\n",
		by:  []check{tests("seqlock", "TestTryBegin")},
	},
	{
		name: "use-before-check", rule: 28, file: "impls/builtin/seqlock.go",
		old: "		if seqlock.Retry(word, s) {\n			return n, hits, begun, passed + 1 - begun, disturbed\n		}\n		if !whole {\n			return n, hits, passed + 1, 0, torn\n		}\n",
		new: "		if !whole {\n			return n, hits, passed + 1, 0, torn\n		}\n		if seqlock.Retry(word, s) {\n			return n, hits, begun, passed + 1 - begun, disturbed\n		}\n",
		by:  []check{kit("seqlock/readers"), stopped("seqlock")},
	},
	{
		name: "unchecked", rule: 28, file: "impls/builtin/seqlock.go",
		old: "		} else if seqlock.Retry(word, s) {\n			f.retries++\n",
		new: "		} else if f.nodes > 1<<40 {\n			f.retries++\n",
		by:  []check{kit("seqlock/readers"), stopped("seqlock")},
	},
	{
		name: "odd-too-late", rule: 28, file: "seqlock/word.go",
		old: "	// access: the CAS is visible first. Pairs with the load in Retry.\n	w.Load()\n",
		new: "	// access: the CAS is visible first. Pairs with the load in Retry.\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		name: "even-too-early", rule: 28, file: "seqlock/word.go",
		old: "	mem.StoreRelease(w, s+locked)\n",
		new: "	mem.StoreRelaxed(w, s+locked)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		// As the compiler might have made it in Linux until commit 2f6242786266 (Fix
		// __read_seqcount_begin() to use ACCESS_ONCE): the sequence that is tested is not the
		// one that is returned, which may be odd.
		name: "sequence-loaded-twice", rule: 28, file: "seqlock/word.go",
		old: "	s = w.Load() // as in Begin\n	return s, s&writing == 0\n",
		new: "	s = w.Load() // as in Begin\n	return w.Load(), s&writing == 0\n",
		by:  []check{machineCode("TestSequenceIsLoadedOnce")},
	},
	{
		name: "walk-unchecked", rule: 28, file: "impls/builtin/seqlock.go",
		old: "			if !seqlock.Retry(word, s) {\n				return\n			}\n",
		new: "			if len(w.seen) >= 0 {\n				return\n			}\n",
		by:  []check{kit("seqlock/readers"), stopped("seqlock")},
	},
	{
		name: "walk-keeps-what-it-discarded", rule: 28, file: "impls/builtin/seqlock.go",
		old: "		for range maxRedos {\n			w.seen = w.seen[:0]\n",
		new: "		for range maxRedos {\n",
		by:  []check{kit("seqlock/readers"), stopped("seqlock")},
	},
	{
		name: "global-is-per-chain", rule: 28, file: "impls/builtin/seqlock.go",
		old: "	if s.global != nil {\n		return s.global\n	}\n",
		new: "",
		by:  []check{tests("impls/builtin", "TestVariantsAreWhatTheyAreCalled")},
	},
	{
		name: "endless-walk", rule: 29, file: "impls/builtin/seqlock.go",
		old: "f.nodes%lookEvery == 0 && seqlock",
		new: "f.nodes%lookEvery == lookEvery && seqlock",
		by:  []check{tests("impls/builtin", "TestSeqlockWalkIsBounded")},
	},
	{
		name: "endless-walk-in-a-batch", rule: 29, file: "impls/builtin/seqlock.go",
		old: "			if passed&(lookEvery-2) == 0 {\n				if seqlock.Retry(word, s) {\n",
		new: "			if passed&(lookEvery-2) == 1 {\n				if seqlock.Retry(word, s) {\n",
		by:  []check{tests("impls/builtin", "TestSeqlockWalkIsBounded")},
	},
	{
		name: "sequences-compared", rule: 30, file: "seqlock/word.go",
		old: "	return w.Load()^s > locked\n",
		new: "	return w.Load() > s|locked\n",
		by:  []check{tests("seqlock", "TestRetry")},
	},
	{
		// https://github.com/Amanieu/seqlock/issues/3 (Technically torn reads can succeed): as
		// many writes as there are sequences pass for none.
		name: "sequence-of-few-bits", rule: 30, file: "seqlock/word.go",
		old: "	mem.StoreRelease(w, s+locked)\n",
		new: "	mem.StoreRelease(w, (s+locked)&0xffff)\n",
		by:  []check{tests("seqlock", "TestSequenceIsLong")},
	},
	{
		name: "reads-for-ever", rule: 31, file: "seqlock/seqlock.go",
		old: "	for retries < ReadAttempts {\n",
		new: "	for retries >= 0 {\n",
		by:  []check{tests("seqlock", "TestReadFallsBackToTheLock")},
	},
	{
		name: "redoes-for-ever", rule: 31, file: "impls/builtin/seqlock.go",
		old: "		locked := try == maxRedos\n",
		new: "		locked := try < 0\n",
		by:  []check{tests("impls/builtin", "TestSeqlockReaderIsNotStarved")},
	},
	{
		// As Linux's dcache had it until commit 1812997720ab (get/release read lock in
		// read_seqbegin_or_lock): one reader that takes the lock makes all others take it.
		name: "locked-reader-steps-the-sequence", rule: 31, file: "seqlock/word.go",
		old: "	mem.StoreRelease(w, s-locked)\n",
		new: "	mem.StoreRelease(w, s-locked+2*writing)\n",
		by:  []check{tests("seqlock", "TestStates")},
	},
	{
		name: "writer-enters-on-readers", rule: 31, file: "seqlock/word.go",
		old: "		if s&locked == 0 && w.CompareAndSwap(s, s+(writing|locked)) {\n",
		new: "		if s&writing == 0 && w.CompareAndSwap(s, s|writing|locked) {\n",
		by:  []check{tests("seqlock", "TestWhoWaitsForWhom")},
	},
	{
		name: "keeps-the-core", rule: 32, file: "seqlock/word.go",
		old: "		mem.Spin(n)\n		if s := w.Load(); s&writing == 0 {",
		new: "		mem.Pause(uint32(n&7 + 1))\n		if s := w.Load(); s&writing == 0 {",
		by:  []check{tests("seqlock", "TestParkedWriter")},
	},
	{
		// As Linux had it under PREEMPT_RT until commit 1909760f5fc3 (Do not starve seqlock_t
		// writers): who preempts a writer and spins never lets it finish.
		name: "keeps-the-core-for-the-lock", rule: 32, file: "seqlock/word.go",
		old: "		if s&locked == 0 && w.CompareAndSwap(s, s|locked) {\n			return\n		}\n		mem.Spin(n)\n",
		new: "		if s&locked == 0 && w.CompareAndSwap(s, s|locked) {\n			return\n		}\n		mem.Pause(uint32(n&7 + 1))\n",
		by:  []check{tests("seqlock", "TestParkedWriter")},
	},
}
