//go:build mutants

package mutants

// Rules 16 to 22.
var callbacks = []mutant{
	{
		name: "barrier-of-one-shard", rule: 16, file: "rcu/barrier.go",
		old: "	left.Add(len(r.shards))\n	heads := make([]Head, len(r.shards))\n	for i := range r.shards {\n",
		new: "	left.Add(1)\n	heads := make([]Head, 1)\n	for i := range r.shards[:1] {\n",
		by:  []check{tests("rcu", "TestBarrierCoversEveryShard")},
	},
	{
		name: "barrier-forgets-the-batch", rule: 16, file: "rcu/barrier.go",
		old: "	if next, waiting, _ := f.segments.sizes(); next+waiting > 0 {\n",
		new: "	if _, waiting, _ := f.segments.sizes(); waiting > 0 {\n",
		by:  []check{tests("rcu", "TestBulkFallsBackToTheChain|TestHeadsMayComeAgain")},
	},
	{
		name: "twice-untold", rule: 17, file: "rcu/head.go",
		old: "{ return h.state.CompareAndSwap(headIdle, headWaiting) }",
		new: "{ h.state.Store(headWaiting); return true }",
		by:  []check{tests("rcu", "TestDoubleSubmit")},
	},
	{
		name: "last-in-first-out", rule: 18, file: "rcu/callbacks_shard.go",
		old: "	for h := s.newest.Swap(nil); h != nil; {\n		h.next, oldest, h = oldest, h, h.next\n	}\n	return oldest\n",
		new: "	return s.newest.Swap(nil)\n",
		by:  []check{tests("rcu", "TestBarrierIsBehindWhatCameBefore")},
	},
	{
		name: "no-throttle", rule: 19, file: "rcu/callbacks_flow.go",
		old: "	if f.length() <= f.opts.HighWater {\n",
		new: "	if f.length() >= 0 {\n",
		by:  []check{tests("rcu", "TestFloodIsBounded")},
	},
	{
		name: "reclaimer-no-throttle", rule: 19, file: "rcu/callbacks_throttle.go",
		old: "	for r.Len() > r.opts.HighWater && ",
		new: "	for r.Len() < 0 && ",
		by:  []check{torture("rcu-classic library"), tests("rcu", "TestReclaimerFloodIsBounded")},
	},
	{
		name: "no-page-no-list", rule: 20, file: "rcu/bulk.go",
		old: "	case b.links != nil:\n",
		new: "	case b.links != nil && b.used < 0:\n",
		by:  []check{torture("rcu-classic library"), tests("rcu", "TestBulkFallsBackToTheChain")},
	},
	{
		name: "no-head-no-wait", rule: 20, file: "rcu/callbacks_throttle.go",
		old: "	if !r.opts.Memory.take() {\n",
		new: "	if !r.opts.Memory.take() && r.opts.Batch == 0 {\n",
		by:  []check{torture("rcu-classic library"), tests("rcu", "TestRetireFallsBackToWaiting")},
	},
	{
		name: "stale-cookie", rule: 21, file: "rcu/callbacks_flow.go",
		old: "	f.segments.shut()\n	f.cookie = f.domain.StartPoll()\n",
		new: "	_, waiting, _ := f.segments.sizes()\n	f.segments.shut()\n	if waiting == 0 {\n		f.cookie = f.domain.StartPoll()\n	}\n",
		by:  []check{tests("rcu", "TestBarrierAsksForAWholeGracePeriod")},
	},
	{
		name: "reposts-for-ever", rule: 22, file: "rcu/barrier.go",
		old: "	f.closed, f.due = true, 0",
		new: "	f.due = 0",
		by:  []check{tests("rcu", "TestCallbackThatRepostsStopsAtClose")},
	},
}
