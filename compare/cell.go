package compare

import "readmostly/results"

// A Verdict is what became of a cell.
type Verdict string

// The verdicts. Cells that have none are shown and not judged.
const (
	None   Verdict = ""
	Same   Verdict = "no difference" // none was found
	Better Verdict = "better"
	Worse  Verdict = "worse"
	Fails  Verdict = "fails" // it could be measured before
	TooFew Verdict = "too few forks"
)

// A Cell is one backend under one workload in both runs.
type Cell struct {
	results.Point
	Ratio   *Change // of the time over the baseline's; nil where there is none
	Time    *Change // per operation; nil where there is none
	Verdict Verdict
	P       float64 // of the change that decides, corrected for all that are judged
	Wide    bool    // a change by the threshold could have been missed: the interval reaches that far
	Why     string  // it fails
}

// decides returns the change that a cell is judged by, nil for none.
func (c *Cell) decides() *Change {
	if c.Ratio != nil {
		return c.Ratio
	}
	return c.Time
}
