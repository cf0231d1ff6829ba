package bench

import (
	"cmp"
	"math"
	"time"

	"readmostly/workloads"
)

// What it takes to start a fork and to make its maps and tapes, until some have
// been measured.
const (
	startFork    = 25 * time.Millisecond
	setupCell    = 1 * time.Millisecond
	setupElement = 150 * time.Nanosecond
	setupOp      = 25 * time.Nanosecond // of a tape
	betweenTwo   = 200 * time.Microsecond
)

// forecast returns how long a fork of the cells takes as far as one can tell: all
// that is not rounds, and one round.
func (s Settings) forecast(w workloads.Workload, cells int, long bool) (fixed, round time.Duration) {
	look := s.look(w)
	fixed = startFork + time.Duration(workloads.TapeOps(w)*w.Threads)*setupOp +
		time.Duration(cells)*(setupCell+time.Duration(w.Size)*setupElement)
	if !w.Scene().Paired {
		return fixed, time.Duration(cells) * (look.Warmup + look.Length)
	}
	if long {
		fixed += time.Duration(cells) * s.Duration
	}
	warm := min(look.Warmup, time.Duration(look.Warm)*expectedTime(w, s.Cache))
	return fixed, time.Duration(windowsOf(cells)) * (look.Length + warm + betweenTwo)
}

// windowsOf returns how many windows a round of so many cells has, the baseline
// among them: see [fork.order].
func windowsOf(cells int) int {
	others := max(1, cells-1)
	return others + 2 + (others-1)/stretch(others)
}

// Forecast returns how long a plan takes: at least, to have the first forks of
// each table that precision is looked at after, or all where their number is
// given; and at most.
func (s Settings) Forecast(p Plan) (least, most time.Duration) {
	sum := 0.0 // of nanoseconds, as what was asked for may take centuries
	for _, t := range p.Tables {
		sum += s.forecastTable(t)
	}
	least = time.Duration(math.MaxInt64)
	if sum < math.MaxInt64 {
		least = time.Duration(sum)
	}
	if s.Forks > 0 {
		return least, least
	}
	return min(least, s.Budget), s.Budget
}

func (s Settings) forecastTable(t Table) float64 {
	forks, rounds, cells := cmp.Or(s.Forks, FirstForks), cmp.Or(s.Rounds, firstRounds), len(t.Cells)
	if room := newTable(t).room(s); room < cells { // they take turns
		forks = (forks*(cells-2) + room - 3) / (room - 2)
		cells = room
	}
	fixed, round := s.forecast(t.Workload, cells, false)
	if !t.Workload.Scene().Paired {
		rounds = 1
	}
	sum := float64(forks) * (float64(fixed) + float64(rounds)*float64(round))
	if t.Workload.Updates > 0 {
		longs := (forks + longEvery - 1) / longEvery
		sum += float64(longs) * float64(cells) * float64(s.Duration)
	}
	return sum
}
