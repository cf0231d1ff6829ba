package cli

import (
	"context"

	"github.com/spf13/cobra"

	"readmostly/workloads"
)

// benchFlags are bench's flags as the user wrote them.
type benchFlags struct {
	impls, structures, sizes, buckets, updates, threads string
	duration, warmup, count, seed                       string
	counters, pin, reclaim, output, workload            string
	scenario                                            workloads.Scenario // what workload names
	resume, replace, dryRun, quiet, markdown            bool
}

const benchHelp = `bench measures every chosen backend with every combination of structure, size,
share of updates and number of threads: in short windows, one fresh map each,
repeated in a random order so that whatever drifts in the machine hits all alike.

Results go to the standard output, or to the file of -o, as they are measured: a
run that is interrupted (Ctrl-C) keeps what it has. A table ends the run on the
standard error. If any element that a reader found is not what it must be, or if
the elements don't add up at the end, the run stops.

The same command with --resume goes on where a run has ended, whatever ended it:
it measures what the file of -o doesn't hold yet. Everything else must be the
same: the machine, the program and all flags.

Exit status: 0 all measured, 1 a measurement failed, 2 bad input and nothing
done, 130 interrupted.

What to choose:

  --workload   mix: lookups and updates. The others are about letting go:
               flood: updaters replace elements in a tight loop while one worker,
               if there are more, looks keys up. What is freed a second, what
               waits meanwhile, how long readers are paused.
               stall: one reader stays inside while the others are to make 50,000
               updates a second each. What piles up, whether updaters are held up
               (RCU's wait above 10,000 queued elements: try --duration 1s), how
               long it takes to drain. A reader without preemption (rcu-sched,
               lockless-sched) stops the whole process and stays 100ms at most.
               teardown: one worker takes everything out, again and again, and
               waits until all is free. What an element costs.
               All three take a hash of 1k and 2 threads, or all cores, where
               nothing else is asked for.
  --size       how many elements are in the map. 16 stays in the first cache.
  --updates    the share of operations that update: half insert an absent key,
               half delete a present one, so that the map keeps its size.
  --threads    workers, each with a core of its own while there are enough.
  --count      windows of each combination; an interval takes 6.
  --reclaim    how updaters let go of elements, for backends that have a choice:
               sync waits for readers each time, call queues a callback for each
               element, kfree gathers arrays of them. Each has a row. flood and
               teardown show all.
  --counters   events to count in the window: see readmostly list counters.`

const benchExamples = `  readmostly bench --dry-run
  readmostly bench --impl 'rcu-*,hazard,rwlock' --structure hash --size 1k -o results.txt
  readmostly bench --impl rcu-classic --updates 10% --replace --threads 2 --counters none
  readmostly bench --workload flood --impl 'rcu-*,hazard'
  readmostly bench --workload stall --duration 500ms`

func newBench(a *app) *cobra.Command {
	var f benchFlags
	bench := &cobra.Command{
		Use:     "bench",
		Short:   "Measure backends and compare them",
		Long:    benchHelp,
		Example: benchExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.choose(cmd.Flags().Changed); err != nil {
				return usageError{err}
			}
			return a.bench(cmd.Context(), f)
		},
	}
	flags := bench.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.impls, "impl", "*", "backends: `names` and globs, separated by commas")
	flags.StringVar(&f.workload, "workload", "mix", "`what` is done to maps: mix, flood, stall or teardown")
	flags.StringVar(&f.structures, "structure", "list,hash", "`structures`: list, hash")
	flags.StringVar(&f.sizes, "size", "16,1k,64k", "`elements` in the map; k is 1,024")
	flags.StringVar(&f.buckets, "buckets", "", "`chains` of a hash, a power of two (default one an element)")
	flags.StringVar(&f.updates, "updates", "0%,1%,10%", "`shares` of operations that update")
	flags.BoolVar(&f.replace, "replace", false, "update by copy-update instead of inserts and deletes")
	flags.StringVar(&f.threads, "threads", "", "`workers` (default powers of two up to the cores, and all cores)")
	flags.StringVar(&f.duration, "duration", "100ms", "`time` of a window")
	flags.StringVar(&f.warmup, "warmup", "20ms", "`time` that all workers run before it")
	flags.StringVar(&f.count, "count", "6", "`windows` of each combination")
	flags.StringVar(&f.seed, "seed", "1", "`number` that operations, keys and order are drawn from")
	flags.StringVar(&f.counters, "counters", "default", "`events` to count, default or none")
	flags.StringVar(&f.pin, "pin", "auto", "`CPUs` of the workers, such as 0,2,4-7; auto or none")
	flags.StringVar(&f.reclaim, "reclaim", "", "`ways` to let go: sync, call, kfree or all (default each backend's first)")
	flags.StringVarP(&f.output, "output", "o", "", "`file` for the results, overwritten (default standard output)")
	flags.BoolVar(&f.resume, "resume", false, "go on with the file of -o: measure what it doesn't hold yet")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print what would be measured, and how long it would take")
	flags.BoolVar(&f.quiet, "quiet", false, "print nothing but results and errors")
	flags.BoolVar(&f.markdown, "markdown", false, "print the table for a Markdown document")
	return bench
}

// bench checks all input, then measures.
func (a *app) bench(ctx context.Context, f benchFlags) error {
	s, err := a.settings(f)
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
	err = a.measureAll(ctx, s, out)
	if closeErr := closeOutput(); err == nil {
		err = closeErr
	}
	return err
}
