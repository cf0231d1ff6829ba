package results

import (
	"math"
	"strconv"
)

// A Row is one window of one backend: a line of a result file.
type Row struct {
	Point
	Ops    int     // operations executed in the window, all workers together
	Values []Value // what was measured; what was not is missing
}

// A Value is a measured number and its unit.
type Value struct {
	Unit  string
	Value float64
}

// Get returns the row's value in the unit, and whether it was measured.
func (r Row) Get(unit string) (float64, bool) {
	for _, v := range r.Values {
		if v.Unit == unit {
			return v.Value, true
		}
	}
	return 0, false
}

// Add appends a value, rounded to six significant digits. One that is not a
// finite number was not measured and is left out.
func (r *Row) Add(unit string, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	r.Values = append(r.Values, Value{unit, round(value)})
}

func round(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	if err != nil {
		return v
	}
	return rounded
}
