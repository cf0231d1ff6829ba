package bench

import (
	"slices"
	"strings"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// pool makes one row of what a fork has seen of a cell.
func (f *fork) pool(i int) Row {
	seen := f.rows[i]
	scene := f.spec.Table.Workload.Scene()
	row := Row{Cell: i, Ratios: seen.ratios, Windows: seen.seen}
	looked := 0.0
	for _, w := range seen.windows {
		row.Ops += int(w.Ops)
		looked += float64(w.Length.Nanoseconds())
	}
	// A value of the long window alone is one that short windows don't show.
	var long []workloads.Window
	if seen.long != nil {
		long = append(long, *seen.long)
	}
	single := singles(seen.windows)
	for _, m := range scene.Metrics {
		if v, ok := single.Get(m.Unit); ok {
			row.Values.Add(m, v)
		} else if v, ok := pooled(m, seen.windows); ok {
			row.Values.Add(m, v)
		} else if v, ok := pooled(m, long); ok {
			row.Values.Add(m, v)
		}
		if m.Unit == workloads.NsPerOp.Unit && len(seen.ratios) > 0 && f.spec.Table.Workload.Compared() {
			row.Values.Add(results.Ratio(f.spec.Baseline), median(seen.ratios))
		}
	}
	f.addCounters(&row, seen.windows)
	b, _ := impls.Find(f.spec.Table.Cells[i].Backend)
	row.Values = append(row.Values, spaceOf(b, f.spec.Table.Cells[i].Reclaim, f.spec.Table.Workload)...)
	row.Values.Add(results.Rounds, float64(seen.rounds))
	row.Values.Add(results.Looked, looked)
	if seen.long != nil {
		row.Values.Add(results.LookedLong, float64(seen.long.Length.Nanoseconds()))
	}
	row.Values.Add(results.Disturbed, float64(seen.spoiled))
	return row
}

// singles returns what the times of single operations of all windows show. They are
// one distribution: the median of what windows show of a tail is not the tail.
func singles(windows []workloads.Window) workloads.Values {
	if all := workloads.LatencyOf(windows); all != nil {
		return all.Values()
	}
	return nil
}

// spaceOf returns what the backend says that it takes, nothing if it doesn't say.
func spaceOf(b impls.Backend, reclaim string, w workloads.Workload) workloads.Values {
	if b.Space == nil {
		return nil
	}
	return results.SpaceValues(b.Space(impls.Config{Buckets: w.Chains(), Capacity: w.Capacity(), Reclaim: reclaim, Retain: w.Retain}))
}

// pooled returns what windows make of a metric together, and whether one of them
// has measured it.
func pooled(m workloads.Metric, windows []workloads.Window) (float64, bool) {
	var values, weights []float64
	for _, w := range windows {
		if v, ok := w.Values.Get(m.Unit); ok {
			values = append(values, v)
			weights = append(weights, float64(w.Ops))
		}
	}
	if len(values) == 0 {
		return 0, false
	}
	switch m.Pool {
	case workloads.Most:
		return slices.Max(values), true
	case workloads.Sum:
		sum := 0.0
		for _, v := range values {
			sum += v
		}
		return sum, true
	case workloads.Mean:
		sum, weight := 0.0, 0.0
		for k, v := range values {
			sum += v * weights[k]
			weight += weights[k]
		}
		return sum / weight, weight > 0
	}
	return median(values), true
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// addCounters adds what was counted in all windows together. An event that was
// not counted in some of them is known from the others; perf-running is the least
// share of all windows in which an event was counted, 0 if one never was.
func (f *fork) addCounters(row *Row, windows []workloads.Window) {
	if len(windows) == 0 || len(windows[0].Counters) == 0 {
		return
	}
	least := 1.0
	for _, counted := range windows[0].Counters {
		sum, ops, running := 0.0, 0.0, 0.0
		for _, w := range windows {
			i := slices.IndexFunc(w.Counters, func(c workloads.Count) bool { return c.Event == counted.Event })
			if i < 0 || w.Counters[i].Running <= 0 {
				continue
			}
			sum += w.Counters[i].N
			ops += float64(w.Ops)
			running += w.Counters[i].Running / float64(len(windows))
		}
		least = min(least, running)
		if running > 0 {
			row.Values.Add(results.Event(strings.TrimSuffix(counted.Event.Unit(), "/op")), sum/ops)
		} else if !slices.Contains(f.report.Silent, counted.Event.Name) {
			f.report.Silent = append(f.report.Silent, counted.Event.Name)
		}
	}
	row.Values.Add(results.PerfRunning, least)
}
