//go:build mutants

package mutants

// Rules 23 to 27.
var nullsAndCounts = []mutant{
	{
		name: "one-end-for-all", rule: 23, file: "impls/chain/chain.go",
		old: "{ return slab.EndAt(&t.Bucket(i).Head) }",
		new: "{ return slab.EndAt(&t.Bucket(i * 0).Head) }",
		by:  []check{tests("impls/chain", "TestEndsAreUnique")},
	},
	{
		name: "end-unchecked", rule: 23, file: "impls/builtin/nulls.go",
		old: "		if ref == w.table.End(i) {\n			return impls.Element{}, false, f\n",
		new: "		if slab.IsEnd(ref) {\n			return impls.Element{}, false, f\n",
		by:  []check{kit("nulls/readers"), stopped("nulls")},
	},
	{
		name: "walk-ends-anywhere", rule: 23, file: "impls/builtin/nulls.go",
		old: "	return ref == w.table.End(i)\n}\n\nfunc (w *nullsWorker) Insert",
		new: "	return slab.IsEnd(ref)\n}\n\nfunc (w *nullsWorker) Insert",
		by:  []check{tests("impls/builtin", "TestReadersKnowTheirEnd")},
	},
	{
		name: "tail-insertion", rule: 24, file: "impls/builtin/nulls.go",
		old: "	_, old := w.table.Seek(b, v.Key)\n	absent := slab.IsEnd(old)\n	if absent {\n		b.AddHead(ref)\n",
		new: "	_, old := w.table.Seek(b, v.Key)\n	absent := slab.IsEnd(old)\n	if absent {\n		b.AddTail(ref)\n",
		by:  []check{tests("impls/builtin", "TestNullsInsertsAtTheHead")},
	},
	{
		name: "key-checked-once", rule: 25, file: "impls/builtin/nulls.go",
		old: "hit = snapshot(e); hit && got.Key == key {",
		new: "hit = snapshot(e); hit {",
		by:  []check{stopped("nulls")},
	},
	{
		name: "key-checked-once-in-a-batch", rule: 25, file: "impls/builtin/nulls.go",
		old: "		moved := mem.LoadAcquire(&e.Key) != key\n",
		new: "		moved := false\n",
		by:  []check{stopped("nulls")},
	},
	{
		name: "link-checked-once", rule: 25, file: "impls/builtin/refcount.go",
		old: "	if link.Load() != ref {\n		w.put(ref)\n		return slab.Removed\n	}\n",
		new: "",
		by:  []check{kit("refcount/readers"), stopped("refcount")},
	},
	{
		name: "generation-looked-at-once", rule: 25, file: "impls/builtin/nulls.go",
		old: "moved || e.Count.Load() != generation|1 {",
		new: "moved || generation&1 == 0 {",
		by:  []check{stopped("nulls")},
	},
	{
		name: "even-generation-taken", rule: 26, file: "impls/builtin/nulls.go",
		old: "moved || e.Count.Load() != generation|1 {",
		new: "moved || e.Count.Load() != generation {",
		by:  []check{scripted("^TestScriptedRetries$/^nulls:"), stopped("nulls")},
	},
	{
		name: "generations-count-up", rule: 27, file: "impls/builtin/nulls.go",
		old: "mem.StoreRelease(&e.Count, e.Count.Load()-1) }",
		new: "mem.StoreRelease(&e.Count, e.Count.Load()+1) }",
		by:  []check{tests("impls/builtin", "TestNullsInsertsAtTheHead")},
	},
	{
		name: "got-when-not-held", rule: 25, file: "impls/builtin/refcount.go",
		old: "				goto found\n			}\n			passed++\n",
		new: "				goto found\n			}\n			passed++\n			w.put(held)\n			held = 0\n",
		by:  []check{stopped("refcount"), kit("refcount/readers")},
	},
	{
		name: "put-then-read", rule: 25, file: "impls/builtin/refcountrcu.go",
		old: "		whole := chain.Valid(e, key)\n		w.put(ref)\n",
		new: "		w.put(ref)\n		whole := chain.Valid(e, key)\n",
		by:  []check{stopped("refcount-rcu"), stopped("refcount-rcu/reclaim=sync")},
	},
	{
		name: "count-deletes-unmarked", rule: 25, file: "impls/builtin/refcount.go",
		old: "	ref, ok := w.remove(key, true)\n",
		new: "	ref, ok := w.remove(key, false)\n",
		by:  []check{tests("impls/builtin", "TestWhatIsUnlinkedIsMarked")},
	},
	{
		name: "miss-keeps-its-reference", rule: 25, file: "impls/builtin/refcount.go",
		old: "		if held != 0 {\n			w.put(held)\n		}\n		if ref != slab.EndAt(&b.Head) {\n",
		new: "		if ref != slab.EndAt(&b.Head) {\n",
		by:  []check{kit("refcount/model")},
	},
	{
		name: "stranger-kept", rule: 25, file: "impls/builtin/refcount.go",
		old: "	if link.Load() != ref {\n		w.put(ref)\n",
		new: "	if link.Load() != ref {\n",
		by:  []check{kit("refcount/readers")},
	},
	{
		name: "got-after-the-exit", rule: 25, file: "impls/builtin/refcountrcu.go",
		old: "		got := refcount.GetUnlessZero(&e.Count)\n		reader.ReadUnlock(token)\n",
		new: "		reader.ReadUnlock(token)\n		got := refcount.GetUnlessZero(&e.Count)\n",
		by:  []check{tests("impls/builtin", "TestReferencesAreTakenInsideTheSection")},
	},
	{
		name: "get-from-zero", rule: 26, file: "refcount/word.go",
		old: "	for c != 0 && !w.CompareAndSwap(c, c+1-c>>63) {\n		c = w.Load()\n	}\n	return c != 0\n",
		new: "	for !w.CompareAndSwap(c, c+1-c>>63) {\n		c = w.Load()\n	}\n	return true\n",
		by:  []check{tests("refcount", "TestCounts")},
	},
	{
		name: "count-before-key", rule: 26, file: "impls/builtin/updater.go",
		old: "	chain.Fill(e, v)\n	b := w.table.Of(v.Key)\n	w.exclusion.enter(b)\n	_, old",
		new: "	mem.StoreRelease(&e.Count, 1)\n	chain.Fill(e, v)\n	b := w.table.Of(v.Key)\n	w.exclusion.enter(b)\n	_, old",
		by:  []check{tests("impls/builtin", "TestElementIsWholeWhenPublished")},
	},
	{
		name: "generation-before-key", rule: 26, file: "impls/builtin/nulls.go",
		old: "		turn(e)\n		chain.Fill(e, v)\n		turn(e)\n",
		new: "		turn(e)\n		turn(e)\n		chain.Fill(e, v)\n",
		by:  []check{tests("impls/builtin", "TestFieldsChangeWhileTheGenerationIsEven")},
	},
	{
		name: "count-without-release", rule: 26, file: "refcount/word.go",
		old: "	mem.StoreRelease(w, n)\n",
		new: "	mem.StoreRelaxed(w, n)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		// As Linux had it until "tcp: fix a timewait refcnt race" (E. Dumazet; 47e1c323069b in
		// linux-stable): a socket could be got before it was complete.
		name: "count-before-key-in-a-replacement", rule: 26, file: "impls/builtin/updater.go",
		old: "	chain.Fill(e, v)\n	b := w.table.Of(v.Key)\n	w.exclusion.enter(b)\n	link, old",
		new: "	mem.StoreRelease(&e.Count, 1)\n	chain.Fill(e, v)\n	b := w.table.Of(v.Key)\n	w.exclusion.enter(b)\n	link, old",
		by:  []check{tests("impls/builtin", "TestElementIsWholeWhenPublished")},
	},
	{
		// As XFS had it until commit 38002adfa58e (fix buffer lookup vs release race): a lookup
		// that comes upon a count of 0 reports that there is nothing.
		name: "miss-for-a-dead-reference", rule: 26, file: "impls/builtin/refcountrcu.go",
		old: "		if got {\n			return ref, f\n		}\n",
		new: "		if got {\n			return ref, f\n		}\n		if f.nodes > 0 {\n			return 0, f\n		}\n",
		by:  []check{scripted("^TestScriptedRetries$"), stopped("refcount-rcu")},
	},
	{
		// As Linux's keyrings had it, CVE-2016-0728: enough references make the count 0.
		name: "count-wraps", rule: 26, file: "refcount/word.go",
		old: "c+1-c>>63",
		new: "c+1",
		by:  []check{tests("refcount", "TestLimits")},
	},
	{
		name: "replaced-and-kept", rule: 26, file: "impls/builtin/refcountrcu.go",
		old: "	old, ok, err := w.exchange(v)\n	if ok {\n		w.put(old)\n	}\n",
		new: "	_, ok, err := w.exchange(v)\n",
		by:  []check{kit("refcount-rcu/model")},
	},
	{
		name: "last-put-unseen", rule: 26, file: "refcount/word.go",
		old: "	if c == 0 {\n		return true\n	}\n",
		new: "	if c == 0 {\n		return false\n	}\n",
		by:  []check{tests("refcount", "TestCounts")},
	},
	{
		name: "unlocked-before-the-turn", rule: 26, file: "impls/builtin/nulls.go",
		old: "		b.AddHead(ref)\n		turn(e)\n	}\n	w.exclusion.leave(b)\n",
		new: "		b.AddHead(ref)\n	}\n	w.exclusion.leave(b)\n	if absent {\n		turn(e)\n	}\n",
		by:  []check{tests("impls/builtin", "TestChainsAreWholeWhenLetGo")},
	},
	{
		name: "one-generation", rule: 27, file: "impls/builtin/nulls.go",
		old: "mem.StoreRelease(&e.Count, e.Count.Load()-1) }",
		new: "mem.StoreRelease(&e.Count, e.Count.Load()^1) }",
		by:  []check{stopped("nulls")},
	},
	{
		name: "deleted-while-odd", rule: 27, file: "impls/builtin/nulls.go",
		old: "		chain.Unlink(link, ref)\n		turn(slab.At(ref))\n",
		new: "		chain.Unlink(link, ref)\n",
		by:  []check{tests("impls/builtin", "TestNullsInsertsAtTheHead")},
	},
}
