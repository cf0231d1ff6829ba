package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"readmostly/impls"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
	"readmostly/workloads"
)

// A job is what one process measures: one table.
type job struct {
	Structure workloads.Structure
	Size      int
	Seed      uint64
	Budget    time.Duration // for the rounds,
	Rounds    int           // of which these are played in any case
	Counters  bool          // count hardware events
	CPU       int           // to be pinned to; -1 for none
}

// An outcome is what a job showed of one loop.
type outcome struct {
	Loop   string
	Ratio  float64 // to the raw loop, median of the rounds
	Time   float64 // ns per lookup, the same
	Raw    float64 // of the raw loop beside it
	Rounds int
	Ops    int                // lookups of all rounds together
	Counts map[string]float64 // events per lookup, by their units
}

// jobVariable holds a job in the environment of a process that is to do it, and
// stepsVariable is set for one that is to be traced.
const (
	jobVariable   = "READMOSTLY_READERS_JOB"
	stepsVariable = "READMOSTLY_READERS_STEPS"
)

// serve does what the environment asks of this process, if it asks for anything.
func serve() bool {
	var err error
	text := os.Getenv(jobVariable)
	switch {
	case text != "":
		var j job
		if err = json.Unmarshal([]byte(text), &j); err == nil {
			err = j.do(os.Stdout)
		}
	case os.Getenv(stepsVariable) != "":
		err = showSteps(os.Stdout)
	default:
		return false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func (j job) do(out io.Writer) (err error) {
	runtime.LockOSThread()
	if j.CPU >= 0 {
		if err := topo.PinThread(j.CPU); err != nil {
			return err
		}
	}
	m := newMaterial(j.Structure, j.Size, j.Seed)
	l, err := openLoops(m.buckets, m.elements)
	if err != nil {
		return err
	}
	p := newPlayer(j, m)
	if err := l.check(p.part()); err != nil {
		return err
	}
	if j.Counters {
		if p.counters, err = perf.Open(perf.NewPlan(perf.Default)); err != nil {
			return err
		}
		defer p.counters.Close()
	}
	runtime.GC()
	debug.SetGCPercent(-1)
	records := make([]record, len(l.all))
	began := time.Now()
	for n := 0; n < j.Rounds || time.Since(began) < j.Budget; n++ {
		for i, x := range l.all {
			if err := p.round(x, &records[i], n); err != nil {
				return err
			}
		}
	}
	var outcomes []outcome
	for i, x := range l.all {
		outcomes = append(outcomes, records[i].outcome(x.name))
	}
	if err := l.Close(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(outcomes)
}

// A player plays a tape in turns.
type player struct {
	tape     []impls.Op
	turn     int  // operations
	onward   bool // each turn plays what follows on the tape
	at       int
	tally    impls.Tally
	counters *perf.Counters // nil for none
}

// newPlayer chooses turns of some milliseconds. On a hash each plays another part
// of the tape, as the elements of the one before may be in the cache still; on a
// list all of a round play the same, as parts differ in how many elements they
// pass.
func newPlayer(j job, m material) *player {
	p := &player{tape: m.tape, turn: 1 << 18, onward: true}
	if j.Structure == workloads.List {
		p.turn, p.onward = max(1<<22/j.Size, 1<<10), false
	}
	p.turn = min(p.turn, len(p.tape))
	return p
}

func (p *player) part() []impls.Op { return p.tape[p.at : p.at+p.turn] }

func (p *player) next() {
	if p.at += p.turn; p.at+p.turn > len(p.tape) {
		p.at = 0
	}
}

// play returns the thread's time for a turn, in nanoseconds.
func (p *player) play(r runner) float64 {
	began := threadTime()
	play(r, p.part(), &p.tally)
	took := threadTime() - began
	if p.onward {
		p.next()
	}
	return float64(took)
}

func threadTime() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err) // the clock is there on every Linux
	}
	return t.Nano()
}

// round plays the loop twice and the raw loop twice, so that what changes steadily
// meets both alike: in the order ABBA or, in every second round, BAAB.
func (p *player) round(x loop, r *record, n int) error {
	if !p.onward && n > 0 {
		p.next()
	}
	p.play(x.raw)
	var own, raw float64
	for turn := range 4 {
		if (turn == 1 || turn == 2) == (n%2 == 0) {
			raw += p.play(x.raw)
			continue
		}
		if p.counters == nil {
			own += p.play(x.run)
			continue
		}
		if err := p.counters.Enable(); err != nil {
			return err
		}
		own += p.play(x.run)
		if err := p.counters.Disable(); err != nil {
			return err
		}
		readings, err := p.counters.Read()
		if err != nil {
			return err
		}
		r.count(readings)
	}
	if p.tally.Bad > 0 {
		return fmt.Errorf("%s: %w", x.name, p.tally.FirstBad)
	}
	r.add(own, raw, 2*p.turn)
	return nil
}

// A record is what the rounds of one loop showed.
type record struct {
	ratios, times, raws []float64
	ops                 int
	counts              map[string]float64
}

// add adds a round: the times, in nanoseconds, of as many lookups by the loop and
// by the raw loop.
func (r *record) add(own, raw float64, lookups int) {
	r.ratios = append(r.ratios, own/raw)
	r.times = append(r.times, own/float64(lookups))
	r.raws = append(r.raws, raw/float64(lookups))
	r.ops += lookups
}

func (r *record) count(readings []perf.Reading) {
	if r.counts == nil {
		r.counts = map[string]float64{}
	}
	for _, x := range readings {
		r.counts[x.Event.Unit()] += x.Value // not a number from the first window that it isn't
	}
}

func (r *record) outcome(name string) outcome {
	o := outcome{Loop: name, Ratio: median(r.ratios), Time: median(r.times), Raw: median(r.raws), Rounds: len(r.ratios), Ops: r.ops}
	for unit, n := range r.counts {
		if !math.IsNaN(n) {
			if o.Counts == nil {
				o.Counts = map[string]float64{}
			}
			o.Counts[unit] = n / float64(r.ops)
		}
	}
	return o
}

// median returns the middle value, or the mean of the two in the middle.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s) == 0 {
		return math.NaN()
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
