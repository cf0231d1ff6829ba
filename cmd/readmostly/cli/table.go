package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"readmostly/results"
)

func newTable(a *app) *cobra.Command {
	var markdown, summary bool
	table := &cobra.Command{
		Use:   "table FILE...",
		Short: "Show result files as tables",
		Long: `table reads files that bench wrote, also ones that were cut off in mid-run, and
prints all tables of what they hold.`,
		Example: "  readmostly table --markdown results.txt",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s: no file named; want those that bench -o wrote", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error {
			return a.showTable(files, results.Options{Style: styleOf(markdown), Full: !summary, Color: colored(a.Stdout)})
		},
	}
	table.Flags().BoolVar(&markdown, "markdown", false, "print tables for a Markdown document")
	table.Flags().BoolVar(&summary, "summary", false, "print the summary that bench ends with")
	return table
}

func styleOf(markdown bool) results.Style {
	if markdown {
		return results.Markdown
	}
	return results.Text
}

// style is how a run's tables are drawn.
func (s *settings) style(w io.Writer) results.Options {
	return results.Options{Style: styleOf(s.flags.markdown), Full: s.flags.full, Color: colored(w)}
}

// colored reports whether a stream is a terminal whose user has nothing against
// colours: see https://no-color.org.
func colored(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(file.Fd()))
}

func (a *app) showTable(files []string, o results.Options) error {
	var all results.File
	for _, name := range files {
		f, err := readResults(name)
		if err != nil {
			return usageError{err}
		}
		for _, w := range f.Warnings {
			fmt.Fprintf(a.Stderr, "warning: %v\n", w)
		}
		if f.Cut {
			fmt.Fprintf(a.Stderr, "note: %s ends in the middle of a line, which is left out\n", name)
		}
		all.Config = f.Config
		all.Rows = append(all.Rows, f.Rows...)
		all.Forks = append(all.Forks, f.Forks...)
		all.Failures = append(all.Failures, f.Failures...)
	}
	if len(all.Rows)+len(all.Failures) == 0 {
		return usagef("no results in %v; want files that bench -o wrote", files)
	}
	return results.Render(a.Stdout, all, o)
}

func readResults(name string) (results.File, error) {
	in, err := os.Open(name)
	if err != nil {
		return results.File{}, err
	}
	defer in.Close()
	return results.Read(in, name)
}
