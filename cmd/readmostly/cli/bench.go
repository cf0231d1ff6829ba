package cli

import (
	"context"

	"github.com/spf13/cobra"

	"readmostly/workloads"
)

// benchFlags are bench's flags as the user wrote them.
type benchFlags struct {
	impls, structures, sizes, buckets, updates, threads, baseline    string
	window, duration, forks, precision, budget, seed                 string
	counters, pin, reclaim, retain, sections, output, scenario       string
	layouts, profile, updaters                                       string
	scene                                                            *workloads.Scenario // what scenario names
	set                                                              func(flag string) bool
	resume, replace, chained, latency, dryRun, quiet, markdown, full bool
}

const benchHelp = `bench compares every chosen backend in tables: one for each combination of
structure, size, share of updates and number of threads.

A table is measured by forks: fresh processes that play short windows of all its
backends in turn and compare each with the baseline (no protection) beside it, so
that what drifts in the machine hits both alike. A row of results is one backend
in one fork. Tables show the median of the ratios with its 95 % interval; ~ marks
those that can't be told from 1. Cells that are known to --precision are left out
of further forks; --budget ends the run.

Results go to the standard output, or to the file of -o, fork by fork: a run that
is interrupted (Ctrl-C, or kill -9) keeps what it has. The same command with
--resume goes on where a run has ended, whatever ended it. Everything else must be
the same: the machine, the program and all flags.

If any element that a reader found is not what it must be, if elements don't add
up at the end, or if a backend hangs or crashes, it is reported and left out; all
others are measured.

Exit status: 0 all measured, 1 a backend failed or results could not be written,
2 bad input and nothing done, 130 interrupted.

What to choose:

  --scenario   mix: lookups and updates by every thread.
               apart: some threads only look keys up, the others only update, as
               fast as they can. What each takes, timed apart; with 2 threads, or
               all cores, where nothing else is asked for.
               The others are about reclamation:
               flood: updaters replace elements in a tight loop while one worker,
               if there are more, looks keys up. What is freed per second, what
               waits meanwhile, how long readers are paused.
               stall: one reader stays inside while the others are to make 50,000
               updates per second each. What piles up, whether updaters are held
               up (RCU's wait above 10,000 queued elements: try --duration 1s),
               how long it takes to drain. A reader without preemption (rcu-sched,
               lockless-sched) stops the whole process and stays 100ms at most.
               teardown: one worker takes everything out, again and again, and
               waits until all is free. What an element costs.
               These three take a hash of 1k and 2 threads, or all cores, where
               nothing else is asked for.
  --size       how many elements are in the map. 16 fits in L1.
  --updates    the share of operations that update: half insert an absent key,
               half delete a present one, so that the map keeps its size.
  --updaters   how many threads update in apart: the others, at least one, read.
               Each number has a table. --replace has them copy-update.
  --chained    adds latency to throughput: beside each table one of lookups whose
               address depends on the element that the one before found. All of
               them hit, as a miss returns nothing to depend on; so it needs
               --updates 0% or --replace.
  --latency    times each lookup and each update for itself, in tables of their
               own, as that disturbs the time: p50 to p99.99 and the longest, of
               lookups and updates apart. In mix and apart a worker begins an
               operation when the one before is done. In stall half of the
               operations are lookups then, and the time of each counts from when
               it was due: operations that were never made count, too.
  --threads    workers, each with a core of its own while there are enough.
  --baseline   the backend that others are compared with: one without protection.
  --precision  half the width of a ratio's 99 % interval at which it is known.
  --budget     when to stop, whatever is known by then.
  --forks      as many forks of each table, instead of looking at those two.
  --layouts    binaries of the same program that the linker laid out in different
               orders, for forks to rotate through: make layouts makes some. The
               layout of one binary moves a ratio by several percent.
  --reclaim    how updaters reclaim elements, for backends that have a choice:
               sync waits for readers each time, call queues a callback for each
               element, kfree gathers arrays of them. Each has a row. flood and
               teardown show all.
  --retain     how many retired elements a worker gathers before it looks which of
               them it may reclaim, for backends that gather: more are cheaper each,
               and more memory waits. Each number has a table.
  --section    how many lookups in a row one read-side critical section covers, at
               most: an update ends it. What entering and leaving costs is shared
               by them. Each number has a table. Those above 1 leave out backends
               that have no section which could cover a second lookup: those that
               have are marked with c in the output of readmostly list.
  --duration   of the long windows, which last up to 20 times as long, until what
               is retained has been replaced 20 times and 20 grace periods have
               ended. ? marks what was seen less often.
  --counters   events to count in the windows: see readmostly list counters.`

const benchExamples = `  readmostly bench --dry-run
  readmostly bench --impl 'rcu-*,hazard,rwlock' --structure hash --size 1k --budget 30s -o results.txt
  readmostly bench --impl rcu-classic --updates 10% --replace --threads 2 --counters none
  readmostly bench --latency --structure hash --updates 0%,10% --threads 2
  readmostly bench --scenario apart --structure hash --threads 4 --updaters 1,2
  readmostly bench --scenario flood --impl 'rcu-*,hazard'
  readmostly bench --scenario stall --duration 500ms`

func newBench(a *app) *cobra.Command { return benchCommand(a, &benchFlags{}) }

// benchCommand returns the command, whose flags are read into f.
func benchCommand(a *app, f *benchFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Measure backends and compare them",
		Long:    benchHelp,
		Example: benchExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.set = cmd.Flags().Changed
			return a.bench(cmd.Context(), *f)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.impls, "impl", "*", "backends: `names` and globs, separated by commas")
	flags.StringVar(&f.scenario, "scenario", "mix", "`what` is done to maps: mix, apart, flood, stall or teardown")
	flags.StringVar(&f.structures, "structure", "list,hash", "`structures`: list, hash")
	flags.StringVar(&f.sizes, "size", "", "`elements` in the map; k is 1,024 (default a list of 16, a hash of 1k)")
	flags.StringVar(&f.buckets, "buckets", "", "`chains` of a hash, a power of two (default one per element)")
	flags.StringVar(&f.updates, "updates", "0%,1%,10%", "`shares` of operations that update")
	flags.StringVar(&f.updaters, "updaters", "1", "`threads` that only update, in scenario apart")
	flags.BoolVar(&f.replace, "replace", false, "update by copy-update instead of inserts and deletes")
	flags.BoolVar(&f.chained, "chained", false, "show latency too: beside each table one of lookups that wait for each other")
	flags.BoolVar(&f.latency, "latency", false, "time single lookups and updates instead: their distribution")
	flags.StringVar(&f.threads, "threads", "", "`workers` (default 1, the cores of one cache, of one node, all cores, all hardware threads)")
	flags.StringVar(&f.baseline, "baseline", "", "`backend` that the others are compared with (default unsync, or the first without protection)")
	flags.StringVar(&f.precision, "precision", "1%", "`share` of a ratio within which its 99 % interval is good enough")
	flags.StringVar(&f.budget, "budget", "3m", "`time` after which the run ends")
	flags.StringVar(&f.forks, "forks", "", "`number` of forks of each table, instead of --precision and --budget")
	flags.StringVar(&f.window, "window", "3ms", "`time` of a short window, at least")
	flags.StringVar(&f.duration, "duration", "", "`time` of a long window, for grace periods and garbage, at least (default 25ms, in flood, stall and teardown 100ms)")
	flags.StringVar(&f.seed, "seed", "1", "`number` that operations, keys and orders are drawn from")
	flags.StringVar(&f.counters, "counters", "default", "`events` to count, default or none")
	flags.StringVar(&f.pin, "pin", "auto", "`CPUs` of the workers, such as 0,2,4-7; auto or none")
	flags.StringVar(&f.reclaim, "reclaim", "", "`ways` to reclaim: sync, call, kfree or all (default each backend's first)")
	flags.StringVar(&f.retain, "retain", "", "`elements` that a worker gathers before it reclaims (default each backend's own number)")
	flags.StringVar(&f.sections, "section", "1", "`lookups` that one read-side critical section covers")
	flags.StringVar(&f.layouts, "layouts", "", "`binaries` of this program in other layouts: files and globs (default this binary alone)")
	flags.StringVarP(&f.output, "output", "o", "", "`file` for the results, overwritten (default standard output)")
	flags.BoolVar(&f.resume, "resume", false, "go on with the file of -o: measure what it doesn't hold yet")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print what would be measured, and how long it would take")
	flags.BoolVar(&f.quiet, "quiet", false, "print nothing but results and errors")
	flags.BoolVar(&f.full, "full", false, "end with all tables, not with the summary alone")
	flags.BoolVar(&f.markdown, "markdown", false, "print tables for a Markdown document")
	flags.StringVar(&f.profile, "cpuprofile", "", "`folder` for a CPU profile of each fork's windows")
	return cmd
}

// bench checks all input, then measures.
func (a *app) bench(ctx context.Context, f benchFlags) error {
	if err := f.choose(); err != nil {
		return usageError{err}
	}
	s, err := a.readSettings(ctx, f)
	if err != nil {
		return usageError{err}
	}
	if f.dryRun {
		return s.describe(a.Stdout)
	}
	out, closeOutput, err := a.openOutput(s)
	if err != nil {
		return usageError{err}
	}
	err = a.measure(ctx, s, out)
	if closeErr := closeOutput(); err == nil {
		err = closeErr
	}
	return err
}
