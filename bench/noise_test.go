package bench

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// noisyForks have a control whose ratios' logarithms lie within beside the fork's mean,
// which lies between beside 0, by turns.
func noisyForks(within, between float64, specs *[]Spec) Forker {
	return func(_ context.Context, s Spec) (*Report, error) {
		*specs = append(*specs, s)
		mean, deviation := between, within
		if len(*specs)%2 == 0 {
			mean = -between
		}
		r := &Report{Fork: results.Fork{Rounds: s.Rounds, Windows: 3 * s.Rounds, Replayed: 1}, Rounds: time.Duration(s.Rounds) * time.Millisecond}
		row := Row{Cell: 1}
		for range s.Rounds {
			row.Ratios = append(row.Ratios, math.Exp(mean+deviation))
			deviation = -deviation
		}
		r.Rows = []Row{{Cell: 0, Ratios: nil}, row}
		return r, nil
	}
}

// planOf is of two structures, three shares of updates and one or two threads.
func planOf(t *testing.T, backends ...string) Plan {
	t.Helper()
	var all []workloads.Workload
	for _, structure := range []workloads.Structure{workloads.Hash, workloads.List} {
		for _, updates := range []float64{0.1, 0} {
			for threads := 1; threads <= 2; threads++ {
				all = append(all, workloads.Workload{Scenario: workloads.Mix.Name, Structure: structure, Size: 16, Updates: updates, Threads: threads, Seed: 1})
			}
		}
	}
	chosen, err := impls.Match(backends)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(chosen, all, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func noiseSettings() Settings {
	return Settings{Seed: 1, Window: DefaultWindow, Duration: DefaultDuration, Budget: DefaultBudget, Layouts: 1}
}

// The noise is measured of the baseline and the control alone, on the quietest table,
// in forks that each have rounds enough for a variance.
func TestNoise(t *testing.T) {
	var specs []Spec
	n, err := noiseSettings().Noise(t.Context(), planOf(t, "unsync", "rcu-classic"), noisyForks(0.01, 0, &specs), 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	w := n.Table.Workload
	if w.Structure != workloads.List || w.Updates != 0 || w.Threads != 2 {
		t.Errorf("measured %v", w)
	}
	if n.Forks != noiseForks || len(specs) != noiseForks || n.Fork.Replayed != noiseForks {
		t.Errorf("%d forks, %+v", len(specs), n)
	}
	rounds := 0
	for i, s := range specs {
		rounds += s.Rounds
		if s.Number != i+1 || s.Rounds < leastRounds || s.Rounds > mostNoiseRounds || len(s.Table.Cells) != 2 || s.Table.Cells[1].Rank != Control || s.Long != 0 {
			t.Errorf("fork %d: %+v", i, s)
		}
	}
	if n.Fork.Rounds != rounds || n.Fork.Windows != 3*rounds {
		t.Errorf("%d rounds, %+v", rounds, n.Fork)
	}
}

// Where forks take longer than there is time, there are as many as a variance takes.
func TestNoiseOfSlowForks(t *testing.T) {
	var specs []Spec
	fork := noisyForks(0.01, 0, &specs)
	n, err := noiseSettings().Noise(t.Context(), planOf(t, "unsync"), fork, 0)
	if err != nil || n.Forks != fewestNoise || specs[fewestNoise-1].Rounds != leastRounds {
		t.Errorf("%d forks, %v", n.Forks, err)
	}
}

func TestNoiseFails(t *testing.T) {
	plan := planOf(t, "unsync")
	broken := errors.New("broken")
	fork := func(context.Context, Spec) (*Report, error) { return nil, broken }
	if _, err := noiseSettings().Noise(t.Context(), plan, fork, time.Second); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := noiseSettings().Noise(t.Context(), Plan{}, fork, time.Second); err == nil {
		t.Error("nothing was measured")
	}
}

// The interval that is foreseen is the normal one of a median, of as many forks as the
// budget has, and follows from both variances.
func TestResolution(t *testing.T) {
	s, plan := noiseSettings(), planOf(t, "unsync", "rcu-classic")
	resolve := func(s Settings, within, between float64) (float64, int) {
		var specs []Spec
		n, err := s.Noise(t.Context(), plan, noisyForks(within, between, &specs), 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		half, forks, ok := s.Resolution(plan, n)
		if !ok {
			t.Fatal("nothing is foreseen")
		}
		return half, forks
	}
	// Of 8 forks whose means lie b beside 0, the variance is 8b²/7; rounds add nothing.
	half, forks := resolve(s, 0, 0.01)
	if want := 1.96 * 1.2533 * 0.01 * math.Sqrt(8.0/7) / math.Sqrt(float64(forks)); math.Abs(half/want-1) > 1e-3 {
		t.Errorf("%v of %d forks; want %v", half, forks, want)
	}
	four := s
	four.Budget *= 4
	longer, more := resolve(four, 0, 0.01)
	if math.Abs(longer/half*math.Sqrt(float64(more)/float64(forks))-1) > 1e-3 || more < 4*forks || more > 4*forks+4 {
		t.Errorf("%v of %d forks, in four times the time %v of %d", half, forks, longer, more)
	}
	// What rounds scatter counts as often less as a fork has rounds.
	calm, _ := resolve(s, 0.01, 0.01)
	noisy, _ := resolve(s, 0.1, 0.01)
	if !(calm >= half && noisy > 2*calm) {
		t.Errorf("%v without noise of rounds, %v with some, %v with much", half, calm, noisy)
	}
	if _, _, ok := s.Resolution(plan, Noise{}); ok {
		t.Error("foreseen from nothing")
	}
}

// On a machine where windows are played again there is time for fewer forks.
func TestResolutionOfABusyMachine(t *testing.T) {
	s, plan := noiseSettings(), planOf(t, "unsync", "rcu-classic")
	var specs []Spec
	n, err := s.Noise(t.Context(), plan, noisyForks(0.01, 0.01, &specs), 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	half, forks, _ := s.Resolution(plan, n)
	n.stretched = 4
	slower, fewer, _ := s.Resolution(plan, n)
	if fewer >= forks || slower <= half {
		t.Errorf("%v of %d forks, and on a busy machine %v of %d", half, forks, slower, fewer)
	}
}
