package bench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/results"
	"readmostly/workloads"
)

// A duet is a pair of scripts that share a clock.
type duet struct {
	script
	order []Side
	kept  [2][]results.Row
}

func (d *duet) run(settings Settings, old, new *script, tables ...Table) *Run {
	r := d.script.run(settings, tables...)
	side := func(s Side, by *script) Forker {
		return func(ctx context.Context, spec Spec) (*Report, error) {
			d.order = append(d.order, s)
			report, err := by.fork(ctx, spec)
			d.clock = d.clock.Add(time.Second)
			return report, err
		}
	}
	r.Fork = Pair{
		Old: side(OldSide, old), New: side(NewSide, new), Baseline: r.Plan.Baseline,
		Keep: func(s Side, rows []results.Row) error { d.kept[s] = append(d.kept[s], rows...); return nil },
	}.Fork
	return r
}

// Both programs measure each spec, in an order that is drawn, and a cell is done when
// the ratio of its ratios is known, however much these scatter together.
func TestPair(t *testing.T) {
	old, new := &script{ratio: wide("b")}, &script{ratio: func(impl string, fork int) float64 { return 1.05 * wide("b")(impl, fork) }}
	d := &duet{}
	sum, err := d.run(long, old, new, namedTable(updating, 3)).Do(t.Context())
	if err != nil || sum.Forks != FirstForks || sum.Reached != 4 || sum.Windows != 2*10*FirstForks {
		t.Errorf("%+v, %v", sum, err)
	}
	for i := range old.specs {
		a, b := old.specs[i], new.specs[i]
		if a.Number != b.Number || a.Layout != b.Layout || a.Seed != b.Seed || a.Rounds != b.Rounds {
			t.Errorf("%+v and %+v", a, b)
		}
		if a.Long != 0 || b.Long != 0 {
			t.Errorf("fork %d has long windows", a.Number)
		}
	}
	first := map[Side]int{}
	for i := 0; i < len(d.order); i += 2 {
		first[d.order[i]]++
		if d.order[i] == d.order[i+1] {
			t.Errorf("%v twice in pair %d", d.order[i], i/2)
		}
	}
	if len(first) != 2 {
		t.Errorf("the same program is always first: %v", first)
	}
	if len(d.kept[OldSide]) != 5*FirstForks || len(d.kept[NewSide]) != 5*FirstForks {
		t.Fatalf("%d and %d rows", len(d.kept[OldSide]), len(d.kept[NewSide]))
	}
	for i, r := range d.kept[OldSide] {
		a, _ := r.Values.Get(results.Ratio("bare").Unit)
		b, _ := d.kept[NewSide][i].Values.Get(results.Ratio("bare").Unit)
		if r.Fork != d.kept[NewSide][i].Fork || r.Point != d.kept[NewSide][i].Point || b != 1.05*a {
			t.Errorf("row %d: %v of %v, and %v of %v", i, a, r.Name(), b, d.kept[NewSide][i].Name())
		}
	}
	for _, r := range d.script.kept { // what the run sees
		if x, ok := r.Values.Get(results.Ratio("bare").Unit); ok && (x < 1.0499 || x > 1.0501) {
			t.Errorf("%s: the ratio of the ratios is %v", r.Name(), x)
		}
	}
}

// A backend that one of the programs can't measure is left out of both, and the
// failure says which it was. What the other has measured is kept.
func TestPairFails(t *testing.T) {
	for _, side := range []Side{OldSide, NewSide} {
		scripts := [2]*script{{}, {}}
		scripts[side].fails = func(s Spec) error {
			if i := slices.IndexFunc(s.Table.Cells, func(c Cell) bool { return c.Impl == "b" }); i >= 0 {
				return &Failed{Cell: i, Why: "torn"}
			}
			return nil
		}
		d := &duet{}
		_, err := d.run(long, scripts[0], scripts[1], namedTable(reading, 3), namedTable(updating, 3)).Do(t.Context())
		if err != nil || len(d.failures) != 2 {
			t.Fatalf("%v, %v", err, d.failures)
		}
		for _, f := range d.failures {
			if SideOf(f) != side || f.Impl != "b" || !strings.HasSuffix(f.Why, ": torn") {
				t.Errorf("%v of %v", f, side)
			}
		}
		other := d.kept[1-side]
		if !slices.ContainsFunc(other, func(r results.Row) bool { return r.Impl == "b" }) {
			t.Error("what the other program has measured of b is lost")
		}
		if slices.ContainsFunc(d.kept[side], func(r results.Row) bool { return r.Impl == "b" }) {
			t.Error("rows of what failed")
		}
	}
}

// An error that is no cell's fault ends the run.
func TestPairEnds(t *testing.T) {
	broken := errors.New("disk full")
	r := &Report{Rows: []Row{{Cell: 3, Values: workloads.Values{{Unit: "ns/op", Value: 1}}}}}
	good := func(context.Context, Spec) (*Report, error) { return r, nil }
	spec := Spec{Table: namedTable(reading, 3)}
	for _, test := range []struct {
		pair Pair
		want string
	}{
		{Pair{Old: good, New: func(context.Context, Spec) (*Report, error) { return nil, broken }, Keep: func(Side, []results.Row) error { return nil }}, "disk full"},
		{Pair{Old: good, New: good, Keep: func(Side, []results.Row) error { return broken }}, "disk full"},
		{Pair{Old: func(context.Context, Spec) (*Report, error) { return &Report{Rows: []Row{{Cell: 9}}}, nil }, New: good, Keep: func(Side, []results.Row) error { return nil }}, "of another version"},
	} {
		if _, err := test.pair.Fork(t.Context(), spec); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}
