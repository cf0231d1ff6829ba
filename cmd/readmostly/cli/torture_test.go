package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"readmostly/torture"
	"readmostly/workloads"
)

// fakeTorture reports a trial of each backend that it is given; those that fails
// names fail.
func fakeTorture(fails string) func(context.Context, torture.Options) (torture.Report, error) {
	return func(ctx context.Context, o torture.Options) (torture.Report, error) {
		report := torture.Report{Elapsed: 83 * time.Second}
		for _, b := range o.Backends {
			for _, s := range o.Structures {
				if ctx.Err() != nil {
					return report, ctx.Err()
				}
				r := torture.Result{Trial: torture.Trial{Subject: b.Name, Structure: string(s)}, Elapsed: 5 * time.Second,
					Counts: []torture.Count{{What: "lookups", N: 12_345_678}, {What: "retries", N: 321}}}
				if b.Name == fails {
					r.Failure = &torture.Failure{Trial: r.Trial, What: "a lookup missed key 0x5", Story: "seed 7, round 3\nworkers:\n  1 reader\n"}
				}
				report.Results = append(report.Results, r)
				o.Done(r)
				if r.Failure != nil && o.FailFast {
					report.LeftOut = 3
					return report, nil
				}
			}
		}
		return report, ctx.Err()
	}
}

func tortureTrial(fails string, args ...string) *trial {
	c := newTrial(append([]string{"torture"}, args...)...)
	c.app.torture = fakeTorture(fails)
	return c
}

func TestTorture(t *testing.T) {
	c := tortureTrial("", "--impl", "rcu-*,noop", "--seed", "7")
	if status := c.run(); status != 0 {
		t.Errorf("status %d", status)
	}
	golden(t, "torture.txt", c.stdout.String())
	golden(t, "torture-stderr.txt", c.stderr.String())
}

func TestTortureFails(t *testing.T) {
	c := tortureTrial("rcu-beta", "--impl", "rcu-*", "--structure", "hash")
	if status := c.run(); status != statusFailed {
		t.Errorf("status %d", status)
	}
	golden(t, "torture-fails.txt", c.stdout.String())
	if got := c.stderr.String(); !strings.HasSuffix(got, "readmostly: torture: 1 of 2 trials failed\n") {
		t.Errorf("stderr %q", got)
	}
}

func TestTortureFailsFast(t *testing.T) {
	c := tortureTrial("rcu-alpha", "--impl", "rcu-*", "--structure", "hash", "--fail-fast")
	if status := c.run(); status != statusFailed {
		t.Errorf("status %d", status)
	}
	if got := c.stderr.String(); !strings.HasSuffix(got, "readmostly: torture: trial 1 failed, and 3 were left out\n") {
		t.Errorf("stderr %q", got)
	}
}

func TestTortureQuiet(t *testing.T) {
	c := tortureTrial("", "--quiet")
	if status := c.run(); status != 0 || c.stdout.Len() > 0 || c.stderr.Len() > 0 {
		t.Errorf("status %d, stdout %q, stderr %q", status, c.stdout.String(), c.stderr.String())
	}
}

func TestTortureInterrupted(t *testing.T) {
	c := tortureTrial("", "--impl", "rwlock")
	ctx, cancel := context.WithCancel(c.ctx)
	cancel()
	c.ctx = ctx
	if status := c.run(); status != statusInterrupted {
		t.Errorf("status %d", status)
	}
	if got := c.stderr.String(); !strings.HasSuffix(got, "readmostly: interrupted (after 0 trials)\n") {
		t.Errorf("stderr %q", got)
	}
}

// The flags arrive, and a chosen backend brings the libraries that it rests on.
func TestTortureOptions(t *testing.T) {
	var got torture.Options
	c := newTrial("torture", "--impl", "rwlock", "--structure", "hash,library", "--duration", "3s", "--seed", "0x10", "--threads", "9", "--quiet")
	c.app.torture = func(_ context.Context, o torture.Options) (torture.Report, error) {
		got = o
		return torture.Report{}, nil
	}
	if status := c.run(); status != 0 {
		t.Fatalf("status %d: %s", status, c.stderr.String())
	}
	if got.Duration != 3*time.Second || got.Seed != 16 || got.Threads != 9 {
		t.Errorf("%+v", got)
	}
	if len(got.Backends) != 1 || got.Backends[0].Name != "rwlock" || len(got.Structures) != 1 || got.Structures[0] != workloads.Hash {
		t.Errorf("%v, %v", got.Backends, got.Structures)
	}
	if len(got.Libraries) != 1 || got.Libraries[0].Name != "rwlock" {
		t.Errorf("%v", got.Libraries)
	}
}

// The command that a failure names does what failed, and for as long.
func TestTortureAgain(t *testing.T) {
	o := torture.Options{Duration: 10 * time.Second, Structures: []workloads.Structure{workloads.List, workloads.Hash}, Seed: 7, Threads: 9,
		Libraries: []torture.Library{{Name: "locks", Backends: []string{"rwlock", "rwlock-bucket"}}}}
	for want, trial := range map[string]torture.Trial{
		"readmostly torture --impl nulls --structure hash --duration 5s --seed 7 --threads 9":      {Subject: "nulls", Structure: "hash"},
		"readmostly torture --impl rwlock --structure library --duration 10s --seed 7 --threads 9": {Subject: "locks", Structure: "library"},
	} {
		if got := tortureAgain(o, trial); got != want {
			t.Errorf("%v: %s; want %s", trial, got, want)
		}
	}
}

// Options that the package refuses are bad input.
func TestTortureRefused(t *testing.T) {
	c := newTrial("torture", "--quiet")
	c.app.torture = func(context.Context, torture.Options) (torture.Report, error) {
		return torture.Report{}, errors.New("torture: no")
	}
	if status := c.run(); status != statusUsage {
		t.Errorf("status %d", status)
	}
}
