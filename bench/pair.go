package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"readmostly/results"
)

// A Pair measures each spec with two programs, one right after the other, so that
// what disturbs the machine for longer than both take disturbs both. Which is first is
// drawn anew for each spec. Its method Fork is the [Forker] of a [Run], whose ratios
// are then those of the new program's ratio to the old one's: the run ends when these
// are known. Long windows are left out, as nothing that they show is compared.
type Pair struct {
	Old, New Forker
	Baseline string // what ratios in reports are over
	// Keep is given what one of the programs has measured, as soon as it has. Where the
	// other fails, it has no partner.
	Keep func(Side, []results.Row) error
}

// A Side is one of the two programs.
type Side int

// The sides.
const (
	OldSide Side = iota
	NewSide
)

func (s Side) String() string { return [...]string{"old", "new"}[s] }

// Fork measures a spec with both programs. A failure says which of them failed: see
// [SideOf].
func (p Pair) Fork(ctx context.Context, spec Spec) (*Report, error) {
	spec.Long = 0
	var reports [2]*Report
	var failure error
	random := rand.New(rand.NewPCG(spec.Seed, uint64(spec.Number)))
	for _, side := range random.Perm(2) {
		side := Side(side)
		report, err := [...]Forker{p.Old, p.New}[side](ctx, spec)
		var failed *Failed
		switch {
		case errors.As(err, &failed):
			if failure == nil {
				failure = side.blame(failed)
			}
			continue
		case err != nil:
			return nil, err
		}
		if err := p.keep(side, spec, report); err != nil {
			return nil, err
		}
		reports[side] = report
	}
	if failure != nil {
		return nil, failure
	}
	return p.join(reports[OldSide], reports[NewSide]), nil
}

// keep hands on what a program has measured.
func (p Pair) keep(side Side, spec Spec, r *Report) error {
	var rows []results.Row
	for _, row := range r.Rows {
		if row.Cell < 0 || row.Cell >= len(spec.Table.Cells) {
			return fmt.Errorf("fork %d of the %v program has measured cell %d of %d: it is of another version", spec.Number, side, row.Cell, len(spec.Table.Cells))
		}
		rows = append(rows, results.Row{
			Point: spec.Table.Point(spec.Table.Cells[row.Cell]), Fork: spec.Number, Layout: spec.Layout,
			Ops: row.Ops, Values: row.Values, Windows: row.Windows,
		})
	}
	return p.Keep(side, rows)
}

// join makes one report of two: of each cell, the ratio of the ratios.
func (p Pair) join(old, new *Report) *Report {
	r := *new
	r.Fork.Windows += old.Fork.Windows
	r.Fork.Replayed += old.Fork.Replayed
	r.Fork.Disturbed += old.Fork.Disturbed
	r.Fork.Stolen += old.Fork.Stolen
	r.Rounds += old.Rounds
	r.Rows = nil
	before := map[int]Row{}
	for _, row := range old.Rows {
		before[row.Cell] = row
	}
	ratio := results.Ratio(p.Baseline)
	for _, row := range new.Rows {
		was, ok := before[row.Cell]
		if !ok {
			continue
		}
		joined := Row{Cell: row.Cell, Ops: was.Ops + row.Ops}
		a, knownOld := was.Values.Get(ratio.Unit)
		b, knownNew := row.Values.Get(ratio.Unit)
		if knownOld && knownNew && a > 0 {
			joined.Values.Add(ratio, b/a)
		}
		for i := range min(len(was.Ratios), len(row.Ratios)) {
			joined.Ratios = append(joined.Ratios, row.Ratios[i]/was.Ratios[i])
		}
		r.Rows = append(r.Rows, joined)
	}
	return &r
}

// blame returns a failure whose reason says whose it is.
func (s Side) blame(f *Failed) *Failed {
	blamed := *f
	blamed.Why = s.prefix() + f.Why
	return &blamed
}

func (s Side) prefix() string { return fmt.Sprintf("the %v program: ", s) }

// SideOf returns which program of a pair failed.
func SideOf(f results.Failure) Side {
	if strings.Contains(f.Why, OldSide.prefix()) {
		return OldSide
	}
	return NewSide
}
