package compare

import (
	"readmostly/results"
)

// Samples are what a run holds of each cell.
type samples struct {
	points   []results.Point // that have values, in the file's order
	values   map[results.Point]map[string][]value
	failures map[results.Point]string
}

func samplesOf(f results.File) samples {
	s := samples{values: map[results.Point]map[string][]value{}, failures: map[results.Point]string{}}
	for _, row := range f.Rows {
		if s.values[row.Point] == nil {
			s.values[row.Point] = map[string][]value{}
			s.points = append(s.points, row.Point)
		}
		for _, v := range row.Values {
			if v.Value > 0 { // it has a logarithm
				s.values[row.Point][v.Unit] = append(s.values[row.Point][v.Unit], value{row.Fork, row.Layout, v.Value})
			}
		}
	}
	for _, failure := range f.Failures {
		s.failures[failure.Point] = failure.Why
	}
	return s
}

func (s samples) has(p results.Point) bool { return s.values[p] != nil }

func (s samples) fails(p results.Point) bool {
	_, failed := s.failures[p]
	return failed
}
