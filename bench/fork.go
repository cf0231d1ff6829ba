package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/perf"
	"readmostly/results"
	"readmostly/workloads"
)

// A fork is one process's measurement of one table.
type fork struct {
	spec   Spec
	emit   func(Event)
	random *rand.Rand
	crew   *workloads.Crew
	tapes  *workloads.Tapes
	trials []*workloads.Trial
	rows   []row
	extra  int // windows that may still be played again
	report Report
}

// A row is what a fork has seen of one cell.
type row struct {
	windows []workloads.Window
	seen    []results.Window // that nobody disturbed
	ratios  []float64
	long    *workloads.Window
	rounds  int // that it was in
	spoiled int // windows that remained disturbed
}

// Measure measures what the spec says in this process, which it needs for itself.
// It tells emit what it does, at last what it has measured. Its error, a [*Failed]
// where a cell is to blame, has been emitted.
func Measure(ctx context.Context, spec Spec, emit func(Event)) error {
	f := &fork{spec: spec, emit: emit, random: rand.New(rand.NewPCG(spec.Seed, uint64(spec.Number)))}
	f.rows = make([]row, len(spec.Table.Cells))
	f.report.Fork = results.Fork{Number: spec.Number, Layout: spec.Layout, Rounds: spec.Rounds}
	err := f.measure(ctx)
	if err != nil {
		var failed *Failed
		if !errors.As(err, &failed) {
			failed = &Failed{Cell: -1, Why: oneLine(err.Error())}
			err = failed
		}
		emit(Event{Failed: failed})
		return err
	}
	for i := range f.rows {
		f.report.Rows = append(f.report.Rows, f.pool(i))
	}
	emit(Event{Report: &f.report})
	return nil
}

func (f *fork) measure(ctx context.Context) (err error) {
	w := f.spec.Table.Workload
	hands := workloads.Hands{CPUs: f.spec.CPUs, Patience: f.spec.Patience}
	if f.spec.Counters != "" {
		events, err := perf.Parser{CPUs: f.spec.CPUs}.ParseList(f.spec.Counters)
		if err != nil {
			return err
		}
		hands.Counters = perf.NewPlanOn(f.spec.CPUs, events).Turn(f.spec.Number)
	}
	if f.crew, err = workloads.NewCrew(w.Threads, hands); err != nil {
		return err
	}
	defer f.crew.Close()
	if blind := f.crew.Blind(); blind != nil {
		f.report.Blind = blind.Error()
	}
	readOnly := slices.ContainsFunc(f.spec.Table.Cells, func(c Cell) bool { return c.ReadOnly })
	f.tapes = workloads.MakeTapes(w, readOnly)
	stolen := stolenTime(f.spec.CPUs)
	if w.Scene().Paired {
		err = f.paired(ctx)
	} else {
		err = f.alone(ctx)
	}
	f.report.Fork.Stolen = time.Duration(stolenTime(f.spec.CPUs)-stolen) * tick
	return err
}

// tick is that of stolenTime.
const tick = 10 * time.Millisecond

// locate finds out how far from each other the workers' cores are now.
func (f *fork) locate() {
	r := &f.report.Fork
	var names []string
	for _, cpu := range f.spec.CPUs {
		names = append(names, strconv.Itoa(cpu))
	}
	r.CPUs = strings.Join(names, ",")
	near, far, ok := f.crew.Ping()
	if !ok {
		return
	}
	if r.Near == 0 || near < r.Near {
		r.Near = near
	}
	r.Far = max(r.Far, far)
}

// trial makes the map of a cell.
func (f *fork) trial(ctx context.Context, i int) (*workloads.Trial, error) {
	f.emit(Event{Playing: &i})
	c := f.spec.Table.Cells[i]
	b, ok := impls.Find(c.Backend)
	if !ok {
		return nil, f.failed(i, fmt.Errorf("%s has no backend %s: build all layouts from the same sources", os.Args[0], c.Backend))
	}
	w := f.spec.Table.Workload
	if c.ReadOnly {
		w = w.ReadOnly()
	}
	t, err := workloads.NewTrial(ctx, f.crew, b, c.Reclaim, w, f.tapes)
	if w.Size > largeMap {
		runtime.GC() // the collector is off, and making a map leaves garbage
	}
	return t, f.failed(i, err)
}

// largeMap is the size from which what making a map leaves behind is collected at
// once.
const largeMap = 1 << 18

// failed blames a cell for an error.
func (f *fork) failed(i int, err error) error {
	if err == nil {
		return nil
	}
	var full *slab.FullError
	return &Failed{Cell: i, Why: oneLine(err.Error()), Memory: errors.As(err, &full)}
}

// alone measures each cell in a window of its own, on a fresh map, in random
// order.
func (f *fork) alone(ctx context.Context) error {
	f.locate()
	for _, i := range f.random.Perm(len(f.spec.Table.Cells)) {
		t, err := f.trial(ctx, i)
		if err != nil {
			return err
		}
		runtime.GC()
		win, err := t.Window(ctx, f.spec.Look)
		if err != nil {
			return f.failed(i, err)
		}
		if err := t.Close(ctx); err != nil {
			return f.failed(i, err)
		}
		f.report.Fork.Windows++
		if win.Disturbed() {
			f.report.Fork.Disturbed++
			f.rows[i].spoiled++
		}
		f.rows[i].windows = append(f.rows[i].windows, win)
		f.rows[i].rounds = 1
	}
	f.nobody()
	return nil
}

// nobody says that no cell is at work.
func (f *fork) nobody() {
	none := -1
	f.emit(Event{Playing: &none})
}

// paired measures all cells in rounds.
func (f *fork) paired(ctx context.Context) (err error) {
	for i := range f.spec.Table.Cells {
		t, err := f.trial(ctx, i)
		if err != nil {
			return err
		}
		f.trials = append(f.trials, t)
	}
	runtime.GC()
	if f.spec.Profile != "" {
		file, err := os.Create(f.spec.Profile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	began := time.Now()
	f.extra = f.spec.Rounds * len(f.order())
	again := f.spec.Rounds
	for n := 0; n < f.spec.Rounds; {
		f.locate()
		stolen := stolenTime(f.spec.CPUs)
		r, err := f.round(ctx)
		if err != nil {
			return err
		}
		if stolenTime(f.spec.CPUs) > stolen && again > 0 {
			again--
			f.report.Fork.Replayed += len(r)
			continue
		}
		f.keep(r)
		n++
	}
	f.report.Rounds = time.Since(began)
	if f.spec.Long > 0 {
		if err := f.long(ctx); err != nil {
			return err
		}
	}
	for i, t := range f.trials {
		f.emit(Event{Playing: &i})
		if err := t.Close(ctx); err != nil {
			return f.failed(i, err)
		}
	}
	f.nobody()
	return nil
}

// order returns the cells in the order of a round: in random order, the baseline
// at both ends and so often between that its noise weighs as little as it can.
func (f *fork) order() []int {
	cells := f.spec.Table.Cells
	if len(cells) == 0 || cells[0].Rank != Baseline {
		return f.random.Perm(len(cells))
	}
	others := len(cells) - 1
	every := stretch(others)
	order := []int{0}
	for n, i := range f.random.Perm(others) {
		order = append(order, i+1)
		if (n+1)%every == 0 && n+1 < others {
			order = append(order, 0)
		}
	}
	return append(order, 0)
}

// stretch returns how many windows of others lie between two of the baseline.
func stretch(others int) int { return max(1, int(math.Round(math.Sqrt(float64(others))))) }

// A played is one window of a round.
type played struct {
	cell  int
	at    time.Time // its middle
	win   workloads.Window
	ratio float64
}

// round plays one window of each cell.
func (f *fork) round(ctx context.Context) ([]played, error) {
	var r []played
	for _, i := range f.order() {
		p, err := f.window(ctx, i)
		if err != nil {
			return nil, err
		}
		r = append(r, p)
	}
	if f.spec.Table.Cells[0].Rank == Baseline {
		compare(r)
	}
	return r, nil
}

// compare takes each window's time over the baseline's, which it interpolates
// between the two windows of the baseline around it. The baseline is cell 0, and
// at both ends.
func compare(r []played) {
	time := func(p played) float64 { v, _ := p.win.Values.Get(workloads.NsPerOp.Unit); return v }
	before := 0
	for k := 1; k < len(r); k++ {
		if r[k].cell != 0 {
			continue
		}
		a, b := r[before], r[k]
		for j := before + 1; j < k; j++ {
			share := float64(r[j].at.Sub(a.at)) / float64(b.at.Sub(a.at))
			r[j].ratio = time(r[j]) / (time(a) + share*(time(b)-time(a)))
		}
		before = k
	}
}

// tries is how often a window is played at most, while others disturb it.
const tries = 3

// window plays a window of a cell, and plays it again while others disturb it and
// the fork has windows left for that. The least disturbed one counts.
func (f *fork) window(ctx context.Context, i int) (best played, err error) {
	f.emit(Event{Playing: &i})
	look := f.spec.Look
	// Windows of one length would keep step with the timer tick.
	look.Length = time.Duration(float64(look.Length) * (0.9 + 0.2*f.random.Float64()))
	for try := 1; ; try++ {
		began := time.Now()
		win, err := f.trials[i].Window(ctx, look)
		if err != nil {
			return best, f.failed(i, err)
		}
		at := began.Add(time.Since(began) / 2)
		if err := f.trials[i].Drain(ctx); err != nil {
			return best, f.failed(i, err)
		}
		if try == 1 || win.Lost+win.Late < best.win.Lost+best.win.Late {
			best = played{cell: i, at: at, win: win}
		}
		if !best.win.Disturbed() || try == tries || f.extra == 0 {
			return best, nil
		}
		f.extra--
		f.report.Fork.Replayed++
	}
}

// keep notes a round for the rows.
func (f *fork) keep(r []played) {
	for i := range f.rows {
		f.rows[i].rounds++
	}
	for _, p := range r {
		row := &f.rows[p.cell]
		row.windows = append(row.windows, p.win)
		if p.ratio > 0 && !math.IsInf(p.ratio, 0) {
			row.ratios = append(row.ratios, p.ratio)
		}
		f.report.Fork.Windows++
		if p.win.Disturbed() {
			row.spoiled++
			f.report.Fork.Disturbed++
			continue
		}
		ns, _ := p.win.Values.Get(workloads.NsPerOp.Unit)
		seen := results.Window{Time: ns}
		if p.ratio > 0 && !math.IsInf(p.ratio, 0) && f.spec.Table.Workload.Compared() {
			seen.Ratio = p.ratio
		}
		if ns > 0 && !math.IsInf(ns, 0) {
			row.seen = append(row.seen, seen)
		}
	}
}

// long plays the long windows, of the cells that have something to show there.
func (f *fork) long(ctx context.Context) error {
	for _, i := range f.random.Perm(len(f.trials)) {
		if !f.trials[i].Retires() {
			continue
		}
		f.emit(Event{Playing: &i})
		win, err := f.trials[i].Window(ctx, f.spec.longLook())
		if err != nil {
			return f.failed(i, err)
		}
		if err := f.trials[i].Drain(ctx); err != nil {
			return f.failed(i, err)
		}
		f.rows[i].long = &win
	}
	return nil
}
