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
		old: "			moved := mem.LoadAcquire(&e.Key) != key\n",
		new: "			moved := false\n",
		by:  []check{stopped("nulls")},
	},
	{
		name: "link-checked-once", rule: 25, file: "impls/builtin/refcount.go",
		old: "	if link.Load() != ref {\n		w.put(ref)\n		return slab.Removed\n	}\n",
		new: "",
		by:  []check{kit("refcount/readers"), stopped("refcount")},
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
		name: "one-generation", rule: 27, file: "impls/builtin/nulls.go",
		old: "mem.StoreRelease(&e.Count, e.Count.Load()+1) }",
		new: "mem.StoreRelease(&e.Count, e.Count.Load()^1) }",
		by:  []check{stopped("nulls")},
	},
}
