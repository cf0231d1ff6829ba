//go:build mutants

package mutants

// Sections that cover several lookups.
var sections = []mutant{
	{
		name: "section-over-an-update", rule: 36, file: "impls/builtin/rcu.go",
		old: "		m, h, p, _, ended := w.lookups(ops[n:])\n		reader.ReadUnlock(token)\n",
		new: "		m, h, p, _, ended := w.lookups(ops[n:])\n		if m == w.section {\n			reader.ReadUnlock(token)\n		}\n",
		by:  []check{scripted("^TestScriptedSections$/^rcu-classic$"), kit("rcu-classic/section=16/reclaim=sync/model")},
	},
	{
		name: "section-never-left", rule: 36, file: "impls/builtin/srcu.go",
		old: "		m, h, p, _, ended := w.lookups(ops[n:])\n		srcu.ReadUnlock(token)\n",
		new: "		m, h, p, _, ended := w.lookups(ops[n:])\n		_ = token\n",
		by:  []check{scripted("^TestScriptedSections$/^srcu$"), kit("srcu/section=16/reclaim=sync/model")},
	},
	{
		name: "pinned-for-good", rule: 36, file: "impls/builtin/sched.go",
		old: "		m, h, p, _, ended := w.lookups(ops[n:])\n		sched.ReadUnlock()\n",
		new: "		m, h, p, _, ended := w.lookups(ops[n:])\n",
		by:  []check{machineCode("^TestSectionsArePinned$")},
	},
	{
		name: "retires-in-the-section", rule: 36, file: "impls/builtin/refcountrcu.go",
		old: "			w.last = append(w.last, ref) // retired behind the section, as that may wait\n",
		new: "			w.retire(ref)\n",
		by:  []check{scripted("^TestScriptedLastReferences$"), stopped("refcount-rcu/section=16/reclaim=sync")},
	},
	{
		name: "last-reference-is-lost", rule: 4, file: "impls/builtin/refcountrcu.go",
		old: "		for _, ref := range w.last {\n			w.retire(ref)\n		}\n",
		new: "",
		by:  []check{scripted("^TestScriptedLastReferences$"), stopped("refcount-rcu/section=16")},
	},
	{
		name: "last-reference-is-put-twice", rule: 4, file: "impls/builtin/refcountrcu.go",
		old: "		w.last = w.last[:0]\n",
		new: "",
		by:  []check{scripted("^TestScriptedLastReferences$"), stopped("refcount-rcu/section=16")},
	},
	{
		name: "discarded-visits-are-useful-in-sections", rule: 43, file: "impls/builtin/refcountrcu.go",
		old: "		if !refcount.GetUnlessZero(&e.Count) {\n			return n, hits, begun, passed + 1 - begun, disturbed\n",
		new: "		if !refcount.GetUnlessZero(&e.Count) {\n			return n, hits, passed + 1, passed + 1 - begun, disturbed\n",
		by:  []check{scripted("^TestScriptedRetries$/^refcount-rcu:")},
	},
	{
		name: "sections-without-a-bound", rule: 49, file: "impls/builtin/sections.go",
		old: "	ops = ops[:min(len(ops), w.section)]\n",
		new: "",
		by:  []check{scripted("^TestScriptedSections$")},
	},
	{
		name: "sections-of-one", rule: 49, file: "impls/builtin/sections.go",
		old: "	if w.section > 1 {\n",
		new: "	if w.section > 64 {\n",
		by:  []check{scripted("^TestScriptedSections$")},
	},
	{
		name: "announces-for-a-run", rule: 49, file: "impls/builtin/qsbr.go",
		old: "		m, h, p, _, ended := w.lookups(ops[n:]) // none, if updates alone have been made\n		reader.QuiescentState()\n",
		new: "		m, h, p, _, ended := w.lookups(ops[n:])\n		if n == 0 {\n			reader.QuiescentState()\n		}\n",
		by:  []check{scripted("^TestScriptedSections$/^rcu-qsbr$")},
	},
	{
		name: "maps-are-not-told", rule: 49, file: "workloads/trial.go",
		old: ", Section: w.Section})",
		new: "})",
		by:  []check{tests("workloads", "^TestMapIsConfigured$")},
	},
	{
		name: "kit-knows-one-section", rule: 49, file: "impls/implstest/implstest.go",
		old: "		long := impls.Config{Section: sectionLength}\n",
		new: "		long := impls.Config{}\n",
		by:  []check{tests("impls/implstest", "^TestKitRunsSections$")},
	},
	{
		name: "compared-without-sections", rule: 52, file: "workloads/check.go",
		old: "	case can == \"\" && w.Section > 1 && !b.Caps.Section && !b.Caps.Floor:\n",
		new: "	case can == \"\" && w.Section > 1 && false:\n",
		by:  []check{tests("workloads", "^TestUnfit$"), tests("cmd/readmostly/cli", "^TestSections$")},
	},
	{
		name: "baseline-with-other-loops", rule: 52, file: "bench/plan.go",
		old: "			if why := workloads.Unfit(base, w.ReadOnly()); why != \"\" {\n				return p, fmt.Errorf(\"the baseline: %s\", why)\n			}\n",
		new: "",
		by:  []check{tests("bench", "^TestNewPlanSections$")},
	},
	{
		name: "sections-share-a-name", rule: 53, file: "results/point.go",
		old: "		fmt.Fprintf(&b, \"/section=%d\", p.Section)\n",
		new: "",
		by:  []check{tests("results", "^TestPointName$")},
	},
}
