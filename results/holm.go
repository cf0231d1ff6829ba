package results

import (
	"cmp"
	"slices"
)

// Holm returns the p-values of several hypotheses, corrected for their number: those
// of at most alpha can be rejected with a probability of at most alpha to reject any
// true one. (Holm, A simple sequentially rejective multiple test procedure, 1979.)
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	corrected, greatest := make([]float64, len(p)), 0.0
	for k, i := range order {
		greatest = max(greatest, min(1, p[i]*float64(len(p)-k)))
		corrected[i] = greatest
	}
	return corrected
}

// holm reports which of several hypotheses with these p-values are rejected.
func holm(p []float64, alpha float64) []bool {
	rejected := make([]bool, len(p))
	for i, corrected := range Holm(p) {
		rejected[i] = corrected <= alpha
	}
	return rejected
}
