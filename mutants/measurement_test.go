//go:build mutants

package mutants

// Rules 42 to 49.
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
		old: "	w.impl.Run(ops, t)\n",
		new: "	w.impl.Run(ops[:len(ops)-1], t)\n",
		by:  []check{tests("workloads", "^TestWindows$")},
	},
	{
		name: "window-opens-for-some", rule: 44, file: "workloads/window.go",
		old: "	t.phase.enter(measuring)\n	if err := t.await(ctx, measuring); err != nil {\n		return err\n	}\n",
		new: "	t.phase.enter(measuring)\n",
		by:  []check{tests("workloads", "^TestWindows$")},
	},
	{
		name: "window-of-strangers", rule: 44, file: "workloads/window.go",
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
	{
		name: "drain-not-timed", rule: 47, file: "workloads/flood.go",
		old: "	w.drain()\n	w.drained = instant()\n",
		new: "	w.drained = instant()\n	w.drain()\n",
		by:  []check{tests("workloads", "TestSettleUp")},
	},
	{
		name: "drain-of-the-first-look", rule: 47, file: "workloads/sample.go",
		old: "		if looks > 0 {\n			t.drain",
		new: "		if looks > 1000 {\n			t.drain",
		by:  []check{tests("workloads", "TestDrainTime")},
	},
	{
		name: "retired-is-freed", rule: 47, file: "workloads/window.go",
		old: "t.last.Reclaimed-t.first.Reclaimed",
		new: "t.last.Retired-t.first.Retired",
		by:  []check{tests("workloads", "TestFreed")},
	},
	{
		name: "pauses-of-the-warm-up", rule: 47, file: "workloads/flood.go",
		old: "		if now == measuring {\n			record",
		new: "		if now <= measuring {\n			record",
		by:  []check{tests("workloads", "TestPausesOfTheWindow")},
	},
	{
		name: "noted-twice", rule: 47, file: "workloads/sample.go",
		old: "	if t.gracePeriods == nil {\n",
		new: "	if t.gracePeriods != nil {\n		t.gracePeriods.Merge(t.gracePeriods)\n	}\n	if t.gracePeriods == nil {\n",
		by:  []check{tests("workloads", "TestGracePeriodsAreNotedOnce")},
	},
	{
		name: "putting-back-counted", rule: 47, file: "workloads/teardown.go",
		old: "	counting:   inParts,\n",
		new: "	counting:   throughout,\n",
		by:  []check{tests("workloads", "TestTeardownTimes")},
	},
	{
		name: "cut-round-is-whole", rule: 47, file: "workloads/teardown.go",
		old: "float64(whole.Nanoseconds())",
		new: "float64(taken.Nanoseconds())",
		by:  []check{tests("workloads", "TestTeardownTimes")},
	},
	{
		name: "running-of-the-last", rule: 47, file: "workloads/counter.go",
		old: "min(x.Running, b[i].Running)",
		new: "b[i].Running",
		by:  []check{tests("workloads", "TestCountersOfAllWorkers")},
	},
	{
		name: "no-spare-p", rule: 47, file: "workloads/process.go",
		old: "runtime.GOMAXPROCS(workers + 1)",
		new: "runtime.GOMAXPROCS(workers)",
		by:  []check{tests("workloads", "TestProcessIsGivenBack")},
	},
	{
		name: "hits-in-pairs", rule: 48, file: "workloads/tape.go",
		old: "const block = 64\n",
		new: "const block = 2\n",
		by:  []check{tests("workloads", "TestHitsCannotBePredicted")},
	},
	{
		name: "hits-in-order", rule: 48, file: "workloads/tape.go",
		old: "b.random.IntN(b.hits+b.misses) < b.hits",
		new: "b.hits > 0",
		by:  []check{tests("workloads", "TestHitsCannotBePredicted")},
	},
	{
		name: "stopped-is-stuck", rule: 49, file: "workloads/patience.go",
		old: "min(now-v.last, moment)",
		new: "now - v.last",
		by:  []check{tests("workloads", "TestPatience")},
	},
	{
		name: "slow-is-stuck", rule: 49, file: "workloads/patience.go",
		old: "	if progress != v.progress {\n		v.still = 0\n	}\n",
		new: "",
		by:  []check{tests("workloads", "TestReclaimIsAwaited")},
	},
	{
		name: "others-get-on", rule: 49, file: "workloads/trial.go",
		old: "		if t.awaited[i] {\n			sum",
		new: "		{\n			sum",
		by:  []check{tests("workloads", "TestStuckWorker")},
	},
}
