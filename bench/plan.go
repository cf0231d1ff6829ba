package bench

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// A Cell is one thing that is compared in a table: a backend, with one of its
// ways to reclaim.
type Cell struct {
	Backend  string // as it is registered
	Impl     string // as results call it: the control is the baseline under another name
	Reclaim  string // empty for the backend's only or first way
	ReadOnly bool   // it can't update: it executes lookups only, in a table with updates
	Rank     Rank
}

// A Rank says what a cell is compared as.
type Rank uint8

// The ranks.
const (
	Contender Rank = iota
	Baseline       // what others are compared with
	Control        // the baseline again: its ratio shows what can be resolved
	Floor          // what the harness itself costs
)

// A Table is a workload and the cells that are compared under it.
type Table struct {
	Workload workloads.Workload
	Cells    []Cell // the baseline first, if there is one
}

// Point names what a cell of the table measures.
func (t Table) Point(c Cell) results.Point {
	w := t.Workload
	if w.Buckets != 0 {
		w.Buckets = w.Chains()
	}
	p := results.NewPoint(w, c.Impl, c.Reclaim)
	p.ReadOnly = c.ReadOnly
	return p
}

// A Plan is what a run measures.
type Plan struct {
	Tables   []Table
	Baseline string   // the impl that ratios are over, empty if there is none
	Control  string   // its second name
	Floors   []string // impls that do no work
	Faulty   []string // impls whose checks fail: see [impls.Backend].Fault
	LeftOut  []string // why backends are missing from some tables
}

// usual is the backend that results are over unless somebody wants another.
const usual = "unsync"

// controlSuffix makes the baseline's second name.
const controlSuffix = "-control"

// NewPlan combines workloads with the backends that can run them. reclaims are
// the ways to reclaim of each backend; one that is not named is measured with its
// own first. The baseline is in every table whose scenario is paired, chosen or
// not: the backend of that name, which reads without protection, or if none is
// named unsync or else the first of those that do.
func NewPlan(backends []impls.Backend, all []workloads.Workload, reclaims map[string][]string, baseline string) (Plan, error) {
	var p Plan
	base, ok := limit(backends, baseline)
	if !ok && baseline != "" {
		return p, fmt.Errorf("the baseline %s: want one that reads without protection: %s", baseline, strings.Join(limits(), ", "))
	}
	if ok {
		p.Baseline, p.Control = base.Name, base.Name+controlSuffix
	}
	for _, w := range all {
		t := Table{Workload: w}
		paired := ok && w.Scene().Paired
		if paired {
			if why := workloads.Unfit(base, w.ReadOnly()); why != "" {
				return p, fmt.Errorf("the baseline: %s", why)
			}
			readOnly := w.Updates > 0
			t.Cells = append(t.Cells,
				Cell{base.Name, p.Baseline, "", readOnly, Baseline},
				Cell{base.Name, p.Control, "", readOnly, Control})
		}
		compared := false
		for _, b := range backends {
			if b.Name == base.Name && paired {
				continue
			}
			cells, why := cellsOf(b, w, reclaims)
			if why != "" && !slices.Contains(p.LeftOut, why) {
				p.LeftOut = append(p.LeftOut, why)
			}
			compared = compared || len(cells) > 0
			t.Cells = append(t.Cells, cells...)
			if b.Caps.Floor && len(cells) > 0 && !slices.Contains(p.Floors, b.Name) {
				p.Floors = append(p.Floors, b.Name)
			}
			if b.Fault != "" && len(cells) > 0 && !slices.Contains(p.Faulty, b.Name) {
				p.Faulty = append(p.Faulty, b.Name)
			}
		}
		if compared || paired && slices.ContainsFunc(backends, func(b impls.Backend) bool { return b.Name == base.Name }) {
			p.Tables = append(p.Tables, t)
		}
	}
	if len(p.Tables) == 0 {
		if len(p.LeftOut) == 0 {
			return p, errors.New("nothing to measure: no backends and no workloads were chosen")
		}
		return p, fmt.Errorf("nothing to measure: %s", strings.Join(p.LeftOut, "; "))
	}
	return p, nil
}

// limit returns the backend that is the baseline, chosen or else registered: the
// one of the name, or without a name the usual one or the first.
func limit(chosen []impls.Backend, name string) (impls.Backend, bool) {
	for _, all := range [][]impls.Backend{chosen, impls.Backends()} {
		i := slices.IndexFunc(all, func(b impls.Backend) bool { return b.Caps.Limit && b.Name == cmp.Or(name, usual) })
		if i < 0 && name == "" {
			i = slices.IndexFunc(all, func(b impls.Backend) bool { return b.Caps.Limit })
		}
		if i >= 0 {
			return all[i], true
		}
	}
	return impls.Backend{}, false
}

// limits names the backends that can be a baseline.
func limits() (names []string) {
	for _, b := range impls.Backends() {
		if b.Caps.Limit {
			names = append(names, b.Name)
		}
	}
	return names
}

// cellsOf returns a backend's cells under a workload, or why it has none.
func cellsOf(b impls.Backend, w workloads.Workload, reclaims map[string][]string) ([]Cell, string) {
	rank := Contender
	if b.Caps.Floor {
		rank = Floor
	}
	why := workloads.Unfit(b, w)
	readOnly := why != "" && w.Scene().Paired && (b.Caps.Floor || b.Caps.Limit) && workloads.Unfit(b, w.ReadOnly()) == ""
	if why != "" && !readOnly {
		return nil, why
	}
	ways, asked := reclaims[b.Name]
	if !asked || readOnly {
		ways = []string{""}
	}
	var cells []Cell
	for _, reclaim := range ways {
		cells = append(cells, Cell{b.Name, b.Name, reclaim, readOnly, rank})
	}
	return cells, ""
}
