//go:build mutants

package mutants

// Rules 1 to 5.
var publication = []mutant{
	{
		name: "publish-before-link", rule: 1, file: "impls/chain/update.go",
		old: "	mem.StoreRelease(&slab.At(ref).Next, link.Load())\n	mem.StoreRelease(link, ref)\n",
		new: "	next := link.Load()\n	mem.StoreRelease(link, ref)\n	mem.StoreRelease(&slab.At(ref).Next, next)\n",
		by:  []check{tests("impls/chain", "TestPublicationIsTheLastStore")},
	},
	{
		name: "publish-before-fields", rule: 1, file: "impls/builtin/updater.go",
		old: "	chain.Fill(e, v)\n	b := w.table.Of(v.Key)\n	w.exclusion.enter(b)\n	_, old := w.table.Seek(b, v.Key)\n	absent := slab.IsEnd(old)\n	if absent {\n		mem.StoreRelease(&e.Count, 1)\n		b.AddHead(ref)\n",
		new: "	b := w.table.Of(v.Key)\n	w.exclusion.enter(b)\n	_, old := w.table.Seek(b, v.Key)\n	absent := slab.IsEnd(old)\n	if absent {\n		mem.StoreRelease(&e.Count, 1)\n		b.AddHead(ref)\n		chain.Fill(e, v)\n",
		by:  []check{tests("impls/builtin", "TestElementIsWholeWhenPublished")},
	},
	{
		name: "publish-without-release", rule: 1, file: "impls/chain/update.go",
		old: "link.Load())\n	mem.StoreRelease(link, ref)\n",
		new: "link.Load())\n	mem.StoreRelaxed(link, ref)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		name: "changed-in-place", rule: 1, file: "impls/builtin/gc.go",
		old: "	publish(link, n, old.next.Load())\n",
		new: "	_ = link\n	old.a, old.b, old.c = n.a, n.b, n.c\n",
		by:  []check{kit("gc/readers").race()},
	},
	{
		name: "replacement-before-its-link", rule: 1, file: "impls/chain/update.go",
		old: "	mem.StoreRelease(&slab.At(ref).Next, slab.At(old).Next.Load())\n	mem.StoreRelease(link, ref)\n",
		new: "	mem.StoreRelease(link, ref)\n	mem.StoreRelease(&slab.At(ref).Next, slab.At(old).Next.Load())\n",
		by:  []check{tests("impls/chain", "TestPublicationIsTheLastStore"), tests("impls/chain", "TestReadersAlongUpdates")},
	},
	{
		name: "collector-publishes-before-it-links", rule: 1, file: "impls/builtin/gc.go",
		old: "	n.next.Store(next)\n	link.Store(n)\n",
		new: "	link.Store(n)\n	n.next.Store(next)\n",
		by:  []check{tests("impls/builtin", "TestNodeIsLinkedWhenPublished")},
	},
	{
		name: "delete-cuts-the-link", rule: 2, file: "impls/chain/update.go",
		old: "	mem.StoreRelease(link, slab.At(ref).Next.Load())\n",
		new: "	mem.StoreRelease(link, slab.At(ref).Next.Load())\n	mem.StoreRelease(&slab.At(ref).Next, slab.Dead)\n",
		by:  []check{kit("rcu-classic/readers")},
	},
	{
		// As Linux had it until commit 941297f443f8 (nf_conntrack_alloc fixes): a zeroing
		// allocator breaks the link that a reader of the freed object is about to follow.
		name: "next-zeroed-at-allocation", rule: 2, file: "impls/slab/cache.go",
		old: "	mem.StoreRelaxed(&At(r).state, stateAllocated)\n",
		new: "	mem.StoreRelaxed(&At(r).state, stateAllocated)\n	mem.StoreRelaxed(&At(r).Next, 0)\n",
		by:  []check{tests("impls/slab", "TestAllocTouchesNothing"), stopped("nulls")},
	},
	{
		name: "test-then-fetch", rule: 3, file: "impls/chain/chain.go",
		old: "!slab.IsEnd(ref); ref = link.Load() {\n		e := slab.At(ref)\n		if mem.LoadAcquire(&e.Key) == key {",
		new: "!slab.IsEnd(ref); ref = link.Load() {\n		ref = link.Load()\n		e := slab.At(ref)\n		if mem.LoadAcquire(&e.Key) == key {",
		by:  []check{tests("impls/chain", "TestEmptyAndFull")},
	},
	{
		name: "free-at-once", rule: 4, file: "impls/builtin/reclaim.go",
		old: "	w.cache.Retire(ref)\n	w.queue.retire(ref)\n",
		new: "	w.cache.Retire(ref)\n	w.cache.Free(ref)\n",
		by:  []check{kit("rcu-classic/readers"), stopped("rcu-classic")},
	},
	{
		name: "free-then-wait", rule: 4, file: "impls/builtin/reclaim.go",
		old: "	if q.opts.BeforeWait != nil {\n		q.opts.BeforeWait()\n	}\n	q.domain.Synchronize()\n",
		new: "	q.freer.Reclaim(r)\n	if q.opts.BeforeWait != nil {\n		q.opts.BeforeWait()\n	}\n	q.domain.Synchronize()\n	return\n",
		by:  []check{kit("rcu-classic/reclaim=sync/readers"), stopped("rcu-classic/reclaim=sync")},
	},
	{
		name: "use-after-exit", rule: 4, file: "impls/builtin/rcu.go",
		old: "	token := r.ReadLock()\n	e, ok := w.table.Find(key)\n	r.ReadUnlock(token)\n	return e, ok\n",
		new: "	token := r.ReadLock()\n	_, ref := w.table.Seek(w.table.Of(key), key)\n	r.ReadUnlock(token)\n	if slab.IsEnd(ref) {\n		return impls.Element{}, false\n	}\n	return chain.Load(slab.At(ref)), true\n",
		by:  []check{tests("impls/builtin", "^TestClassicReadersLoadInside$"), stopped("rcu-classic/reclaim=sync")},
	},
	{
		name: "announced-after-the-first-load", rule: 4, file: "impls/builtin/rcu.go",
		old: "		token := reader.ReadLock()\n		var e *slab.Elem\n		ref := mem.LoadAcquire(&b.Head)\n",
		new: "		ref := b.Head.Load()\n		token := reader.ReadLock()\n		var e *slab.Elem\n",
		by:  []check{tests("impls/builtin", "^TestClassicReadersLoadInside$"), torture("rcu-classic list")},
	},
	{
		name: "put-back-too-early", rule: 4, file: "impls/builtin/rcu.go",
		old: "		whole := chain.Valid(e, key)\n		reader.ReadUnlock(token)\n",
		new: "		reader.ReadUnlock(token)\n		whole := chain.Valid(e, key)\n",
		by:  []check{tests("impls/builtin", "^TestClassicReadersLoadInside$"), torture("rcu-classic list")},
	},
	{
		name: "refused-insertion-leaks", rule: 4, file: "impls/builtin/updater.go",
		old: "		b.AddHead(ref)\n	}\n	w.exclusion.leave(b)\n	if !absent {\n		w.cache.Free(ref)\n	}\n",
		new: "		b.AddHead(ref)\n	}\n	w.exclusion.leave(b)\n",
		by:  []check{kit("rcu-classic/model")},
	},
	{
		name: "freed-twice-handed-out-twice", rule: 4, file: "impls/slab/cache.go",
		old: "		} else if state != stateAllocated {\n			bump(&c.violations, 1)\n			continue\n		}\n",
		new: "		} else if state != stateAllocated {\n			bump(&c.violations, 1)\n		}\n",
		by:  []check{tests("impls/slab", "TestFreeBulk")},
	},
	{
		name: "not-poisoned", rule: 4, file: "impls/slab/cache.go",
		old: "	mem.StoreRelease(&e.C, poison)\n",
		new: "",
		by:  []check{tests("impls/slab", "TestFreePoisons")},
	},
	{
		name: "spilled-and-kept", rule: 4, file: "impls/slab/cache.go",
		old: "	c.refs = c.refs[:copy(c.refs, c.refs[magazine:])]\n",
		new: "	c.refs = c.refs[:magazine]\n",
		by:  []check{tests("impls/slab", "^(TestMagazinesMove|TestFreeBulk|TestManyCaches)$")},
	},
	{
		name: "leak-unnoticed", rule: 4, file: "impls/slab/slab.go",
		old: "	if live := t.Live(); live != resident {\n",
		new: "	if live := t.Live(); live < resident {\n",
		by:  []check{tests("impls/slab", "TestClose")},
	},
	{
		name: "retired-again-unnoticed", rule: 4, file: "impls/slab/cache.go",
		old: "	if e.state.Load() != stateAllocated {\n		bump(&c.violations, 1)\n		return\n",
		new: "	if e.state.Load() == stateFree {\n		bump(&c.violations, 1)\n		return\n",
		by:  []check{tests("impls/slab", "TestClose")},
	},
	{
		name: "recycled-at-once", rule: 4, file: "examples/recycle/main.go",
		old: "		reclaimer.Call(&old.Head, func(*rcu.Head) { pool.Put(old) })\n",
		new: "		pool.Put(old)\n",
		by:  []check{tests("examples/recycle", "TestPageStays")},
	},
	{
		name: "magazine-used-twice", rule: 4, file: "impls/slab/cache.go",
		old: "		s.empty = s.empty[:n-1]\n",
		new: "",
		by:  []check{tests("impls/slab", "TestMagazinesAreDistinct")},
	},
	{
		name: "elements-overlap", rule: 4, file: "impls/slab/block.go",
		old: "	s.next.Store(start + elements*ElemSize)\n",
		new: "	s.next.Store(start + (elements-1)*ElemSize)\n",
		by:  []check{tests("impls/slab", "TestAllocUpToCapacity")},
	},
	{
		name: "depot-kept", rule: 4, file: "impls/slab/cache.go",
		old: "		s.depot = s.depot[:n-1]\n",
		new: "",
		by:  []check{tests("impls/slab", "TestMagazinesMove")},
	},
	{
		name: "spliced-without-waiting", rule: 4, file: "impls/chain/splice.go",
		old: "	sync()\n",
		new: "	_ = sync\n",
		by:  []check{tests("impls/chain", "TestSplicesBesideWalks")},
	},
	{
		name: "full-and-no-barrier", rule: 4, file: "impls/builtin/reclaim.go",
		old: "	w.queue.Barrier()\n	return true\n",
		new: "	return false\n",
		by:  []check{tests("impls/builtin", "TestOneDeletionMakesRoom")},
	},
	{
		name: "batch-goes-on-without-memory", rule: 4, file: "impls/builtin/run.go",
		old: "			if t.Err != nil {\n				return\n			}\n			continue\n",
		new: "			continue\n",
		by:  []check{kit("rcu-classic/full")},
	},
	{
		name: "updaters-together", rule: 5, file: "impls/builtin/updater.go",
		old: "func (spinning) enter(b *chain.Bucket) { rwlock.SpinLock(&b.Word) }",
		new: "func (spinning) enter(b *chain.Bucket) {}",
		by:  []check{torture("rcu-classic list"), interrupted("rcu-classic")},
	},
	{
		name: "lock-test-then-set", rule: 5, file: "rwlock/spin.go",
		old: "	return w.Load() == 0 && w.CompareAndSwap(0, 1)\n",
		new: "	if w.Load() != 0 {\n		return false\n	}\n	mem.StoreRelease(w, 1)\n	return true\n",
		by:  []check{tests("rwlock", "TestSpinLockStopped")},
	},
	{
		name: "collector-updaters-together", rule: 5, file: "impls/builtin/gc.go",
		old: "	n, b := w.nursery.take().hold(v), w.m.of(v.Key)\n	rwlock.SpinLock(&b.word)\n	defer rwlock.SpinUnlock(&b.word)\n	if _, old",
		new: "	n, b := w.nursery.take().hold(v), w.m.of(v.Key)\n	if _, old",
		by:  []check{tests("impls/builtin", "TestUpdatersWaitForEachOther")},
	},
	{
		name: "collector-deletes-unlocked", rule: 5, file: "impls/builtin/gc.go",
		old: "	b := w.m.of(key)\n	rwlock.SpinLock(&b.word)\n	defer rwlock.SpinUnlock(&b.word)\n",
		new: "	b := w.m.of(key)\n",
		by:  []check{tests("impls/builtin", "TestUpdatersWaitForEachOther")},
	},
}
