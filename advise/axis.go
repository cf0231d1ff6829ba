package advise

import (
	"math"
	"strconv"

	"readmostly/results"
	"readmostly/workloads"
)

// An Axis is something that a workload has more or less of.
type Axis string

// The axes.
const (
	Updates Axis = "updates" // share of operations that update
	Threads Axis = "threads"
	Size    Axis = "size" // elements
)

// Axes returns all of them.
func Axes() []Axis { return []Axis{Updates, Threads, Size} }

// Of returns where a workload is on the axis.
func (a Axis) Of(w workloads.Workload) float64 {
	switch a {
	case Updates:
		return w.Updates
	case Threads:
		return float64(w.Threads)
	}
	return float64(w.Size)
}

// with returns the workload moved to a place on the axis.
func (a Axis) with(w workloads.Workload, v float64) workloads.Workload {
	switch a {
	case Updates:
		w.Updates = v
	case Threads:
		w.Threads = int(v)
	default:
		w.Size = int(v)
	}
	return w
}

// Format writes a place on the axis.
func (a Axis) Format(v float64) string {
	switch a {
	case Updates:
		return percent(v)
	case Threads:
		return strconv.Itoa(int(v))
	}
	return results.FormatSize(int(v))
}

// straighten returns a coordinate in which costs are taken to be linear.
func (a Axis) straighten(v float64) float64 {
	if a == Size {
		return math.Log2(v)
	}
	return v
}

// bend is the inverse of straighten.
func (a Axis) bend(x float64) float64 {
	if a == Size {
		return math.Exp2(x)
	}
	return x
}
