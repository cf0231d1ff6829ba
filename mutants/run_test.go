//go:build mutants

package mutants

// Rules 52 to 54.
var runs = []mutant{
	{
		name: "ratio-to-the-window-before", rule: 52, file: "bench/fork.go",
		old: "/ (time(a) + share*(time(b)-time(a)))",
		new: "/ (time(a) + 0*share*(time(b)-time(a)))",
		by:  []check{tests("bench", "TestCompareInterpolates")},
	},
	{
		name: "baseline-at-one-end", rule: 52, file: "bench/fork.go",
		old: "\treturn append(order, 0)\n",
		new: "\treturn order\n",
		by:  []check{tests("bench", "^TestOrder$")},
	},
	{
		name: "looked-at-after-each-fork", rule: 52, file: "bench/table.go",
		old: " || n&(n-1) != 0 {",
		new: " {",
		by:  []check{tests("bench", "TestRunLooksLater")},
	},
	{
		name: "judged-as-shown", rule: 52, file: "bench/table.go",
		old: "\tstopping = 0.99\n",
		new: "\tstopping = 0.90\n",
		by:  []check{tests("bench", "TestLookAtPrecision")},
	},
	{
		name: "windows-weigh-alike", rule: 52, file: "bench/pool.go",
		old: "\t\t\tweights = append(weights, float64(w.Ops))\n",
		new: "\t\t\tweights = append(weights, 1)\n",
		by:  []check{tests("bench", "^TestPool")},
	},
	{
		name: "fails-in-one-table-only", rule: 52, file: "bench/run.go",
		old: "failed.Memory && other != t",
		new: "other != t",
		by:  []check{tests("bench", "TestRunLeavesOut")},
	},
	{
		name: "budget-begins-anew", rule: 53, file: "bench/run.go",
		old: "r.Settings.Budget - r.spent - ",
		new: "r.Settings.Budget - ",
		by:  []check{tests("bench", "TestRunResumesBudgetAndFailures")},
	},
	{
		name: "resumed-forks-forgotten", rule: 53, file: "bench/run.go",
		old: "\t\tt.resume()\n",
		new: "",
		by:  []check{tests("bench", "TestResumedTable")},
	},
	{
		name: "torn-row-read", rule: 53, file: "results/file.go",
		old: "\twhole := data[:bytes.LastIndexByte(data, '\\n')+1]\n",
		new: "\twhole := data\n",
		by:  []check{tests("results", "TestReadCut")},
	},
	{
		name: "torn-row-kept", rule: 53, file: "cmd/readmostly/cli/output.go",
		old: "\treturn file.Truncate(s.kept.Whole)\n",
		new: "\treturn nil\n",
		by:  []check{tests("cmd/readmostly/cli", "TestResumeAnyCut")},
	},
	{
		name: "gone-on-with-another-machine", rule: 53, file: "cmd/readmostly/cli/resume.go",
		old: "\t\tif there[key] != here[key] {\n",
		new: "\t\tif there[key] != here[key] && key == \"\" {\n",
		by:  []check{tests("cmd/readmostly/cli", "TestResumeRefuses")},
	},
	{
		name: "interval-of-one-side", rule: 54, file: "results/interval.go",
		old: "\treach := max(i.Hi-i.Center, i.Center-i.Lo)\n",
		new: "\treach := i.Hi - i.Center\n",
		by:  []check{tests("results", "TestHalfWidth")},
	},
	{
		name: "modes-of-forks-only", rule: 54, file: "results/modes.go",
		old: "	if len(values) > 0 {\n		return values, true\n	}\n",
		new: "",
		by:  []check{tests("results", "TestBothModesAreShown")},
	},
	{
		name: "middle-of-two-modes", rule: 54, file: "results/column.go",
		old: "		if both, two := t.rates(s, m); two {\n",
		new: "		if both, two := t.rates(s, m); two && false {\n",
		by:  []check{tests("results", "TestBothModesAreShown")},
	},
	{
		name: "another-row's-windows", rule: 53, file: "results/file.go",
		old: "	if windows.name == point.Name() {\n",
		new: "	if windows.name != \"\" {\n",
		by:  []check{tests("results", "TestWindowsAreKept")},
	},
	{
		name: "disturbed-windows-shown", rule: 52, file: "bench/fork.go",
		old: "			f.report.Fork.Disturbed++\n			continue\n",
		new: "			f.report.Fork.Disturbed++\n",
		by:  []check{tests("bench", "TestWindowsOfARow")},
	},
	{
		name: "waits-for-an-answer", rule: 51, file: "workloads/ping.go",
		old: "				if n%1024 == 0 && instant() > giveUp {\n",
		new: "				if n < 0 && instant() > giveUp {\n",
		by:  []check{tests("workloads", "TestPlayAlone")},
	},
	{
		name: "cadence-shown-as-duration", rule: 54, file: "results/long.go",
		old: "cadence.Center > gp.Center/2",
		new: "cadence.Center > gp.Center",
		by:  []check{tests("results", "TestWhatLongWindowsAreWorth")},
	},
	{
		name: "seldom-unsaid", rule: 54, file: "results/long.go",
		old: "turnovers.Center < often",
		new: "turnovers.Center < 1",
		by:  []check{tests("results", "TestWhatLongWindowsAreWorth")},
	},
	{
		name: "many-comparisons-as-one", rule: 54, file: "results/rank.go",
		old: "alpha/float64(len(p)-k)",
		new: "alpha*float64(k+1)/float64(k+1)",
		by:  []check{tests("results", "TestHolm")},
	},
	{
		name: "waste-shown-as-retries", rule: 54, file: "workloads/mix.go",
		old: "win.Values.Add(retries, float64(tally.Retries)/ops)",
		new: "win.Values.Add(retries, float64(tally.Wasted)/ops)",
		by:  []check{tests("workloads", "TestMixOfATally")},
	},
	{
		name: "discarded-visits-shown", rule: 54, file: "workloads/mix.go",
		old: "win.Values.Add(nodes, float64(tally.Nodes)/ops)",
		new: "win.Values.Add(nodes, float64(tally.Nodes+tally.Wasted)/ops)",
		by:  []check{tests("workloads", "TestMixOfATally")},
	},
	{
		name: "failure-unsaid", rule: 54, file: "cmd/readmostly/cli/measure.go",
		old: "\tcase len(sum.Failures) > 0:\n",
		new: "\tcase len(sum.Failures) < 0:\n",
		by:  []check{tests("cmd/readmostly/cli", "TestFailures")},
	},
	{
		name: "foreseen-as-of-a-mean", rule: 54, file: "bench/noise.go",
		old: "return normal95 * medianCost * math.Sqrt(",
		new: "return normal95 * math.Sqrt(",
		by:  []check{tests("bench", "TestResolution")},
	},
	{
		name: "forks-scatter-unforeseen", rule: 54, file: "bench/noise.go",
		old: "(between+within/float64(fewest))",
		new: "(0*between+within/float64(fewest))",
		by:  []check{tests("bench", "TestResolution")},
	},
	{
		name: "fit-without-a-look", rule: 54, file: "internal/doctor/noise.go",
		old: "\t\treturn good(name, \"not measured: %s\", why).but(\"mend that first: bench would say the same\")\n",
		new: "\t\treturn unknown(name, why)\n",
		by:  []check{tests("internal/doctor", "TestFit")},
	},
	{
		name: "reservations-are-no-failure", rule: 54, file: "cmd/readmostly/cli/doctor.go",
		old: "\tif n := len(report.With(doctor.Reservation)); n > 0 {\n",
		new: "\tif n := len(report.With(doctor.Reservation)); n > 100 {\n",
		by:  []check{tests("cmd/readmostly/cli", "TestDoctorHasReservations")},
	},
}
