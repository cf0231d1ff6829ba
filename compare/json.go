package compare

import (
	"encoding/json"
	"io"
	"math"
	"strconv"

	"readmostly/results"
)

// The names of the fields of JSON, which do not change with those of this package.
type (
	jsonComparison struct {
		Threshold float64    `json:"threshold"`
		Paired    bool       `json:"paired"`
		Baseline  string     `json:"baseline,omitempty"`
		Layouts   int        `json:"layouts"`
		Judged    int        `json:"judged"`
		Worse     int        `json:"worse"`
		Better    int        `json:"better"`
		Cells     []jsonCell `json:"cells"`
		OnlyOld   []string   `json:"only_old,omitempty"`
		OnlyNew   []string   `json:"only_new,omitempty"`
		Warnings  []string   `json:"warnings,omitempty"`
	}
	jsonCell struct {
		Name    string      `json:"name"`
		Backend string      `json:"backend"`
		Verdict string      `json:"verdict,omitempty"`
		P       *float64    `json:"p,omitempty"`
		Wide    bool        `json:"wide,omitempty"`
		Why     string      `json:"why,omitempty"`
		Ratio   *jsonChange `json:"ratio,omitempty"`
		Time    *jsonChange `json:"time_ns,omitempty"`
	}
	jsonChange struct {
		Old   float64  `json:"old"`
		New   float64  `json:"new"`
		By    float64  `json:"change"`
		Lo    *float64 `json:"lo,omitempty"`
		Hi    *float64 `json:"hi,omitempty"`
		P     float64  `json:"p"`
		Units int      `json:"units"`
	}
)

// JSON writes the comparison as one JSON object. Cells have the names of their
// benchmarks; changes are shares, 0.05 for 5 % more; p of a cell is corrected for the
// number of cells, p of a change is not; ends of an interval that is not known are
// missing.
func (c *Comparison) JSON(w io.Writer) error {
	out := jsonComparison{
		Threshold: c.Threshold, Paired: c.Paired, Baseline: c.Baseline, Layouts: c.Layouts,
		Judged: c.Judged(), Worse: len(c.Regressions()), Better: len(c.with(Better)),
		Cells: []jsonCell{}, OnlyOld: names(c.OnlyOld), OnlyNew: names(c.OnlyNew), Warnings: c.Warnings,
	}
	for _, cell := range c.Cells {
		j := jsonCell{
			Name: cell.Name(), Backend: cell.Backend(), Verdict: string(cell.Verdict), Wide: cell.Wide, Why: cell.Why,
			Ratio: toJSON(cell.Ratio), Time: toJSON(cell.Time),
		}
		if cell.Verdict != None && cell.Verdict != Fails {
			j.P = rounded(cell.P)
		}
		out.Cells = append(out.Cells, j)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

func toJSON(c *Change) *jsonChange {
	if c == nil {
		return nil
	}
	j := &jsonChange{Old: *rounded(c.Old), New: *rounded(c.New), By: *rounded(c.By), P: *rounded(c.P), Units: c.Units}
	if c.Known() {
		j.Lo, j.Hi = rounded(c.Lo), rounded(c.Hi)
	}
	return j
}

// rounded rounds to six significant digits, as figures in result files are: the last
// digits differ from processor to processor.
func rounded(v float64) *float64 {
	v = max(-math.MaxFloat64, min(v, math.MaxFloat64)) // JSON has no infinity
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	return &v
}

func names(points []results.Point) (all []string) {
	for _, p := range points {
		all = append(all, p.Name())
	}
	return all
}
