package advise

import (
	"encoding/json"
	"io"
	"strconv"

	"readmostly/results"
)

// The names of the fields of JSON, which do not change with those of this package.
type (
	jsonAdvice struct {
		From      string        `json:"from"`
		Structure string        `json:"structure"`
		Size      int           `json:"size"`
		Buckets   int           `json:"buckets,omitempty"`
		Updates   float64       `json:"updates"`
		Replace   bool          `json:"replace,omitempty"`
		Threads   int           `json:"threads"`
		Needs     []string      `json:"needs"`
		Load      *jsonLoad     `json:"load,omitempty"`
		Baseline  string        `json:"baseline"`
		Forks     int           `json:"forks"`
		Layouts   string        `json:"layouts,omitempty"`
		Winner    *jsonCost     `json:"winner"`
		Tied      []*jsonCost   `json:"tied"`
		Others    []*jsonCost   `json:"others"`
		Excluded  []*jsonCost   `json:"excluded"`
		Between   *jsonBetween  `json:"between,omitempty"`
		Horizons  []jsonHorizon `json:"horizons"`
		Enough    string        `json:"enough,omitempty"`
	}
	jsonLoad struct {
		Reads  float64 `json:"reads_per_second"`
		Writes float64 `json:"writes_per_second"`
	}
	jsonCost struct {
		Backend string        `json:"backend"`
		Plain   bool          `json:"plain,omitempty"`
		Ratio   *jsonInterval `json:"ratio,omitempty"`
		Time    *jsonInterval `json:"time_ns,omitempty"`
		Modes   *jsonModes    `json:"modes,omitempty"`
		Core    *float64      `json:"core,omitempty"`
		Why     []string      `json:"why,omitempty"`
	}
	jsonInterval struct {
		Center float64  `json:"center"`
		Lo     *float64 `json:"lo,omitempty"`
		Hi     *float64 `json:"hi,omitempty"`
	}
	jsonModes struct {
		Low   float64 `json:"low"`
		High  float64 `json:"high"`
		Share float64 `json:"share_low"`
	}
	jsonBetween struct {
		Axis string  `json:"axis"`
		Low  float64 `json:"low"`
		Top  float64 `json:"top"`
	}
	jsonHorizon struct {
		Axis string   `json:"axis"`
		Down jsonTurn `json:"down"`
		Up   jsonTurn `json:"up"`
	}
	jsonTurn struct {
		End    string   `json:"end"`
		To     float64  `json:"to"`
		Next   *float64 `json:"next,omitempty"`
		Takers []string `json:"takers,omitempty"`
		Cross  float64  `json:"cross,omitempty"`
		Base   *float64 `json:"base,omitempty"`
		New    bool     `json:"taker_new,omitempty"`
		Gone   bool     `json:"winner_gone,omitempty"`
	}
)

// JSON writes the advice as one JSON object. Shares are numbers, 0.01 for 1 %; ends of an
// interval that is not known are missing, and so is all that was not measured; winner is
// null where there are too few forks to tell.
func (a *Advice) JSON(w io.Writer, from string) error {
	q := a.Question
	out := jsonAdvice{
		From: from, Structure: string(q.Workload.Structure), Size: q.Workload.Size, Buckets: q.Workload.Buckets,
		Updates: rounded(q.Workload.Updates), Replace: q.Workload.Replace, Threads: q.Workload.Threads, Needs: append([]string{}, q.needs()...),
		Baseline: a.Baseline, Forks: a.Forks, Layouts: a.Layouts,
		Tied: []*jsonCost{}, Others: []*jsonCost{}, Excluded: []*jsonCost{}, Horizons: []jsonHorizon{},
	}
	if q.Load != nil {
		out.Load = &jsonLoad{rounded(q.Load.Reads), rounded(q.Load.Writes)}
	}
	if a.Winner != nil {
		out.Winner = a.toJSON(*a.Winner, nil)
	}
	for _, c := range a.Tied {
		out.Tied = append(out.Tied, a.toJSON(c, nil))
	}
	for _, c := range a.Others {
		out.Others = append(out.Others, a.toJSON(c, nil))
	}
	for _, x := range a.Out {
		out.Excluded = append(out.Excluded, a.toJSON(x.Cost, x.Why))
	}
	if a.Between != nil {
		out.Between = &jsonBetween{string(a.Between.Axis), a.Between.Low, a.Between.Top}
	}
	for _, h := range a.Horizons {
		out.Horizons = append(out.Horizons, jsonHorizon{string(h.Axis), turnJSON(h.Down), turnJSON(h.Up)})
	}
	if a.Enough != nil {
		out.Enough = a.Enough.Name
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(out)
}

func (a *Advice) toJSON(c Cost, why []string) *jsonCost {
	j := &jsonCost{Backend: c.Name, Plain: c.Plain, Why: why}
	if !c.Known() {
		return j
	}
	j.Ratio, j.Time = intervalJSON(c.Ratio), intervalJSON(c.Time)
	if c.Modes != nil {
		j.Modes = &jsonModes{rounded(c.Modes.Low), rounded(c.Modes.High), rounded(c.Modes.Share)}
	}
	if l := a.Question.Load; l != nil {
		share, _ := c.Core(*l)
		share = rounded(share)
		j.Core = &share
	}
	return j
}

func intervalJSON(i results.Interval) *jsonInterval {
	j := &jsonInterval{Center: rounded(i.Center)}
	if i.Known() {
		lo, hi := rounded(i.Lo), rounded(i.Hi)
		j.Lo, j.Hi = &lo, &hi
	}
	return j
}

func turnJSON(t Turn) jsonTurn {
	j := jsonTurn{End: string(t.End), To: t.To, Takers: t.Takers, Cross: rounded(t.Cross), New: t.New, Gone: t.Gone}
	if t.End == Flips || t.End == Unclear {
		j.Next = &t.Next
	}
	if t.Cross != 0 {
		j.Base = &t.Base
	}
	return j
}

// rounded rounds to six significant digits, as figures in result files are: the last
// digits differ from processor to processor.
func rounded(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	return v
}
