package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"readmostly/report"
)

const reportHelp = `report makes one HTML page of result files: who is the cheapest and what each
backend costs, the machine, what it can't show, how far to trust it, plots with
their intervals and the data behind them, and the files themselves. The page
needs nothing but itself: no network, no script.

Each file is a chapter of its own: what was measured on different machines or with
different settings is never drawn into one plot. Colours stand for mechanisms; a
backend that this program doesn't have is grey, so take the command that measured.`

func newReport(a *app) *cobra.Command {
	var page, plots string
	cmd := &cobra.Command{
		Use:   "report FILE...",
		Short: "Make a page with plots of result files",
		Long:  reportHelp,
		Example: `  readmostly report results.txt -o report.html
  readmostly report results.txt --svg plots`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s: no file named; want those that bench -o wrote", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			if page == "" && plots == "" {
				return usagef("%s: nowhere to write to; want -o report.html, or --svg FOLDER", cmd.CommandPath())
			}
			return a.report(files, page, plots)
		},
	}
	cmd.Flags().StringVarP(&page, "output", "o", "", "`file` for the page, overwritten")
	cmd.Flags().StringVar(&plots, "svg", "", "`folder` for the plots alone, a file each")
	return cmd
}

func (a *app) report(files []string, page, plots string) error {
	var sources []report.Source
	for _, name := range files {
		s, err := report.Open(name)
		if err != nil {
			return usageError{err}
		}
		if page != "" && same(name, page) {
			return usagef("-o: %s is one of the result files: name another file", page)
		}
		sources = append(sources, s)
	}
	if page != "" {
		var text bytes.Buffer
		if err := report.Write(&text, sources); err != nil {
			return err
		}
		if err := replace(page, text.Bytes()); err != nil {
			return usageError{fmt.Errorf("-o: %w", err)}
		}
	}
	if plots != "" {
		if err := writePlots(plots, report.Figures(sources)); err != nil {
			return usageError{fmt.Errorf("--svg: %w", err)}
		}
	}
	return nil
}

// same reports whether two names are of one file.
func same(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

func writePlots(folder string, plots []report.Figure) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, f := range plots {
		if err := replace(filepath.Join(folder, f.ID+".svg"), f.Alone()); err != nil {
			return err
		}
	}
	return nil
}

// replace writes a file whole or not at all: one that was there stays as it was when
// anything goes wrong.
func replace(name string, text []byte) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return &fs.PathError{Op: "write", Path: name, Err: errors.New("it is a folder: name a file")}
		}
		return os.WriteFile(name, text, 0o666) // a pipe or a device can't be replaced
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		if _, dirErr := os.Stat(filepath.Dir(name)); errors.Is(dirErr, fs.ErrNotExist) {
			return fmt.Errorf("no folder %s: make it first, or name another file", filepath.Dir(name))
		}
		return err
	}
	_, err = f.Write(text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
