package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"readmostly/results"
)

func newTable(a *app) *cobra.Command {
	var markdown bool
	table := &cobra.Command{
		Use:   "table FILE...",
		Short: "Show result files as the tables that end a run",
		Long: `table reads files that bench wrote, also ones that were cut off in mid-run, and
prints the tables that the run would have ended with.`,
		Example: "  readmostly table --markdown results.txt",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s: no file named; want those that bench -o wrote", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error { return a.showTable(files, styleOf(markdown)) },
	}
	table.Flags().BoolVar(&markdown, "markdown", false, "print tables for a Markdown document")
	return table
}

func styleOf(markdown bool) results.Style {
	if markdown {
		return results.Markdown
	}
	return results.Text
}

func (a *app) showTable(files []string, style results.Style) error {
	var rows []results.Row
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
		rows = append(rows, f.Rows...)
	}
	if len(rows) == 0 {
		return usagef("no results in %v; want files that bench -o wrote", files)
	}
	return results.Render(a.Stdout, rows, style)
}

func readResults(name string) (results.File, error) {
	in, err := os.Open(name)
	if err != nil {
		return results.File{}, err
	}
	defer in.Close()
	return results.Read(in, name)
}
