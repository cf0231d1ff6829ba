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
		old: "		if seqlock.Retry(word, s) {\n			v = disturbed\n			break\n		}\n		if !whole {\n			v = torn\n			break\n		}\n",
		new: "		if !whole {\n			v = torn\n			break\n		}\n		if seqlock.Retry(word, s) {\n			v = disturbed\n			break\n		}\n",
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
		name: "endless-walk", rule: 29, file: "impls/builtin/seqlock.go",
		old: "f.nodes%lookEvery == 0 && seqlock",
		new: "f.nodes%lookEvery == lookEvery && seqlock",
		by:  []check{tests("impls/builtin", "TestSeqlockWalkIsBounded")},
	},
	{
		name: "endless-walk-in-a-batch", rule: 29, file: "impls/builtin/seqlock.go",
		old: "!slab.IsEnd(ref) && nodes != look; ref",
		new: "!slab.IsEnd(ref) && look > 0; ref",
		by:  []check{tests("impls/builtin", "TestSeqlockWalkIsBounded")},
	},
	{
		name: "sequences-compared", rule: 30, file: "seqlock/word.go",
		old: "	return w.Load()^s > locked\n",
		new: "	return w.Load() > s|locked\n",
		by:  []check{tests("seqlock", "TestRetry")},
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
		name: "keeps-the-core", rule: 32, file: "seqlock/word.go",
		old: "		mem.Spin(n)\n		if s := w.Load(); s&writing == 0 {",
		new: "		mem.Pause(uint32(n&7 + 1))\n		if s := w.Load(); s&writing == 0 {",
		by:  []check{tests("seqlock", "TestParkedWriter")},
	},
}
