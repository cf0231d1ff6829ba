package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"readmostly/advise"
	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// adviseFlags are advise's flags as the user wrote them.
type adviseFlags struct {
	structure, size, buckets, updates, threads, needs, reads, writes string
	budget, layouts, output                                          string
	replace, json, quiet                                             bool
	set                                                              func(flag string) bool
}

const adviseHelp = `advise names the mechanism to take for a map that is used in some way: the cheapest
of those that have all that is needed, those that can't be told apart from it, what
each of the others would give, and where the answer changes.

With FILE it answers from results that bench -o wrote, by the ranking of the tables.
What was measured on different machines or with different settings is answered one by
one. A share of updates, a number of threads or a size between two that were measured
is interpolated, which the answer says; beyond them there is none. Without FILE it
measures for a minute: the map that is asked for, and with other shares of updates.

--reads and --writes say how often the map is used, by all threads together. The share
of updates follows from them, and the answer says what each mechanism takes of a core,
and whether one that is quickly written, such as a mutex, takes less than 1 %.

Needs, separated by commas:

`

const adviseMore = `
Exit status: 0 answered, even if only that there are too few forks to name a winner;
1 nobody has all that is needed, or the measurement failed; 2 bad input, or nothing like
that was measured; 130 interrupted.`

const adviseExamples = `  readmostly advise --structure hash --size 1k --updates 1% --threads 2 --need delete,walk,sleep,bounded
  readmostly advise --structure list --need sleep results.txt
  readmostly advise --reads 200k/s --writes 5/min --need delete results.txt`

func newAdvise(a *app) *cobra.Command {
	var f adviseFlags
	cmd := &cobra.Command{
		Use:     "advise [FILE...]",
		Short:   "Name the mechanism to take, and where that changes",
		Long:    adviseHelp + listNeeds() + adviseMore,
		Example: adviseExamples,
		RunE: func(cmd *cobra.Command, files []string) error {
			f.set = cmd.Flags().Changed
			return a.advise(cmd.Context(), f, files)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.structure, "structure", "hash", "`structure`: list or hash")
	flags.StringVar(&f.size, "size", "", "`elements` in the map; k is 1,024 (default a list of 16, a hash of 1k)")
	flags.StringVar(&f.buckets, "buckets", "", "`chains` of a hash, a power of two (default one per element)")
	flags.StringVar(&f.updates, "updates", "1%", "`share` of operations that update")
	flags.BoolVar(&f.replace, "replace", false, "update by copy-update instead of inserts and deletes")
	flags.StringVar(&f.threads, "threads", "", "`workers` (default the most in FILE, or all cores)")
	flags.StringVar(&f.needs, "need", "", "`what` the mechanism must be able to do")
	flags.StringVar(&f.reads, "reads", "", "`rate` of lookups, such as 200k/s, 10/min or 1/h")
	flags.StringVar(&f.writes, "writes", "", "`rate` of updates")
	flags.BoolVar(&f.json, "json", false, "print one JSON object for each answer")
	flags.StringVar(&f.budget, "budget", "1m", "without FILE: `time` after which to stop measuring")
	flags.StringVar(&f.layouts, "layouts", "", "without FILE: `binaries` of this program in other layouts: files and globs")
	flags.StringVarP(&f.output, "output", "o", "", "without FILE: `file` for what is measured, overwritten")
	flags.BoolVar(&f.quiet, "quiet", false, "without FILE: show no progress")
	return cmd
}

func listNeeds() string {
	var b strings.Builder
	for _, n := range advise.Needs() {
		fmt.Fprintf(&b, "  %-12s  %s\n", n.Name, n.Doc)
	}
	return b.String()
}

// advise answers from files, or from a measurement.
func (a *app) advise(ctx context.Context, f adviseFlags, files []string) error {
	q, err := f.question()
	if err != nil {
		return usageError{err}
	}
	if err := q.Possible(impls.Backends()); err != nil {
		return err
	}
	if len(files) == 0 {
		file, err := a.measureFor(ctx, f, q)
		if err != nil {
			return err
		}
		return answer(a.Stdout, f, q, "measured now", file)
	}
	for _, flag := range []string{"budget", "layouts", "output", "quiet"} {
		if f.set(flag) {
			return usagef("--%s: nothing is measured where a file is named: leave one or the other out", flag)
		}
	}
	return a.answerFrom(f, q, files)
}

// question reads the flags that say what is asked for.
func (f *adviseFlags) question() (q advise.Question, err error) {
	w := workloads.Workload{Scenario: workloads.Mix.Name, Replace: f.replace}
	if w.Structure, err = parseStructure(f.structure); err != nil {
		return q, fmt.Errorf("--structure: %w", err)
	}
	w.Size = defaultSize(workloads.Mix, w.Structure)
	if f.size != "" {
		if w.Size, err = results.ParseSize(f.size); err != nil {
			return q, fmt.Errorf("--size: %w", err)
		}
	}
	if f.buckets != "" {
		if w.Structure != workloads.Hash {
			return q, fmt.Errorf("--buckets: a %s has one chain: leave it out", w.Structure)
		}
		if w.Buckets, err = parseBuckets(f.buckets); err != nil {
			return q, err
		}
	}
	if f.threads != "" {
		if w.Threads, err = parseThreads(f.threads); err != nil {
			return q, fmt.Errorf("--threads: %w", err)
		}
	}
	if f.needs != "" {
		if q.Needs, err = parseNeeds(f.needs); err != nil {
			return q, err
		}
	}
	if q.Load, w.Updates, err = f.load(); err != nil {
		return q, err
	}
	q.Workload = w
	return q, nil
}

func parseNeeds(list string) (needs []advise.Need, err error) {
	for _, name := range splitList(list) {
		n, err := advise.FindNeed(name)
		if err != nil {
			return nil, fmt.Errorf("--need: %w", err)
		}
		if !slices.ContainsFunc(needs, func(o advise.Need) bool { return o.Name == n.Name }) {
			needs = append(needs, n)
		}
	}
	return needs, nil
}

// load reads the rates, and the share of updates, which follows from them.
func (f *adviseFlags) load() (*advise.Load, float64, error) {
	if f.reads == "" && f.writes == "" {
		share, err := results.ParsePercent(f.updates)
		if err != nil {
			return nil, 0, fmt.Errorf("--updates: %w", err)
		}
		return nil, share, nil
	}
	if f.set("updates") {
		return nil, 0, errors.New("--updates: it follows from --reads and --writes: leave one or the other out")
	}
	if f.reads == "" || f.writes == "" {
		return nil, 0, errors.New("--reads and --writes: one without the other: want both, such as --reads 200k/s --writes 5/min")
	}
	var l advise.Load
	for _, r := range []struct {
		flag, text string
		rate       *float64
	}{{"--reads", f.reads, &l.Reads}, {"--writes", f.writes, &l.Writes}} {
		var err error
		if *r.rate, err = parseRate(r.text); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", r.flag, err)
		}
	}
	if l.Reads+l.Writes == 0 {
		return nil, 0, errors.New("--reads and --writes: nothing is done to the map: want a rate above 0")
	}
	return &l, l.Share(), nil
}

// answerFrom answers from files: once for each configuration that measured what is
// asked for.
func (a *app) answerFrom(f adviseFlags, q advise.Question, names []string) error {
	var files []results.File
	for _, name := range names {
		file, err := a.readWhole(name)
		if err != nil {
			return err
		}
		if len(file.Rows)+len(file.Failures) > 0 {
			files = append(files, file)
		}
	}
	if len(files) == 0 {
		return usagef("no results in %v; want files that bench -o wrote", names)
	}
	groups := results.Join(files)
	if len(groups) == 1 {
		return answer(a.Stdout, f, q, strings.Join(names, ", "), groups[0].File)
	}
	var first error
	answered := 0
	for _, g := range groups {
		title := strings.ReplaceAll(g.Title, "\n", "; ")
		var text bytes.Buffer
		if err := answer(&text, f, q, title, g.File); err != nil {
			fmt.Fprintf(a.Stderr, "note: %s: %s\n", title, oneLine(err.Error()))
			first = cmp.Or(first, err)
			continue
		}
		if answered++; answered > 1 && !f.json {
			fmt.Fprintln(a.Stdout)
		}
		if _, err := text.WriteTo(a.Stdout); err != nil {
			return unsaid(err)
		}
	}
	if answered > 0 {
		return nil
	}
	return first
}

// answer writes the advice that a file gives.
func answer(w io.Writer, f adviseFlags, q advise.Question, from string, file results.File) error {
	advice, err := advise.From(file, impls.Backends(), q)
	var nobody *advise.Nobody
	switch {
	case errors.As(err, &nobody):
		return err
	case err != nil:
		return usageError{err}
	case f.json:
		err = advice.JSON(w, from)
	default:
		err = advice.Render(w, from)
	}
	return unsaid(err)
}

func unsaid(err error) error {
	if err != nil {
		err = fmt.Errorf("the advice can't be written: %w", err)
	}
	return err
}

// measureFor measures what it takes to answer a question: all backends, also those that
// are no answer, with some shares of updates.
func (a *app) measureFor(ctx context.Context, f adviseFlags, q advise.Question) (results.File, error) {
	var b benchFlags
	cmd := benchCommand(a, &b)
	args := []string{"--structure", string(q.Workload.Structure), "--size", results.FormatSize(q.Workload.Size),
		"--updates", strings.Join(sharesFor(q.Workload.Updates), ","), "--threads", cmp.Or(f.threads, a.allCores()),
		"--budget", f.budget, "--layouts", f.layouts, "--output", f.output}
	if f.buckets != "" {
		args = append(args, "--buckets", f.buckets)
	}
	if f.replace {
		args = append(args, "--replace")
	}
	if f.quiet {
		args = append(args, "--quiet")
	}
	if err := cmd.ParseFlags(args); err != nil {
		return results.File{}, err
	}
	b.set = cmd.Flags().Changed
	if err := b.choose(); err != nil {
		return results.File{}, usageError{err}
	}
	s, err := a.readSettings(ctx, b)
	if err != nil {
		return results.File{}, usageError{err}
	}
	if !f.quiet {
		for _, note := range s.notes {
			fmt.Fprintf(a.Stderr, "note: %s\n", note)
		}
	}
	out, closeOutput := io.Discard, func() error { return nil }
	if f.output != "" {
		if out, closeOutput, err = a.openOutput(s); err != nil {
			return results.File{}, usageError{err}
		}
	}
	w := results.NewWriter(out)
	file := results.File{Config: results.Known(s.config())}
	if err := w.Header(s.config()); err != nil {
		return file, unwritten(err)
	}
	sum, err := a.do(ctx, s, w, &file)
	if closeErr := closeOutput(); err == nil {
		err = unwritten(closeErr)
	}
	err = conclude(ctx, sum, err)
	var failed failedError
	if errors.As(err, &failed) { // the others can still be compared
		fmt.Fprint(a.Stderr, failed.lines())
		err = nil
	}
	return file, err
}

// allCores returns as many threads as the machine has cores, 1 where it can't be read.
func (a *app) allCores() string {
	m, err := a.machine()
	if err != nil {
		return "1"
	}
	return fmt.Sprint(m.Cores())
}

// fewUpdates is the share below which windows see too few updates to measure them: what
// is asked for is then interpolated between none and [someUpdates].
const fewUpdates, someUpdates = 0.001, 0.01

// sharesFor returns the shares of updates to measure: the one that is asked for, none,
// and ten times as many, to see whether the answer changes.
func sharesFor(share float64) (shares []string) {
	all := []float64{0, share, min(1, 10*share)}
	if share < fewUpdates {
		all = []float64{0, someUpdates}
	}
	for _, v := range slices.Compact(all) {
		shares = append(shares, results.FormatPercent(v))
	}
	return shares
}
