package bench

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"readmostly/results"
)

// A Noise is how the ratio of the control to the baseline, which is the same code,
// scatters on a machine: see [Settings.Noise].
type Noise struct {
	Table     Table        // what was measured
	Forks     int          // measured
	Fork      results.Fork // the sum of what they say of windows, and of stolen time
	Took      time.Duration
	Blind     string // why nobody saw workers lose their cores, empty if it was seen
	scatter   scatter
	stretched float64 // the time that rounds took over what was foreseen, as windows are played again
}

// The forks that the time for [Settings.Noise] is divided into, how many there are at
// least, as a variance takes some, and the rounds that one has.
const (
	noiseForks  = 8
	fewestNoise = 4

	leastRounds     = 2 // have a variance
	mostNoiseRounds = 100
)

// Noise measures the baseline against the control for about d, in forks as a run of the
// plan has them: under its workload with the most threads, read-only if there is one.
// It fails where the plan compares nothing with a baseline, and where a fork does.
func (s Settings) Noise(ctx context.Context, p Plan, fork Forker, d time.Duration) (n Noise, err error) {
	if n.Table, err = p.quietest(); err != nil {
		return n, err
	}
	w := n.Table.Workload
	fixed, foreseen := s.forecast(w, len(n.Table.Cells), false)
	spec := Spec{Table: n.Table, Baseline: p.Baseline, Look: s.look(w), Rounds: firstRounds, Seed: s.Seed, Patience: s.patience}
	if s.CPUs != nil {
		spec.CPUs = s.CPUs(w.Threads)
	}
	began, rounds, round := time.Now(), time.Duration(0), foreseen
	for {
		left := d - time.Since(began)
		if n.Forks >= fewestNoise && left <= 0 || n.Forks >= noiseForks {
			break
		}
		if n.Forks > 0 { // it is known what a round takes here
			share := left / time.Duration(noiseForks-n.Forks)
			spec.Rounds = min(max(leastRounds, int((share-fixed)/max(1, round))), mostNoiseRounds)
		}
		spec.Number, spec.Layout = n.Forks+1, 1+n.Forks%max(1, s.Layouts)
		report, err := fork(ctx, spec)
		if err != nil {
			return n, err
		}
		n.add(report)
		rounds += report.Rounds
		round = rounds / time.Duration(max(1, n.Fork.Rounds))
	}
	n.Took = time.Since(began)
	n.stretched = max(1, float64(round)/float64(foreseen))
	return n, nil
}

// quietest returns the table whose baseline says most about the machine: the smallest
// map with the most threads, of the baseline and the control alone.
func (p Plan) quietest() (Table, error) {
	best := Table{}
	for _, t := range p.Tables {
		if !t.Workload.Scene().Paired || len(t.Cells) < 2 || t.Cells[1].Rank != Control {
			continue
		}
		if w, b := t.Workload, best.Workload; best.Cells == nil || cmp.Or(
			cmp.Compare(b.Threads, w.Threads), cmp.Compare(w.Updates, b.Updates), cmp.Compare(footprint(w), footprint(b))) < 0 {
			best = Table{Workload: w, Cells: slices.Clone(t.Cells[:2])}
		}
	}
	if best.Cells == nil {
		return best, errors.New("no backend that reads without protection: nothing can be compared with it")
	}
	return best, nil
}

func (n *Noise) add(r *Report) {
	n.Forks++
	n.Fork.Rounds += r.Fork.Rounds
	n.Fork.Windows += r.Fork.Windows
	n.Fork.Replayed += r.Fork.Replayed
	n.Fork.Disturbed += r.Fork.Disturbed
	n.Fork.Stolen += r.Fork.Stolen
	n.Blind = r.Blind
	for _, row := range r.Rows {
		if row.Cell == 1 {
			n.scatter.add(row.Ratios)
		}
	}
}

// medianCost is how much wider the interval of a median is than that of a mean, of
// many values that scatter normally: the root of pi/2.
var medianCost = math.Sqrt(math.Pi / 2)

// normal95 is the half-width of a normal distribution's 95 % interval in standard
// deviations.
const normal95 = 1.96

// Resolution returns the half-width of the 95 % interval that a cell of the plan has
// after the budget, relative to its ratio, and of how many forks: if all cells scatter
// as the noise did, rounds per fork are chosen as a run chooses them, and the time is
// divided equally. Layouts that the noise was not measured with add theirs. Variances of
// so few forks are uncertain: it is right within a factor of two or so. It is false where
// too little was measured.
func (s Settings) Resolution(p Plan, n Noise) (half float64, forks int, ok bool) {
	within, between, ok := n.scatter.variances()
	if !ok {
		return 0, 0, false
	}
	sum, fewest := time.Duration(0), mostRounds
	for _, t := range p.Tables {
		fixed, round := s.forecast(t.Workload, newTable(t).room(s), false)
		round = time.Duration(float64(round) * max(1, n.stretched))
		rounds := bestRounds(within, between, fixed, round)
		fewest = min(fewest, rounds)
		sum += fixed + time.Duration(rounds)*round
	}
	forks = max(1, int(s.Budget/max(1, sum)))
	return normal95 * medianCost * math.Sqrt((between+within/float64(fewest))/float64(forks)), forks, true
}
