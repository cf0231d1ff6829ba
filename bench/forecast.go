package bench

import (
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

// windowsOf returns how many windows a round of so many cells has: see
// [fork.order].
func windowsOf(cells int) int {
	n := 1
	for n*n < cells {
		n++
	}
	return cells + n
}

// Forecast returns how long a plan takes: at least, to have the first forks of
// each table that precision is looked at after, or all where their number is
// given; and at most.
func (s Settings) Forecast(p Plan) (least, most time.Duration) {
	forks := s.Forks
	if forks == 0 {
		forks = FirstForks
	}
	for _, t := range p.Tables {
		rounds := s.Rounds
		if rounds == 0 {
			rounds = firstRounds
		}
		fixed, round := s.forecast(t.Workload, len(t.Cells), false)
		if !t.Workload.Scene().Paired {
			rounds = 1
		}
		least += time.Duration(forks) * (fixed + time.Duration(rounds)*round)
		if t.Workload.Updates > 0 {
			longs := (forks + longEvery - 1) / longEvery
			least += time.Duration(longs*len(t.Cells)) * s.Duration
		}
	}
	if s.Forks > 0 {
		return least, least
	}
	return min(least, s.Budget), s.Budget
}
