package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/results"
	"readmostly/workloads"
)

// A script stands in for processes: a fork takes a second of a clock that only it
// moves, and cells have the ratios that it says.
type script struct {
	clock    time.Time
	specs    []Spec
	ratio    func(impl string, fork int) float64 // nil for 1
	fails    func(s Spec) error                  // nil for never
	kept     []results.Row
	forks    []results.Fork
	failures []results.Failure
}

func (s *script) fork(ctx context.Context, spec Spec) (*Report, error) {
	s.specs = append(s.specs, spec)
	s.clock = s.clock.Add(time.Second)
	if s.fails != nil {
		if err := s.fails(spec); err != nil {
			return nil, err
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	r := &Report{Fork: results.Fork{Number: spec.Number, Layout: spec.Layout, Rounds: spec.Rounds, Windows: 10, Replayed: 2, Disturbed: 1}, Rounds: time.Second / 2, Blind: "nobody looked"}
	for i, c := range spec.Table.Cells {
		row := Row{Cell: i, Ops: 1000}
		row.Values.Add(workloads.NsPerOp, 10)
		if c.Rank != Baseline && spec.Table.Workload.Scene().Paired {
			x := 1.0
			if s.ratio != nil {
				x = s.ratio(c.Impl, spec.Number)
			}
			row.Values.Add(results.Ratio("bare"), x)
			row.Ratios = []float64{x, x}
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}

// run returns a run of tables by the script.
func (s *script) run(settings Settings, tables ...Table) *Run {
	s.clock = time.Unix(0, 0)
	return &Run{
		Plan: Plan{Tables: tables, Baseline: "bare", Control: "bare-control"}, Settings: settings, Fork: s.fork,
		Keep: func(f results.Fork, rows []results.Row) error {
			s.forks = append(s.forks, f)
			s.kept = append(s.kept, rows...)
			return nil
		},
		Fail: func(f results.Failure) error { s.failures = append(s.failures, f); return nil },
		now:  func() time.Time { return s.clock },
	}
}

// rows counts the rows of each impl.
func (s *script) rows() map[string]int {
	n := map[string]int{}
	for _, r := range s.kept {
		n[r.Impl]++
	}
	return n
}

var long = Settings{Seed: 1, Precision: 0.01, Budget: time.Hour, Layouts: 3}

// wide makes one impl's ratios scatter by far more than the precision.
func wide(impl string) func(string, int) float64 {
	return func(name string, fork int) float64 {
		if name == impl {
			return 1 + 0.2*float64(fork%5)
		}
		return 1 + 0.001*float64(fork%3)
	}
}

// A cell whose ratios agree is done after 8 forks; one whose ratios don't goes on,
// with the baseline and the control, until the budget is spent.
func TestRunStopsCells(t *testing.T) {
	s := &script{ratio: wide("b")}
	settings := long
	settings.Budget = 50 * time.Second
	sum, err := s.run(settings, namedTable(reading, 3)).Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.rows(), (map[string]int{"bare": 50, "bare-control": 50, "a": 8, "b": 50, "c": 8}); !reflect.DeepEqual(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	want := Summary{Forks: 50, Reached: 3, Cells: 4, Blind: "nobody looked", Windows: 500, Replayed: 100, Disturbed: 50}
	if !reflect.DeepEqual(sum, want) {
		t.Errorf("%+v, want %+v", sum, want)
	}
}

// When all are done the run ends, long before its budget.
func TestRunEnds(t *testing.T) {
	s := &script{}
	sum, err := s.run(long, namedTable(reading, 2), namedTable(updating, 2)).Do(t.Context())
	if err != nil || sum.Forks != 2*FirstForks || sum.Reached != 6 || sum.Cells != 6 {
		t.Errorf("%+v, %v", sum, err)
	}
}

// What scatters in its first forks only is done at 16 or 32, not in between.
func TestRunLooksLater(t *testing.T) {
	for _, tt := range []struct{ outliers, want int }{{0, 8}, {1, 16}, {3, 32}} {
		s := &script{ratio: func(_ string, fork int) float64 {
			if fork <= tt.outliers {
				return 2
			}
			return 1
		}}
		if _, err := s.run(long, namedTable(reading, 1)).Do(t.Context()); err != nil || s.rows()["a"] != tt.want {
			t.Errorf("%d outliers: %d forks, %v; want %d", tt.outliers, s.rows()["a"], err, tt.want)
		}
	}
}

// No fork begins after the budget, or if it would end after it.
func TestRunBudget(t *testing.T) {
	for _, budget := range []time.Duration{1, 3 * time.Second, 20 * time.Second} {
		s := &script{ratio: wide("a")}
		settings := long
		settings.Budget = budget
		if _, err := s.run(settings, namedTable(reading, 1)).Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := max(1, int(budget/time.Second)); len(s.specs) != want {
			t.Errorf("a budget of %v has %d forks of a second, want %d", budget, len(s.specs), want)
		}
	}
}

// With a number of forks each cell has as many rows, whatever they scatter.
func TestRunForks(t *testing.T) {
	s := &script{ratio: wide("a")}
	settings := Settings{Seed: 1, Forks: 5}
	if _, err := s.run(settings, namedTable(reading, 2), namedTable(flooding, 2)).Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	for impl, n := range s.rows() {
		if n != 2*5 {
			t.Errorf("%s has %d rows, want 10", impl, n)
		}
	}
	if len(s.specs) != 10 {
		t.Errorf("%d forks", len(s.specs))
	}
}

// Forks of all tables take turns: each pass has all of them, in an order that the
// seed decides; each table's forks go through all layouts.
func TestRunOrder(t *testing.T) {
	tables := []Table{namedTable(reading, 1), namedTable(updating, 1), namedTable(flooding, 1)}
	orderOf := func(seed uint64) (order []string, layouts map[string][]int) {
		s := &script{}
		settings := long
		settings.Seed = seed
		if _, err := s.run(settings, tables...).Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		layouts = map[string][]int{}
		for i, spec := range s.specs {
			if spec.Number != i+1 || spec.Seed != seed {
				t.Errorf("fork %d is number %d with seed %d", i+1, spec.Number, spec.Seed)
			}
			name := spec.Table.Workload.String()
			order = append(order, name)
			layouts[name] = append(layouts[name], spec.Layout)
		}
		return order, layouts
	}
	order, layouts := orderOf(1)
	if len(order) != 3*FirstForks {
		t.Fatalf("%d forks", len(order))
	}
	passes := map[string]bool{}
	for pass := range slices.Chunk(order, 3) {
		passes[strings.Join(pass, "|")] = true
		if len(slices.Compact(slices.Sorted(slices.Values(pass)))) != 3 {
			t.Errorf("a pass of %v", pass)
		}
	}
	if len(passes) < 2 {
		t.Errorf("all passes are %v", passes)
	}
	for name, got := range layouts {
		if !slices.Equal(got, []int{1, 2, 3, 1, 2, 3, 1, 2}) {
			t.Errorf("%s: layouts %v", name, got)
		}
	}
	if again, _ := orderOf(1); !slices.Equal(again, order) {
		t.Error("one seed, two orders")
	}
	if other, _ := orderOf(2); slices.Equal(other, order) {
		t.Error("two seeds, one order")
	}
}

// Long windows are in the first fork of a table with updates, and in every fourth.
func TestRunLongWindows(t *testing.T) {
	s := &script{}
	settings := long
	settings.Duration = 25 * time.Millisecond
	if _, err := s.run(settings, namedTable(reading, 1), namedTable(updating, 1)).Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	forks := map[bool]int{}
	for _, spec := range s.specs {
		updates := spec.Table.Workload.Updates > 0
		if want := updates && forks[updates]%4 == 0; (spec.Long == settings.Duration) != want || (spec.Long == 0) == want {
			t.Errorf("fork %d of updates %v has long windows of %v", forks[updates], updates, spec.Long)
		}
		forks[updates]++
	}
}

// A run goes on where another ended: it has the same rows in the end, and no
// more.
func TestRunResumes(t *testing.T) {
	tables := []Table{namedTable(reading, 3), namedTable(updating, 2)}
	for _, settings := range []Settings{long, {Seed: 1, Forks: 11}} {
		whole := &script{}
		if _, err := whole.run(settings, tables...).Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		for cut := range len(whole.kept) + 1 { // between any two rows, within a fork as well
			rest := &script{}
			r := rest.run(settings, tables...)
			r.Kept.Rows = whole.kept[:cut]
			if cut > 0 {
				r.Kept.Forks = whole.forks[:slices.IndexFunc(whole.forks, func(f results.Fork) bool { return f.Number == whole.kept[cut-1].Fork })+1]
			}
			sum, err := r.Do(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if sum.Forks != len(r.Kept.Forks)+len(rest.forks) {
				t.Errorf("cut at %d: %d forks", cut, sum.Forks)
			}
			for _, f := range rest.forks {
				if slices.ContainsFunc(r.Kept.Forks, func(k results.Fork) bool { return k.Number == f.Number }) {
					t.Errorf("cut at %d: two forks have the number %d", cut, f.Number)
				}
			}
			count := func(rows ...[]results.Row) map[string]int {
				n := map[string]int{}
				for _, row := range slices.Concat(rows...) {
					n[row.Name()]++
				}
				return n
			}
			got, want := count(r.Kept.Rows, rest.kept), count(whole.kept)
			if settings.Forks == 0 { // the baseline and the control are in a torn fork's repetition, too
				for name := range want {
					if strings.Contains(name, "impl=bare") {
						got[name] = min(got[name], want[name])
					}
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%d forks, cut at %d: rows %v, want %v", settings.Forks, cut, got, want)
			}
		}
	}
}

// What an earlier run took is spent, and what failed there has failed.
func TestRunResumesBudgetAndFailures(t *testing.T) {
	s := &script{ratio: wide("a")}
	settings := long
	settings.Budget = 10 * time.Second
	r := s.run(settings, namedTable(reading, 2))
	r.Kept.Forks = []results.Fork{{Number: 7, Took: 6 * time.Second, Windows: 3}}
	r.Kept.Failures = []results.Failure{{Point: r.Plan.Tables[0].Point(r.Plan.Tables[0].Cells[3]), Why: "torn"}}
	sum, err := r.Do(t.Context())
	if err != nil || len(s.specs) != 4 || s.specs[0].Number != 8 || sum.Forks != 5 || len(sum.Failures) != 1 {
		t.Errorf("%d forks from number %d, %+v, %v", len(s.specs), s.specs[0].Number, sum, err)
	}
	if s.rows()["b"] > 0 {
		t.Error("what has failed is measured")
	}
}

func TestRunRefusesOthersRows(t *testing.T) {
	s := &script{}
	r := s.run(long, namedTable(reading, 1))
	r.Kept.Rows = []results.Row{{Point: results.NewPoint(updating, "a", "")}}
	if _, err := r.Do(t.Context()); err == nil || len(s.specs) > 0 {
		t.Errorf("%v after %d forks", err, len(s.specs))
	}
}

// Where memory holds four maps each fork has two contenders, and all have their
// rows.
func TestRunMemory(t *testing.T) {
	for _, settings := range []Settings{long, {Seed: 1, Forks: 6}} {
		s := &script{}
		settings.Memory = workloads.EstimateFork(reading, 4, true)
		if _, err := s.run(settings, namedTable(reading, 5)).Do(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, spec := range s.specs {
			if n := len(spec.Table.Cells); n > 4 || spec.Table.Cells[0].Rank != Baseline || spec.Table.Cells[1].Rank != Control {
				t.Errorf("a fork of %v", namesOf(spec.Table))
			}
		}
		rows, want := s.rows(), 8
		if settings.Forks > 0 {
			want = settings.Forks
			if rows["bare"] != want || rows["bare-control"] != want {
				t.Errorf("rows %v, want %d of each", rows, want)
			}
		}
		for _, impl := range []string{"a", "b", "c", "d", "e"} {
			if rows[impl] != want {
				t.Errorf("%s has %d rows, want %d", impl, rows[impl], want)
			}
		}
	}
}

// failing makes forks fail that have an impl: which cell is named is up to by.
func failing(impl string, by func(s Spec, i int) *Failed) func(Spec) error {
	return func(s Spec) error {
		i := slices.IndexFunc(s.Table.Cells, func(c Cell) bool { return c.Impl == impl })
		if i < 0 {
			return nil
		}
		if f := by(s, i); f != nil {
			return f
		}
		return nil
	}
}

func failureNames(failures []results.Failure) (names []string) {
	for _, f := range failures {
		names = append(names, f.Name()+": "+f.Why)
	}
	return names
}

// A cell that says what is wrong is left out of all tables, and everything else
// is measured.
func TestRunLeavesOut(t *testing.T) {
	for _, tt := range []struct {
		name   string
		failed Failed
		want   []string
		rows   int // of the one that fails
	}{
		{"a check", Failed{Why: "torn"}, []string{
			"Hash/impl=b/size=16/buckets=16/updates=10%-2: left out, as it failed under list of 16, 0% updates, 1 threads: torn",
			"List/impl=b/size=16/updates=0%-1: torn",
		}, 0},
		{"memory", Failed{Why: "full", Memory: true}, []string{"List/impl=b/size=16/updates=0%-1: full"}, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{fails: failing("b", func(s Spec, i int) *Failed {
				if s.Table.Workload != reading {
					return nil
				}
				f := tt.failed
				f.Cell = i
				return &f
			})}
			settings := long
			settings.Seed = 3
			sum, err := s.run(settings, namedTable(reading, 3), namedTable(updating, 3)).Do(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := failureNames(s.failures)
			slices.Sort(got)
			if !slices.Equal(got, tt.want) || !slices.Equal(failureNames(sum.Failures), failureNames(s.failures)) {
				t.Errorf("failures %q, want %q", got, tt.want)
			}
			rows := s.rows()
			if rows["a"] != 16 || rows["c"] != 16 {
				t.Errorf("rows %v", rows)
			}
			if first := s.specs[0].Table.Workload; first == reading && rows["b"] != tt.rows {
				t.Errorf("%d rows of the one that failed, want %d", rows["b"], tt.rows)
			}
		})
	}
}

// A process that ends takes along who is at work: it is tried alone, and left out
// if it does it again.
func TestRunCrash(t *testing.T) {
	s := &script{fails: failing("b", func(s Spec, i int) *Failed { return &Failed{Cell: i, Why: "panic", anonymous: true} })}
	if _, err := s.run(long, namedTable(reading, 3)).Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.failures) != 1 || s.failures[0].Impl != "b" || s.failures[0].Why != "panic" {
		t.Errorf("failures %q", failureNames(s.failures))
	}
	if got := namesOf(s.specs[1].Table); !slices.Equal(got, []string{"bare baseline", "b"}) {
		t.Errorf("the second fork is of %v", got)
	}
	if len(s.specs) != 2+FirstForks {
		t.Errorf("%d forks", len(s.specs))
	}
}

// A process that ends while another is at work, be it the baseline, loses the one
// that does it alone too, and nobody else.
func TestRunCrashOfAnother(t *testing.T) {
	for _, victim := range []int{-1, 0, 1, 2, 4} {
		s := &script{fails: failing("b", func(s Spec, i int) *Failed {
			f := &Failed{Cell: i, Why: "panic", anonymous: true}
			if len(s.Table.Cells) == 5 {
				f.Cell = victim
			}
			return f
		})}
		if _, err := s.run(long, namedTable(reading, 3)).Do(t.Context()); err != nil {
			t.Fatalf("victim %d: %v", victim, err)
		}
		if len(s.failures) != 1 || s.failures[0].Impl != "b" {
			t.Errorf("victim %d: failures %q", victim, failureNames(s.failures))
		}
		if rows := s.rows(); rows["a"] != 8 || rows["c"] != 8 || rows["bare"] != 8 {
			t.Errorf("victim %d: rows %v", victim, rows)
		}
	}
}

// One whose process ends twice, though each is well behaved alone, is left out.
func TestRunStrikes(t *testing.T) {
	s := &script{fails: func(s Spec) error {
		if i := slices.IndexFunc(s.Table.Cells, func(c Cell) bool { return c.Impl == "b" }); i >= 0 && len(s.Table.Cells) > 2 {
			return &Failed{Cell: i, Why: "killed", anonymous: true, Memory: true}
		}
		return nil
	}}
	if _, err := s.run(long, namedTable(reading, 3)).Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.failures) != 1 || s.failures[0].Impl != "b" {
		t.Errorf("failures %q", failureNames(s.failures))
	}
	if want := 2*(1+3) + FirstForks; len(s.specs) != want { // each time all three are tried alone
		t.Errorf("%d forks, want %d", len(s.specs), want)
	}
}

// An accident that happens once costs a fork and nothing else.
func TestRunAccident(t *testing.T) {
	for _, f := range []Failed{{Cell: 0, Why: "stuck"}, {Cell: 1, Why: "stuck"}, {Cell: -1, Why: "no CPU"}, {Cell: 3, Why: "killed", anonymous: true}} {
		s := &script{}
		s.fails = func(Spec) error {
			if len(s.specs) == 3 {
				return &f
			}
			return nil
		}
		if _, err := s.run(long, namedTable(reading, 2)).Do(t.Context()); err != nil || len(s.failures) > 0 {
			t.Errorf("%+v: %v, failures %q", f, err, failureNames(s.failures))
		}
		if rows := s.rows(); rows["a"] != 8 || rows["bare"] != 8 {
			t.Errorf("%+v: rows %v", f, rows)
		}
	}
}

// Without the baseline there is nothing to measure.
func TestRunBaselineFails(t *testing.T) {
	for name, fails := range map[string]func(Spec) error{
		"a check": func(Spec) error { return &Failed{Cell: 0, Why: "torn"} },
		"control": func(Spec) error { return &Failed{Cell: 1, Why: "torn"} },
		"crash":   func(Spec) error { return &Failed{Cell: 0, Why: "torn", anonymous: true} },
		"no crew": func(Spec) error { return &Failed{Cell: -1, Why: "torn"} },
		"together": func(s Spec) error {
			if len(s.Table.Cells) > 2 {
				return &Failed{Cell: -1, Why: "torn", anonymous: true}
			}
			return nil
		},
	} {
		s := &script{fails: fails}
		_, err := s.run(long, namedTable(reading, 2)).Do(t.Context())
		if !errors.Is(err, ErrBaseline) || !strings.HasSuffix(err.Error(), "list of 16, 0% updates, 1 threads: torn") {
			t.Errorf("%s: %v", name, err)
		}
		if len(s.kept) > 0 || len(s.failures) > 0 {
			t.Errorf("%s: kept %d rows, failures %q", name, len(s.kept), failureNames(s.failures))
		}
	}
}

// What is no measurement's fault ends the run.
func TestRunErrors(t *testing.T) {
	broken := errors.New("no such file")
	s := &script{fails: func(Spec) error { return broken }}
	if _, err := s.run(long, namedTable(reading, 2)).Do(t.Context()); !errors.Is(err, broken) || len(s.specs) != 1 {
		t.Errorf("%v after %d forks", err, len(s.specs))
	}
	s = &script{fails: func(s Spec) error {
		if len(s.Table.Cells) == 2 {
			return broken
		}
		return &Failed{Cell: 2, Why: "panic", anonymous: true}
	}}
	if _, err := s.run(long, namedTable(reading, 2)).Do(t.Context()); !errors.Is(err, broken) || len(s.failures) > 0 {
		t.Errorf("%v, failures %v", err, s.failures)
	}
	for _, at := range []string{"Keep", "Fail"} {
		s = &script{fails: failing("b", func(_ Spec, i int) *Failed { return &Failed{Cell: i} })}
		r := s.run(long, namedTable(reading, 2))
		if at == "Keep" {
			r.Keep = func(results.Fork, []results.Row) error { return broken }
		} else {
			r.Fail = func(results.Failure) error { return broken }
		}
		if _, err := r.Do(t.Context()); !errors.Is(err, broken) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// An interrupt ends the run at once, and what was measured stays.
func TestRunInterrupted(t *testing.T) {
	for _, at := range []int{1, 5} {
		for _, crash := range []bool{false, true} {
			ctx, cancel := context.WithCancel(t.Context())
			s := &script{}
			s.fails = func(Spec) error {
				if len(s.specs) < at {
					return nil
				}
				cancel()
				if crash { // as a fork that is killed looks like
					return &Failed{Cell: 2, Why: "killed", anonymous: true}
				}
				return nil
			}
			sum, err := s.run(long, namedTable(reading, 2)).Do(ctx)
			if !errors.Is(err, context.Canceled) || sum.Forks != at-1 || len(s.specs) != at || len(s.failures) > 0 {
				t.Errorf("interrupted in fork %d: %+v after %d forks, %v", at, sum, len(s.specs), err)
			}
		}
	}
}

// Progress tells what is measured, how long the rest takes at most, and how many
// cells are known.
func TestRunWatch(t *testing.T) {
	s := &script{}
	settings := long
	settings.Budget = 100 * time.Second
	r := s.run(settings, namedTable(reading, 2), namedTable(updating, 1))
	var seen []Progress
	r.Watch = func(p Progress) { seen = append(seen, p) }
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(seen) != len(s.specs) {
		t.Fatalf("%d forks, and %d were told", len(s.specs), len(seen))
	}
	for i, p := range seen {
		if p.Fork != i+1 || p.Cells != 5 || p.Left != settings.Budget-time.Duration(i)*time.Second || !reflect.DeepEqual(p.Table, s.specs[i].Table) {
			t.Errorf("fork %d: %+v", i+1, p)
		}
	}
	if first, last := seen[0].Reached, seen[len(seen)-1].Reached; first != 0 || last < 2 {
		t.Errorf("%d cells are known at first, %d at last", first, last)
	}
}

// Whatever fails and whenever, a run ends, and each cell of a table has its rows
// or a failure.
func TestRunAnything(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 0))
		s := &script{ratio: func(string, int) float64 { return 1 + 0.1*random.Float64() }}
		s.fails = func(spec Spec) error {
			if random.IntN(10) > 0 {
				return nil
			}
			i := 2 + random.IntN(max(1, len(spec.Table.Cells)-2))
			if i >= len(spec.Table.Cells) {
				return nil
			}
			return &Failed{Cell: i, Why: fmt.Sprint("seed ", seed), anonymous: random.IntN(2) > 0, Memory: random.IntN(2) > 0}
		}
		settings := Settings{Seed: seed, Forks: 4}
		r := s.run(settings, namedTable(reading, 4), namedTable(updating, 4))
		sum, err := r.Do(t.Context())
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		rows, failed := map[string]int{}, map[string]bool{}
		for _, row := range s.kept {
			rows[row.Name()]++
		}
		for _, f := range sum.Failures {
			if failed[f.Name()] {
				t.Errorf("seed %d: %s has failed twice", seed, f.Name())
			}
			failed[f.Name()] = true
		}
		for _, table := range r.Plan.Tables {
			for _, c := range table.Cells {
				if name := table.Point(c).Name(); rows[name] != settings.Forks && !failed[name] {
					t.Errorf("seed %d: %s has %d rows", seed, name, rows[name])
				}
			}
		}
	}
}
