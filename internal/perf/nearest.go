package perf

import (
	"cmp"
	"slices"
	"strings"

	"readmostly/internal/spelling"
)

// didYouMean returns the end of an error about an unknown name.
func didYouMean(name string, u units) string {
	var candidates []string
	for _, table := range [][]named{hardwareEvents, softwareEvents} {
		for _, n := range table {
			candidates = append(candidates, n.names...)
		}
	}
	for _, e := range append(cacheEvents(), u.all()...) {
		candidates = append(candidates, e.Name, shortCacheName.Replace(e.Name))
	}
	slices.Sort(candidates)
	candidates = slices.Compact(candidates)
	const most = 4
	if near := nearest(name, candidates); len(near) > 0 {
		return "; did you mean " + strings.Join(near[:min(most, len(near))], ", ") + "?"
	}
	return "; want perf's names, rNNN or unit/term=value,.../ (`readmostly list counters` shows all)"
}

// shortCacheName turns the listed names of level-1 events into those that people
// type.
var shortCacheName = strings.NewReplacer("L1-dcache-", "L1d-", "L1-icache-", "L1i-")

// nearest returns the candidates that resemble name, the best first: few typing
// errors away, or with name as a part of them.
func nearest(name string, candidates []string) []string {
	name = strings.ToLower(name)
	if name == "" || len(name) > 64 {
		return nil
	}
	distance := map[string]int{}
	for _, c := range candidates {
		lower := strings.ToLower(c)
		d := spelling.Distance(name, lower)
		if len(name) >= 3 && strings.Contains(lower, name) {
			d = min(d, 1)
		}
		if d <= 1+len(name)/4 {
			distance[c] = d
		}
	}
	near := make([]string, 0, len(distance))
	for c := range distance {
		near = append(near, c)
	}
	slices.SortFunc(near, func(a, b string) int {
		return cmp.Or(cmp.Compare(distance[a], distance[b]), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return near
}
