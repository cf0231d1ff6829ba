//go:build mutants

package mutants

// Rules 37 to 41.
var hazards = []mutant{
	{
		name: "unpublished", rule: 37, file: "impls/builtin/hazard.go",
		old: "			hazard.Set(even, ref)\n",
		new: "			_ = even\n",
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
		old: "			if mem.LoadAcquire(link) != ref {\n",
		new: "			if ref == 0 {\n",
		by:  []check{kit("hazard/readers"), stopped("hazard")},
	},
	{
		name: "slot-without-release", rule: 37, file: "hazard/slot.go",
		old: "	mem.StoreRelease(slot, ref)\n",
		new: "	mem.StoreRelaxed(slot, ref)\n",
		by:  []check{machineCode("TestReleaseStoresOnARM64")},
	},
	{
		name: "unmarked", rule: 38, file: "impls/builtin/hazard.go",
		old: "	ref, ok := w.remove(key, true)\n",
		new: "	ref, ok := w.remove(key, false)\n",
		by:  []check{kit("hazard/readers"), stopped("hazard")},
	},
	{
		name: "slots-before-the-fence", rule: 39, file: "hazard/scan.go",
		old: "	if d.fenced {\n		var fence mem.Uint64\n		fence.Store(0)\n	} else {\n		mem.HeavyFence()\n	}\n	set = d.collect(set)\n",
		new: "	set = d.collect(set)\n	if d.fenced {\n		var fence mem.Uint64\n		fence.Store(0)\n	} else {\n		mem.HeavyFence()\n	}\n",
		by:  []check{litmus("hazard", "^TestPublishedOrInvalid$/^default$"), machineCode("TestHeavyFencesOnAMD64")},
	},
	{
		name: "never-scans", rule: 39, file: "hazard/participant.go",
		old: "	if uint64(len(p.retired)) >= p.domain.threshold.Load() {\n",
		new: "	if uint64(len(p.retired)) >= 1<<40 {\n",
		by:  []check{tests("hazard", "TestStalledReadersBoundGarbage")},
	},
	{
		name: "given-up-early", rule: 40, file: "impls/builtin/hazard.go",
		old: "			link = &e.Next\n		}\n		if ref != table.End(i) {\n			v = offChain",
		new: "			link = &e.Next\n			hazard.Set(odd, 0)\n		}\n		if ref != table.End(i) {\n			v = offChain",
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
		old: "		for i := range p.words {\n			if ref := p.words[i].Load(); ref != 0 {\n",
		new: "		for i := range p.words {\n			if ref := p.words[len(p.words)-1-i].Load(); ref != 0 {\n",
		by:  []check{tests("hazard", "TestMovesUpAreSeen")},
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
}
