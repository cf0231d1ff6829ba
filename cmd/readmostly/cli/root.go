package cli

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"readmostly/internal/spelling"
)

const rootHelp = `readmostly measures which mechanism should protect a read-mostly list or hash
table, and what it costs on this machine. RCU, lockless readers, seqlocks,
reader-writer locks, hazard pointers and reference counts stand behind one
contract, execute the same operations, and have every element that they find
checked.

Start with these:

  readmostly doctor                     whether this machine can measure, and what to do
  readmostly list                       which backends there are
  readmostly bench                      measure them all, in 3 minutes at most
  readmostly bench --impl 'rcu-*,rwlock' --updates 0%,1% -o results.txt
  readmostly report results.txt -o report.html  a page with plots of that
  readmostly advise --need delete,walk results.txt  which one to take
  readmostly torture --duration 1s      whether what they return is right

How to read a table:

  unsync          no protection, read-only: what the machine can do; all others are
                  compared with it
  1.085 ±0.7%     time per operation over that of unsync, and the 95 % interval
  ~  !            1 lies inside; the interval is wider than --precision
  unsync-control  unsync once more: its interval is the resolution
  noop            what the harness costs
  retries         traversals that readers threw away and began again
  retained        elements that were removed and could not be reused yet

What changed between two runs, or between two builds of this program, with an exit
status: readmostly compare, see its --help. Results are Go benchmark lines, one per
backend and fork, so benchstat compares them too, between backends or two runs:

  go tool benchstat -col '/impl@(rcu-classic rwlock)' results.txt
  go tool benchstat -ignore commit old.txt new.txt
`

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:                   "readmostly",
		Short:                 "Compare mechanisms that protect read-mostly lists and hash tables",
		Long:                  rootHelp,
		Version:               cmp.Or(commitOf(a.Commit), "of an unknown commit"),
		DisableFlagsInUseLine: true,
		SilenceErrors:         true,
		SilenceUsage:          true,
		Args:                  knownCommand,
		RunE:                  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newAdvise(a), newBench(a), newCompare(a), newDoctor(a), newList(a), newReport(a), newTable(a), newTorture(a))
	root.InitDefaultHelpCmd()
	return root
}

// knownCommand rejects arguments of a command that only has subcommands.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return usagef("%s has no command %q; it has %s", cmd.CommandPath(), args[0], strings.Join(names, ", "))
}

// noArguments rejects arguments of a command that takes flags only.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%s takes no argument %q, only flags: %s --help lists them", cmd.CommandPath(), args[0], cmd.CommandPath())
}

// flagError adds the nearest flag to an error about an unknown one.
func flagError(cmd *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: ")
	if !unknown {
		return usagef("%v: %s --help lists the flags", err, cmd.CommandPath())
	}
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, "--"+f.Name) })
	slices.SortStableFunc(flags, func(x, y string) int {
		return cmp.Compare(spelling.Distance(name, x), spelling.Distance(name, y))
	})
	return usagef("unknown flag %s; the nearest is %s, and %s --help lists all", name, flags[0], cmd.CommandPath())
}
