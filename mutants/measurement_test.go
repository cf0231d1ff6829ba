//go:build mutants

package mutants

// Rules 42 to 46.
var measurement = []mutant{
	{
		name: "sum-dropped", rule: 42, file: "impls/builtin/noop.go",
		old: "	t.Sink += sum\n",
		new: "	_ = sum\n",
		by:  []check{tests("impls/builtin", "TestNoopReadsItsTape")},
	},
	{
		name: "loop-dropped", rule: 42, file: "impls/builtin/noop.go",
		old: "		if op.IsLookup() {\n			sum += uint64(op)\n			counts[impls.Lookup]++\n			continue\n		}\n		counts[op.Kind()&7]++\n	}\n",
		new: "		_ = op\n	}\n	counts[impls.Lookup] = uint64(len(ops))\n",
		by:  []check{tests("impls/builtin", "TestNoopReadsItsTape")},
	},
	{
		name: "loop-where-the-profile-puts-it", rule: 42, file: "impls/builtin/seqlock.go",
		old: "//go:noinline\nfunc (w *seqWorker) read(",
		new: "func (w *seqWorker) read(",
		by:  []check{machineCode("TestLookupPathsTakeNoLockedInstruction")},
	},
	{
		name: "one-short", rule: 43, file: "impls/builtin/noop.go",
		old: "range ops {\n",
		new: "range ops[min(1, len(ops)):] {\n",
		by:  []check{kit("noop/floor")},
	},
	{
		name: "counts-too-many", rule: 43, file: "impls/builtin/run.go",
		old: "		t.Lookups += uint64(o.n)\n",
		new: "		t.Lookups += uint64(o.n + 1)\n",
		by:  []check{kit("unsync/model")},
	},
	{
		name: "tape-not-played", rule: 43, file: "workloads/worker.go",
		old: "	w.impl.Run(batch, t)\n",
		new: "	w.impl.Run(batch[:len(batch)-1], t)\n",
		by:  []check{tests("workloads", "^TestMeasure$")},
	},
	{
		name: "window-opens-for-some", rule: 44, file: "workloads/driver.go",
		old: "	t.phase.enter(measuring)\n	if err := t.await(ctx, measuring); err != nil {\n		return err\n	}\n",
		new: "	t.phase.enter(measuring)\n",
		by:  []check{tests("workloads", "^TestMeasure$")},
	},
	{
		name: "window-of-strangers", rule: 44, file: "workloads/driver.go",
		old: "	if ended <= began {\n",
		new: "	if ended == 0 {\n",
		by:  []check{tests("workloads", "TestWindowsMustOverlap")},
	},
	{
		name: "one-line-apart", rule: 45, file: "internal/mem/mem.go",
		old: "const FalseSharingRange = 128\n",
		new: "const FalseSharingRange = 64\n",
		by:  []check{tests("internal/mem", "TestPadKeepsLinePairsApart")},
	},
	{
		name: "marks-side-by-side", rule: 45, file: "rcu/classic.go",
		old: "	_ [2*mem.FalseSharingRange - 33 - unsafe.Sizeof(section{})]byte\n",
		new: "	_ [mem.FalseSharingRange - 33 - unsafe.Sizeof(section{})]byte\n",
		by:  []check{tests("rcu", "TestReadersKeepApart")},
	},
	{
		name: "counts-side-by-side", rule: 45, file: "rcu/srcu.go",
		old: "	entries, exits [2]mem.Uint64\n	_              mem.Pad\n",
		new: "	entries, exits [2]mem.Uint64\n",
		by:  []check{tests("rcu", "TestWordsKeepApart")},
	},
	{
		name: "slots-side-by-side", rule: 45, file: "hazard/participant.go",
		old: "const padWords = mem.FalseSharingRange / 8\n",
		new: "const padWords = 1\n",
		by:  []check{tests("hazard", "TestSlotsKeepApart")},
	},
	{
		name: "workers-side-by-side", rule: 45, file: "impls/builtin/builtin.go",
		old: "	exclusion exclusion // of the updaters of a chain\n	_         mem.Pad\n",
		new: "	exclusion exclusion // of the updaters of a chain\n",
		by:  []check{tests("impls/builtin", "TestWorkersKeepApart")},
	},
	{
		name: "longer-element", rule: 46, file: "impls/slab/slab.go",
		old: "	state mem.Uint64 // who owns",
		new: "	Extra mem.Uint64\n	state mem.Uint64 // who owns",
		by:  []check{tests("impls/slab", "TestElementIsOneLine")},
	},
	{
		name: "shorter-node", rule: 46, file: "impls/builtin/gc.go",
		old: "_, _, _ uint64",
		new: "_ uint64",
		by:  []check{tests("impls/builtin", "TestNodesAreAsLongAsElements")},
	},
}
