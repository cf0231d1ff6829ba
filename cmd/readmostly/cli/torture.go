package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"readmostly/impls"
	"readmostly/torture"
	"readmostly/workloads"
)

// tortureFlags are torture's flags as the user wrote them.
type tortureFlags struct {
	impls, structures, duration, seed, threads string
	failFast, quiet                            bool
}

const tortureHelp = `torture stresses backends, and the libraries that they rest on, to break them:
sections of any length, updaters that let go in every way, workers that come and
go, GOMAXPROCS that changes, a collector at work, memory that is used again at
once. All that readers see is checked all the while, and all accounts at the end.

Each trial ends with a line that says what was exercised. Near misses, retries
and lookups during a write are what the mechanism is there for: a trial with none
has tested little. Of an RCU library, waits and grace periods are those of the
rounds in which elements age and are freed, and of the floods there; a relayed
grace period ended though readers were never all outside. Rounds that test order
alone count the sections (orders) and stores that met a grace period, and late
entries, of readers who found that some had gone by while they entered.

A failure is told with its story: the seed, what each worker was doing, what was
done last to the element concerned, and the command that attempts it again.

Exit status: 0 nothing failed, 1 something did, 2 bad input and nothing done,
130 interrupted.`

const tortureExamples = `  readmostly torture --impl rcu-classic --duration 200ms
  readmostly torture --impl 'hazard*,nulls' --structure hash --threads 16 --duration 100ms`

func newTorture(a *app) *cobra.Command {
	var f tortureFlags
	cmd := &cobra.Command{
		Use:     "torture",
		Short:   "Stress backends and check everything, to break them",
		Long:    tortureHelp,
		Example: tortureExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runTorture(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.impls, "impl", "*", "backends: `names` and globs, separated by commas")
	flags.StringVar(&f.structures, "structure", "list,hash,library", "`structures`: list, hash, and library for what backends rest on")
	flags.StringVar(&f.duration, "duration", "10s", "`time` for each backend, and for each library")
	flags.StringVar(&f.seed, "seed", "1", "`number` that all that is attempted is drawn from")
	flags.StringVar(&f.threads, "threads", "", "`workers` (default twice the cores, at least 6)")
	flags.BoolVar(&f.failFast, "fail-fast", false, "stop at the first failure")
	flags.BoolVar(&f.quiet, "quiet", false, "print nothing but failures")
	return cmd
}

// library stands among the structures for what backends rest on.
const library = "library"

// tortureOptions reads and checks the flags.
func (a *app) tortureOptions(f tortureFlags) (o torture.Options, err error) {
	backends, err := impls.Match(splitList(f.impls))
	if err != nil {
		return o, fmt.Errorf("--impl: %w", err)
	}
	structures, err := parseEach("--structure", f.structures, func(s string) (string, error) {
		if _, err := parseStructure(s); err != nil && s != library {
			return "", fmt.Errorf("%q is not a structure: want list, hash or library", s)
		}
		return s, nil
	})
	if err != nil {
		return o, err
	}
	if o.Duration, err = parseDuration("--duration", f.duration, 1); err != nil {
		return o, err
	}
	if o.Seed, err = parseSeed(f.seed); err != nil {
		return o, err
	}
	if f.threads != "" {
		if o.Threads, err = parseThreads(f.threads); err != nil {
			return o, fmt.Errorf("--threads: %w", err)
		}
		if o.Threads < 2 {
			return o, errors.New("--threads: 1 is too few: want 2 or more, a reader and an updater")
		}
	}
	o.FailFast = f.failFast
	for _, s := range structures {
		if s == library {
			o.Libraries = librariesOf(backends)
		} else {
			o.Structures = append(o.Structures, workloads.Structure(s))
		}
	}
	if len(o.Structures) > 0 {
		o.Backends = slices.DeleteFunc(sortBackends(backends), func(b impls.Backend) bool { return b.Caps.Floor })
	}
	if len(o.Backends)+len(o.Libraries) == 0 {
		return o, fmt.Errorf("nothing to torture: --impl %s does nothing, or rests on no library of its own", f.impls)
	}
	return o, nil
}

// librariesOf returns the libraries that the backends rest on.
func librariesOf(backends []impls.Backend) []torture.Library {
	return slices.DeleteFunc(torture.Libraries(), func(l torture.Library) bool {
		return !slices.ContainsFunc(backends, func(b impls.Backend) bool { return slices.Contains(l.Backends, b.Name) })
	})
}

// runTorture checks all input, then tortures.
func (a *app) runTorture(ctx context.Context, f tortureFlags) error {
	o, err := a.tortureOptions(f)
	if err != nil {
		return usageError{err}
	}
	if !f.quiet {
		subjects := len(o.Backends) + len(o.Libraries)
		fmt.Fprintf(a.Stderr, "backends: %d, libraries: %d, each for %v, seed %d: about %s\n",
			len(o.Backends), len(o.Libraries), o.Duration, o.Seed, roundTime(time.Duration(subjects)*o.Duration))
	}
	o.Done = func(r torture.Result) {
		if r.Failure != nil || !f.quiet {
			fmt.Fprintln(a.Stdout, r)
		}
		if r.Failure != nil {
			fmt.Fprintln(a.Stdout, "\t"+strings.ReplaceAll(strings.TrimRight(r.Failure.Story, "\n"), "\n", "\n\t"))
			fmt.Fprintln(a.Stdout, "\tthe same again: "+tortureAgain(o, r.Trial))
		}
	}
	report, err := a.torture(ctx, o)
	if err != nil && ctx.Err() == nil {
		return usageError{err}
	}
	if !f.quiet {
		fmt.Fprintf(a.Stdout, "trials: %d, failed: %d, in %s\n", len(report.Results), report.Failures(), roundTime(report.Elapsed))
	}
	switch n := report.Failures(); {
	case n > 0 && report.LeftOut > 0 && o.FailFast:
		return fmt.Errorf("torture: trial %d failed, and %d were left out", len(report.Results), report.LeftOut)
	case n > 0 && report.LeftOut > 0:
		return fmt.Errorf("torture: %d of %d trials failed, and %d were left out, as one hung", n, len(report.Results), report.LeftOut)
	case n > 0:
		return fmt.Errorf("torture: %d of %d trials failed", n, len(report.Results))
	case ctx.Err() != nil:
		return fmt.Errorf("%w (after %d trials)", errInterrupted, len(report.Results))
	}
	return nil
}

// tortureAgain returns the command that attempts again what a trial did. What its
// workers meet is up to the machine.
func tortureAgain(o torture.Options, t torture.Trial) string {
	impl, duration := t.Subject, o.Duration
	if t.Structure != library {
		duration /= time.Duration(len(o.Structures))
	}
	for _, l := range o.Libraries {
		if t.Structure == library && l.Name == t.Subject {
			impl = l.Backends[0]
		}
	}
	command := fmt.Sprintf("readmostly torture --impl %s --structure %s --duration %v --seed %d", impl, t.Structure, duration, o.Seed)
	if o.Threads > 0 {
		command += fmt.Sprintf(" --threads %d", o.Threads)
	}
	return command
}
