package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"readmostly/impls"
	"readmostly/internal/perf"
	"readmostly/results"
)

func newList(a *app) *cobra.Command {
	backends := func(*cobra.Command, []string) error { return a.listImpls() }
	list := &cobra.Command{
		Use:   "list [impls|space|counters]",
		Short: "List the backends, the memory that they take, or the events that can be counted",
		Long: `list shows the backends that bench can measure, what each can do, and the paper
or the source file that its mechanism comes from.

list space shows the memory that each takes for itself, per element, per chain, per
worker and per map.

list counters shows the events that bench --counters takes, and whether this
machine counts them for this user, or why not.`,
		Args: knownCommand,
		RunE: backends,
	}
	list.AddCommand(&cobra.Command{
		Use:   "impls",
		Short: "List the backends and what they can do",
		Args:  noArguments,
		RunE:  backends,
	}, &cobra.Command{
		Use:   "space",
		Short: "List the memory that the backends take for themselves",
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return a.listSpace() },
	}, &cobra.Command{
		Use:   "counters",
		Short: "List the events that can be counted, and why others can't",
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return a.listCounters() },
	})
	return list
}

func (a *app) listImpls() error {
	var body [][]string
	for _, b := range sortBackends(impls.Backends()) {
		about := b.Doc
		if len(b.Reclaims) > 0 {
			about += "; --reclaim " + strings.Join(b.Reclaims, ", ")
		}
		if b.Fault != "" {
			about += "; at fault: " + b.Fault
		}
		if b.Retain > 0 {
			about += fmt.Sprintf("; --retain %d", b.Retain)
		}
		lines := append(wrapWords(about, 72), wrapWords("["+b.Source+"]", 72)...)
		body = append(body, []string{b.Name, b.Mechanism, capabilities(b.Caps), strings.Join(lines, "\n")})
	}
	header := []string{"backend", "mechanism", "can", "what it is [source]"}
	if err := results.RenderTable(a.Stdout, results.Text, header, body, len(header)); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.Stdout, `
can: i insert and d delete while readers run, r replace (copy-update), w walk, s readers may sleep,
     b a stalled reader holds up a bounded number of elements, g needs the Go collector,
     c takes part in bench --section: a read-side critical section can cover several lookups`)
	return err
}

// sortBackends sorts backends as tables show them: what others are compared with
// first, then by name.
func sortBackends(backends []impls.Backend) []impls.Backend {
	rank := func(b impls.Backend) int {
		switch {
		case b.Caps.Floor:
			return 0
		case b.Caps.Limit:
			return 1
		}
		return 2
	}
	slices.SortFunc(backends, func(x, y impls.Backend) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x.Name, y.Name))
	})
	return backends
}

// capabilities has a letter for each thing that a backend can do.
func capabilities(c impls.Caps) string {
	letters := ""
	for _, x := range []struct {
		has    bool
		letter string
	}{{c.Insert, "i"}, {c.Delete, "d"}, {c.Replace, "r"}, {c.Walk, "w"}, {c.SleepInReader, "s"}, {c.BoundedGarbage, "b"}, {c.NeedsGC, "g"}, {c.Section, "c"}} {
		if !x.has {
			x.letter = "-"
		}
		letters += x.letter
	}
	return letters
}

// wrapWords breaks text into lines of at most width bytes, if its words allow.
func wrapWords(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimLeft(line+" "+word, " ")
	}
	return append(lines, line)
}

// listSpace shows what backends take in a large hash.
func (a *app) listSpace() error {
	const elements = 1 << 20
	var body [][]string
	for _, b := range sortBackends(impls.Backends()) {
		for _, way := range append([]string{""}, b.Reclaims...) {
			if (way == "") != (len(b.Reclaims) == 0) {
				continue
			}
			line := []string{b.Name, cmp.Or(way, "-"), "-", "-", "-", "-"}
			if b.Space != nil {
				values := results.SpaceValues(b.Space(impls.Config{Buckets: elements, Capacity: elements, Reclaim: way}))
				for i, v := range values {
					line[2+i] = fmt.Sprint(int(v.Value))
				}
			}
			body = append(body, line)
		}
	}
	header := []string{"backend", "reclaim"}
	for _, m := range results.SpaceMetrics {
		header = append(header, m.Header)
	}
	if err := results.RenderTable(a.Stdout, results.Text, header, body, 2); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.Stdout, `
Bytes that the mechanism takes for itself in a hash, beside an element's link, key and
values and a chain's head. Elements have a line of 64 bytes whatever they take.
B/elem: a count, a generation, a callback's head. B/chain: the lock or the sequence of
its updaters. B/worker: what it announces, with what keeps it apart from others, and
the lists of what it has retired, as long as they are before it reclaims: --retain
makes them longer or shorter. B/map: all that does not grow. -: nobody knows.`)
	return err
}

func (a *app) listCounters() error {
	var body [][]string
	var reasons []string
	for _, e := range perf.All() {
		here := "yes"
		if err := a.probe(e); err != nil {
			reason := err.Error()
			var open *perf.OpenError
			if errors.As(err, &open) {
				reason = open.Reason()
			}
			if !slices.Contains(reasons, reason) {
				reasons = append(reasons, reason)
			}
			here = fmt.Sprintf("no (%d)", 1+slices.Index(reasons, reason))
		}
		body = append(body, []string{e.Name, e.Kind.String(), here, e.Doc})
	}
	header := []string{"event", "kind", "here", "what it counts"}
	if err := results.RenderTable(a.Stdout, results.Text, header, body, len(header)); err != nil {
		return err
	}
	fmt.Fprintln(a.Stdout)
	for i, reason := range reasons {
		fmt.Fprintf(a.Stdout, "(%d) %s\n", i+1, strings.Join(wrapWords(reason, 110), "\n    "))
	}
	raw, terms := perf.Parser{}.Examples()
	_, err := fmt.Fprintf(a.Stdout, `Also counted where the machine can: raw codes (%s), and terms of a unit under
/sys/bus/event_source/devices (%s).
`, raw, terms)
	return err
}
