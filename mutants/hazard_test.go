//go:build mutants

package mutants

// Rules 37 to 41.
var hazards = []mutant{
	{
		name: "unpublished", rule: 37, file: "impls/builtin/hazard.go",
		old: "		hazard.Set(&slots[0], ref)\n		// Linked still",
		new: "		// Linked still",
		by:  []check{kit("hazard/readers"), stopped("hazard")},
	},
	{
		name: "unpublished-from-an-element", rule: 37, file: "impls/builtin/hazard.go",
		old: "			hazard.Set(&slots[1], ref)\n",
		new: "",
		by:  []check{kit("hazard/readers"), stopped("hazard")},
	},
	{
		name: "no-fence-before-the-scan", rule: 37, file: "hazard/scan.go",
		old: "		mem.HeavyFence()\n",
		new: "",
		by:  []check{litmus("hazard", "^TestPublishedOrInvalid$/^default$"), machineCode("TestHeavyFencesOnAMD64")},
	},
	{
		name: "no-fence-in-the-reader", rule: 37, file: "hazard/slot.go",
		old: "	slot.Store(ref)\n",
		new: "	mem.StoreRelease(slot, ref)\n",
		by:  []check{litmus("hazard", "^TestPublishedOrInvalid$/^fenced$"), machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		name: "unvalidated", rule: 37, file: "impls/builtin/hazard.go",
		old: "sees the slot.\n		if mem.LoadAcquire(&b.Head) != ref {\n",
		new: "sees the slot.\n		if ref == 0 {\n",
		by:  []check{kit("hazard/readers"), stopped("hazard")},
	},
	{
		name: "unvalidated-from-an-element", rule: 37, file: "impls/builtin/hazard.go",
		old: "			if mem.LoadAcquire(&e.Next) != ref {\n",
		new: "			if ref == 0 {\n",
		by:  []check{machineCode("TestLoopsOrderedOnARM64/plain/hazard$"), kit("hazard/readers"), stopped("hazard")},
	},
	{
		name: "unvalidated-from-the-next", rule: 37, file: "impls/builtin/hazard.go",
		old: "			if mem.LoadAcquire(&next.Next) != ref {\n",
		new: "			if ref == 0 {\n",
		by:  []check{machineCode("TestLoopsOrderedOnARM64/plain/hazard$"), kit("hazard/readers"), stopped("hazard")},
	},
	{
		name: "slot-without-release", rule: 37, file: "hazard/slot.go",
		old: "	mem.StoreRelease(slot, ref)\n",
		new: "	mem.StoreRelaxed(slot, ref)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		name: "walk-unvalidated", rule: 37, file: "impls/builtin/hazard.go",
		old: "		w.hazards.Protect(slot, ref)\n		if link.Load() != ref {\n			return false\n		}\n",
		new: "		w.hazards.Protect(slot, ref)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		name: "fence-left-out-of-the-name", rule: 37, file: "impls/builtin/hazard.go",
		old: "newHazardDomain(c, hazard.Fenced())",
		new: "newHazardDomain(c)",
		by:  []check{tests("impls/builtin", "TestVariantsAreWhatTheyAreCalled")},
	},
	{
		name: "left-and-still-protecting", rule: 37, file: "hazard/participant.go",
		old: "	p.domain, p.retired, p.words = nil, nil, nil\n",
		new: "	p.domain, p.retired = nil, nil\n",
		by:  []check{tests("hazard", "TestMisusePanics")},
	},
	{
		name: "unmarked", rule: 38, file: "impls/builtin/hazard.go",
		old: "	ref, ok := w.remove(key, true)\n",
		new: "	ref, ok := w.remove(key, false)\n",
		by:  []check{kit("hazard/readers"), stopped("hazard")},
	},
	{
		name: "replacement-without-memory-unmarked", rule: 38, file: "impls/builtin/hazard.go",
		old: "	if err != nil && w.reclaimed(err) {\n		old, ok, err = w.swap(v, true)\n	}\n",
		new: "	if err != nil && w.reclaimed(err) {\n		old, ok, err = w.swap(v, false)\n	}\n",
		by:  []check{tests("impls/builtin", "TestWhatIsUnlinkedIsMarked")},
	},
	{
		name: "slots-before-the-fence", rule: 39, file: "hazard/scan.go",
		old: "	if d.fenced {\n		var fence mem.Uint64\n		fence.Store(0)\n	} else {\n		mem.HeavyFence()\n	}\n	set = d.collect(set)\n",
		new: "	set = d.collect(set)\n	if d.fenced {\n		var fence mem.Uint64\n		fence.Store(0)\n	} else {\n		mem.HeavyFence()\n	}\n",
		by:  []check{litmus("hazard", "^TestPublishedOrInvalid$/^default$"), machineCode("TestHeavyFencesOnAMD64")},
	},
	{
		name: "never-scans", rule: 39, file: "hazard/participant.go",
		old: "	if uint64(len(p.retired)) >= p.domain.threshold.Load() && !p.handing {\n",
		new: "	if uint64(len(p.retired)) >= 1<<40 {\n",
		by:  []check{tests("hazard", "TestStalledReadersBoundGarbage")},
	},
	{
		// As Concurrency Kit had it: https://github.com/concurrencykit/ck/issues/212 (possible
		// bug in ck_hp.c): what doesn't fit in the scan's cache is not looked at.
		name: "scan-of-a-full-cache", rule: 39, file: "hazard/scan.go",
		old: "			if ref := p.slots[i].Load(); ref != 0 {\n",
		new: "			if ref := p.slots[i].Load(); ref != 0 && len(set) < 512 {\n",
		by:  []check{tests("hazard", "TestScanSeesEverySlot")},
	},
	{
		// As ZGC had it until JDK-8391060 (ZMarkingSMR re-ordered hazard pointer loads with
		// unlinking, https://github.com/openjdk/jdk/pull/32516).
		name: "no-fence-before-the-fenced-scan", rule: 39, file: "hazard/scan.go",
		old: "		var fence mem.Uint64\n		fence.Store(0)\n",
		new: "",
		by:  []check{machineCode("TestFencedPathsHaveTheirFence")},
	},
	{
		// RUSTSEC-2018-0009, crossbeam 0.4.0 (https://github.com/crossbeam-rs/crossbeam-epoch/issues/82):
		// what was taken from the queue of garbage stayed there, and was destroyed again.
		name: "orphans-reclaimed-again", rule: 39, file: "hazard/scan.go",
		old: "	o.refs, free = split(o.refs, hazards, free)\n	return free\n",
		new: "	_, free = split(slices.Clone(o.refs), hazards, free)\n	return free\n",
		by:  []check{tests("hazard", "^(TestOrphansAreAdopted|TestLeaversBoundGarbage|TestReuse)$")},
	},
	{
		name: "scan-within-a-scan", rule: 39, file: "hazard/participant.go",
		old: "threshold.Load() && !p.handing {\n",
		new: "threshold.Load() {\n",
		by:  []check{tests("hazard", "TestDeletersRetire")},
	},
	{
		name: "children-left-behind", rule: 39, file: "hazard/scan.go",
		old: "	return len(p.retired) > kept\n",
		new: "	return len(p.retired) < kept\n",
		by:  []check{tests("hazard", "TestDeletersRetire")},
	},
	{
		name: "children-judged-with-their-parents", rule: 39, file: "hazard/scan.go",
		old: "	p.retired, p.free = split(p.retired, p.hazards, p.free)\n	return p.hand()\n}\n\n// leave",
		new: "	more = p.hand()\n	p.retired, p.free = split(p.retired, p.hazards, p.free[:0])\n	return p.hand() || more\n}\n\n// leave",
		by:  []check{tests("hazard", "^(TestRetiredByADeleterIsScannedAnew|TestDeletersRetire)$")},
	},
	{
		name: "retired-twice", rule: 39, file: "hazard/participant.go",
		old: "	if !p.domain.pending.add(ref) || !p.waiting.add(ref) {\n",
		new: "	if !p.domain.pending.add(ref) {\n",
		by:  []check{tests("hazard", "TestRetireTwicePanics")},
	},
	{
		name: "retired-twice-by-two", rule: 39, file: "hazard/participant.go",
		old: "	if !p.domain.pending.add(ref) || !p.waiting.add(ref) {\n",
		new: "	if !p.waiting.add(ref) {\n",
		by:  []check{tests("hazard", "TestTwoParticipantsRetire").checked()},
	},
	{
		name: "spared-and-forgotten", rule: 39, file: "hazard/scan.go",
		old: "	p.waiting.reset(p.retired)\n",
		new: "	p.waiting.reset(nil)\n",
		by:  []check{tests("hazard", "TestRetireTwicePanics")},
	},
	{
		name: "leaver-protects", rule: 39, file: "hazard/participant.go",
		old: "	for i := range p.words {\n		p.Clear(i)\n	}\n	for again",
		new: "	for again",
		by:  []check{tests("hazard", "TestOrphansAreAdopted")},
	},
	{
		name: "leaver-takes-it-along", rule: 39, file: "hazard/scan.go",
		old: "	o.refs = append(o.refs, p.retired...)\n",
		new: "",
		by:  []check{tests("hazard", "TestOrphansAreAdopted")},
	},
	{
		name: "searched-unsorted", rule: 39, file: "hazard/scan.go",
		old: "	slices.Sort(set)\n",
		new: "",
		by:  []check{tests("hazard", "TestScanSeesEverySlot")},
	},
	{
		name: "bound-forgets-the-orphans", rule: 39, file: "hazard/domain.go",
		old: "	return d.peak*max(d.Threshold(), hazards+1) + hazards\n",
		new: "	return d.peak * max(d.Threshold(), hazards+1)\n",
		by:  []check{tests("hazard", "TestStalledReadersBoundGarbage")},
	},
	{
		name: "stays-busy-after-a-panic", rule: 39, file: "hazard/scan.go",
		old: "	defer func() {\n		p.handing = false\n		bump(&p.counts.reclaimed, uint64(len(p.free)))\n	}()\n	p.reclaim(p.free)\n",
		new: "	p.reclaim(p.free)\n	p.handing = false\n	bump(&p.counts.reclaimed, uint64(len(p.free)))\n",
		by:  []check{tests("hazard", "TestReclaimFunctionEnds")},
	},
	{
		name: "given-up-early", rule: 40, file: "impls/builtin/hazard.go",
		old: "			passed += 2\n",
		new: "			passed += 2\n			hazard.Set(&slots[0], 0)\n",
		by:  []check{tests("impls/builtin", "TestHazardReadersStandOnWhatTheyAnnounced")},
	},
	{
		name: "given-up-early-in-a-lookup", rule: 40, file: "impls/builtin/hazard.go",
		old: "		link = &e.Next\n	}\n	return ref, steps\n",
		new: "		link = &e.Next\n		w.hazards.Clear(int(steps-1) % hazardSlots)\n	}\n	return ref, steps\n",
		by:  []check{tests("impls/builtin", "TestHazardReadersStandOnWhatTheyAnnounced")},
	},
	{
		name: "scan-downwards", rule: 40, file: "hazard/scan.go",
		old: "		for i := range p.slots {\n			if ref := p.slots[i].Load(); ref != 0 {\n",
		new: "		for i := range p.slots {\n			if ref := p.slots[len(p.slots)-1-i].Load(); ref != 0 {\n",
		by:  []check{tests("hazard", "TestMovesUpAreSeen")},
	},
	{
		name: "walk-in-one-slot", rule: 40, file: "impls/builtin/hazard.go",
		old: "	for slot := 0; ; slot ^= 1 {\n",
		new: "	for slot := 0; ; {\n",
		by:  []check{scripted("TestScriptedAnnouncements")},
	},
	{
		name: "one-holds-all", rule: 41, file: "hazard/scan.go",
		old: "hazards, ref); found {\n",
		new: "hazards, ref); found || len(hazards) > 0 {\n",
		by:  []check{tests("impls/builtin", "^TestStallRetains$/^hazard$")},
	},
	{
		name: "stalled-reader-holds-nothing", rule: 41, file: "rcu/callbacks_flow.go",
		old: "	if waiting > 0 && f.domain.Poll(f.cookie) {\n",
		new: "	if waiting > 0 {\n",
		by:  []check{tests("impls/builtin", "^TestStallRetains$/^rcu-classic$")},
	},
	{
		name: "announced-after-the-batch", rule: 41, file: "impls/builtin/hazard.go",
		old: "	run(w, &w.versions, ops, t)\n	w.clear()\n",
		new: "	run(w, &w.versions, ops, t)\n",
		by:  []check{tests("impls/builtin", "TestHazardReadersLetGo")},
	},
	{
		name: "own-announcement-in-the-way", rule: 41, file: "impls/builtin/hazard.go",
		old: "	w.clear()\n	w.hazards.Flush()\n	return true\n",
		new: "	w.hazards.Flush()\n	return true\n",
		by:  []check{tests("impls/builtin", "TestOneDeletionMakesRoom")},
	},
	{
		name: "full-and-no-scan", rule: 41, file: "impls/builtin/hazard.go",
		old: "	w.clear()\n	w.hazards.Flush()\n	return true\n",
		new: "	return false\n",
		by:  []check{tests("impls/builtin", "TestOneDeletionMakesRoom")},
	},
}
