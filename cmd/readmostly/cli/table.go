package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

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
prints all tables of what they hold. What differs in the machine, the program or the
settings has tables of its own, below the lines that differ.`,
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
	var all []results.File
	for _, name := range files {
		f, err := a.readWhole(name)
		if err != nil {
			return err
		}
		if len(f.Rows)+len(f.Failures) > 0 {
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		return usagef("no results in %v; want files that bench -o wrote", files)
	}
	for i, group := range results.Join(all) {
		if i > 0 {
			fmt.Fprintln(a.Stdout)
		}
		if group.Title != "" {
			fmt.Fprintln(a.Stdout, heading(group.Title, o.Style))
		}
		if err := results.Render(a.Stdout, group.File, o); err != nil {
			return err
		}
	}
	return nil
}

// heading draws what stands above the tables of one configuration.
func heading(title string, style results.Style) string {
	if style != results.Markdown {
		return title + "\n"
	}
	return "## " + strings.ReplaceAll(title, "\n", "; ") + "\n"
}

// readWhole reads a file, and says what in it can't be read.
func (a *app) readWhole(name string) (results.File, error) {
	f, err := readResults(name)
	if err != nil {
		return f, usageError{err}
	}
	for _, w := range f.Warnings {
		fmt.Fprintf(a.Stderr, "warning: %v\n", w)
	}
	if f.Cut {
		fmt.Fprintf(a.Stderr, "note: %s ends in the middle of a line, which is left out\n", name)
	}
	return f, nil
}

func readResults(name string) (results.File, error) {
	in, err := os.Open(name)
	if err != nil {
		return results.File{}, err
	}
	defer in.Close()
	return results.Read(in, name)
}
