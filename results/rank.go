package results

import (
	"cmp"
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// alpha is the probability that a table tells apart two backends that are alike.
const alpha = 0.05

// rank ranks the backends by their ratio at the greatest number of threads.
func (t *table) rank() { t.ranks = t.ranksOf(t.contenders(t.most()), t.most()) }

// ranksOf ranks backends, the cheapest first, by their ratio with a number of threads.
// The cheapest of those without a rank leads: whoever can't be told apart from it
// shares its rank, and the others go on. (Mann-Whitney's U test, as benchstat
// has it; Holm's correction for the comparisons with a leader.)
func (t *table) ranksOf(rest []subject, threads int) map[subject]int {
	ranks := map[subject]int{}
	for len(rest) > 0 {
		next := len(ranks) + 1
		apart := t.apart(rest, threads)
		var others []subject
		for i, s := range rest {
			if apart[i] {
				others = append(others, s)
			} else {
				ranks[s] = next
			}
		}
		rest = others
	}
	return ranks
}

// contenders returns the backends that can do what the table shows and have a
// ratio with a number of threads, the cheapest first.
func (t *table) contenders(threads int) (found []subject) {
	for _, s := range t.subjects {
		if _, ok := t.ratio(s, threads); ok && !s.reads && t.of(s.impl) == contender {
			found = append(found, s)
		}
	}
	slices.SortStableFunc(found, func(a, b subject) int {
		x, _ := t.ratio(a, threads)
		y, _ := t.ratio(b, threads)
		return cmp.Compare(x.Center, y.Center)
	})
	return found
}

// apart reports which backends can be told apart from the first.
func (t *table) apart(subjects []subject, threads int) []bool {
	var samples [][]float64
	for _, s := range subjects {
		samples = append(samples, t.cell(s, threads).sample(Ratio(t.baseline).Unit))
	}
	return apartFrom(samples)
}

// apartFrom reports which samples can be told apart from the first.
func apartFrom(samples [][]float64) []bool {
	leader := sampleOf(samples[0])
	var p []float64
	for _, values := range samples[1:] {
		p = append(p, benchmath.AssumeNothing.Compare(leader, sampleOf(values)).P)
	}
	return append([]bool{false}, holm(p, alpha)...)
}

// tooFew reports whether the forks are so few that even backends of which one
// was always cheaper could not be told apart.
func (t *table) tooFew(subjects []subject, threads int) bool {
	unit := Ratio(t.baseline).Unit
	least := math.Inf(1)
	for _, s := range subjects[1:] {
		n, m := len(t.cell(subjects[0], threads).sample(unit)), len(t.cell(s, threads).sample(unit))
		least = min(least, leastP(n, m))
	}
	return len(subjects) > 1 && least > alpha/float64(len(subjects)-1)
}

// leastP returns the p-value of two samples of which one lies wholly under the
// other: two of all ways to choose n of n+m.
func leastP(n, m int) float64 {
	ways := 1.0
	for i := 1; i <= n; i++ {
		ways *= float64(m+i) / float64(i)
	}
	return min(1, 2/ways)
}
