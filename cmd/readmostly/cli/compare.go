package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"readmostly/compare"
	"readmostly/results"
)

// compareFlags are compare's flags as the user wrote them. Those of bench belong to
// --ab.
type compareFlags struct {
	bench             benchFlags
	threshold, ignore string
	ab, json          bool
}

const compareHelp = `compare tells what changed between two runs: for each backend under each workload
the change of the ratio to the baseline and of the time, with 95 % intervals, and
whether that is worse, better, or no difference.

  compare OLD NEW         reads two files that bench -o wrote. They must be of one
                          machine and one kind of build, with the same settings:
                          what differs beside the commit is named and refused, unless
                          --ignore allows it.
  compare --ab OLD NEW    measures two programs, builds of this command, whose forks
                          take turns, so that what disturbs the machine disturbs both.
                          OLD and NEW are binaries, or quoted globs of as many layouts
                          each. Flags of bench choose what is measured.

The ratio decides, which was taken beside the baseline, window by window. A cell is
worse or better if it changed by --threshold or more and, with Holm's correction for
all cells, can be told from no change at 5 %. Layouts are the unit of repetition: see
the documentation of package compare. A backend that fails in the new run alone is
worse.

Exit status: 0 nothing is worse, 1 something is, 2 not comparable or bad input,
130 interrupted.`

const compareExamples = `  readmostly compare old.txt new.txt
  readmostly compare --markdown --threshold 5% old.txt new.txt
  readmostly compare --ignore cpu,go old.txt new.txt
  readmostly compare --ab ./old ./new --impl rcu-classic,seqlock --structure hash --updates 0% --budget 1m
  readmostly compare --ab 'old/layout-*' 'new/layout-*' --impl 'rcu-*' --budget 2m --json`

// notForAB are flags of bench that make no sense where two programs take turns.
var notForAB = []string{"layouts", "output", "resume", "dry-run", "full", "cpuprofile"}

// forBoth are flags of bench that compare has of its own accord.
var forBoth = []string{"markdown", "quiet"}

func newCompare(a *app) *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:     "compare OLD NEW",
		Short:   "Tell what changed between two runs, or between two programs",
		Long:    compareHelp,
		Example: compareExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("%s: %d arguments; want the old and the new: two files that bench -o wrote, or with --ab two programs", cmd.CommandPath(), len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.bench.set = cmd.Flags().Changed
			return a.compare(cmd.Context(), f, args[0], args[1])
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.ab, "ab", false, "OLD and NEW are programs: measure them, in turns")
	flags.StringVar(&f.threshold, "threshold", "3%", "`share` from which on a change counts")
	flags.StringVar(&f.ignore, "ignore", "", "`keys` of the files' headers that may differ, separated by commas, or machine for all that name it")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	benchCommand(a, &f.bench).Flags().VisitAll(func(flag *pflag.Flag) {
		if slices.Contains(notForAB, flag.Name) {
			return
		}
		if !slices.Contains(forBoth, flag.Name) {
			flag.Usage = "--ab: " + flag.Usage
		}
		flags.AddFlag(flag)
	})
	return cmd
}

// compare compares files or programs, prints what changed, and fails if something is
// worse.
func (a *app) compare(ctx context.Context, f compareFlags, old, new string) error {
	o, err := f.options()
	if err != nil {
		return usageError{err}
	}
	var before, after results.File
	var measured error
	if f.ab {
		if before, after, err = a.measureBoth(ctx, f, old, new); err != nil && ctx.Err() == nil {
			return err
		}
		measured = err
	} else {
		if before, after, err = a.readBoth(f, old, new); err != nil {
			return err
		}
	}
	ignored, err := f.comparable(before, after)
	if err != nil {
		return usageError{err}
	}
	c, err := compare.Runs(before, after, o)
	if err != nil {
		if measured != nil {
			return measured
		}
		return usageError{err}
	}
	for _, d := range ignored {
		c.Warnings = append(c.Warnings, fmt.Sprintf("the runs differ in %v", d))
	}
	if f.json {
		err = c.JSON(a.Stdout)
	} else {
		err = c.Render(a.Stdout, styleOf(f.bench.markdown))
	}
	if err != nil {
		return fmt.Errorf("the comparison can't be written: %w", err)
	}
	if measured != nil {
		return measured
	}
	if n := len(c.Regressions()); n > 0 {
		return fmt.Errorf("worse: %d of %d cells", n, c.Judged())
	}
	return nil
}

// options reads what both ways to compare have.
func (f *compareFlags) options() (o compare.Options, err error) {
	o.Paired = f.ab
	if o.Threshold, err = results.ParsePercent(f.threshold); err != nil {
		return o, fmt.Errorf("--threshold: %w", err)
	}
	if f.json && f.bench.markdown {
		return o, fmt.Errorf("--json: it prints no tables: leave out --markdown")
	}
	return o, nil
}

// readBoth reads two files. Flags that say what to measure have no business there.
func (a *app) readBoth(f compareFlags, old, new string) (before, after results.File, err error) {
	var misplaced []string
	benchCommand(a, &benchFlags{}).Flags().VisitAll(func(flag *pflag.Flag) {
		if f.bench.set(flag.Name) && !slices.Contains(forBoth, flag.Name) {
			misplaced = append(misplaced, "--"+flag.Name)
		}
	})
	if len(misplaced) > 0 {
		return before, after, usagef("%s: files hold what was measured: use it with --ab, or leave it out", strings.Join(misplaced, ", "))
	}
	if before, err = a.readWhole(old); err != nil {
		return before, after, err
	}
	if after, err = a.readWhole(new); err != nil {
		return before, after, err
	}
	for _, side := range []struct {
		name string
		file results.File
	}{{old, before}, {new, after}} {
		if len(side.file.Rows)+len(side.file.Failures) == 0 {
			return before, after, usagef("no results in %s; want a file that bench -o wrote", side.name)
		}
	}
	return before, after, nil
}

// machineKeys name the machine, for --ignore machine.
var machineKeys = []string{
	"goos", "goarch", "cpu", "cores", "cpus", "smt", "cpu-quota", "memory-limit", "numa", "caches", "kernel",
	"virtualization", "governor", "turbo", "isolated", "clocksource", "emulator", "placement", "membarrier", "element-memory",
	"huge-pages", "perf-scope",
}

// comparable returns in what two runs differ that --ignore allows, the commit aside.
// Its error names all else.
func (f *compareFlags) comparable(old, new results.File) (allowed []results.Difference, err error) {
	var keys []string
	if f.ignore != "" {
		keys = splitList(f.ignore)
	}
	if slices.Contains(keys, "machine") {
		keys = append(keys, machineKeys...)
	}
	var differ, names []string
	for _, d := range results.Differences(old, new) {
		switch {
		case d.Key == "commit":
		case slices.Contains(keys, d.Key):
			allowed = append(allowed, d)
		default:
			differ, names = append(differ, d.String()), append(names, d.Key)
		}
	}
	if len(differ) > 0 {
		return nil, fmt.Errorf("not comparable, as the runs differ: %s: measure again alike, or allow it with --ignore %s", strings.Join(differ, "; "), strings.Join(names, ","))
	}
	return allowed, nil
}
