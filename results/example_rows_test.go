package results

// rowsOf returns windows of two scenarios that show everything that a table can:
// backends that can't update, that retry, that retain, several numbers of
// workers, and times with some spread.
func rowsOf(windows int) []Row {
	type shape struct {
		impl       string
		one, two   float64 // ns/op with one worker and with two
		updates    bool
		retries    float64
		retained   float64
		gp         float64
		checkedOps bool
	}
	shapes := []shape{
		{impl: "unsync", one: 6.41, two: 6.44, checkedOps: true},
		{impl: "noop", one: 0.62, two: 0.63, updates: true},
		{impl: "rcu-classic", one: 7.02, two: 7.1, updates: true, retained: 118, gp: 1234, checkedOps: true},
		{impl: "rwlock", one: 24.9, two: 212.5, updates: true, checkedOps: true},
		{impl: "seqlock", one: 7.31, two: 7.9, updates: true, retries: 0.000213, checkedOps: true},
		{impl: "refcount-rcu", one: 17.31, two: 63.9, updates: true, retained: 2048, gp: 17_000_000, checkedOps: true},
	}
	var rows []Row
	for i := range windows {
		spread := 1 + 0.004*float64(i%3)
		for _, updates := range []float64{0.01, 0} {
			for _, workers := range []int{2, 1} {
				for _, s := range shapes {
					if updates > 0 && !s.updates {
						continue
					}
					ns := s.one
					if workers == 2 {
						ns = s.two
					}
					ns *= spread
					r := Row{
						Point: Point{Scenario{"", "hash", 1024, 0, updates, false}, s.impl, "", workers},
						Ops:   int(1e8/ns) * workers,
					}
					r.Add(NsPerOp, ns)
					r.Add(OpsPerSecond, float64(workers)*1e9/ns)
					r.Add(UpdateShare, updates)
					if s.checkedOps {
						r.Add(HitRate, 0.5)
						r.Add(Retries, s.retries*updates*100)
						r.Add(Wasted, s.retries*updates*100*1.5)
						r.Add(Retained, s.retained*updates*100)
					}
					if s.gp > 0 && updates > 0 {
						r.Add(GPMedian, s.gp)
					}
					rows = append(rows, r)
				}
			}
		}
	}
	return rows
}
