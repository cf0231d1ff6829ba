package cli

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"readmostly/bench"
	"readmostly/internal/topo"
	"readmostly/results"
)

// describe prints what would be measured: the dry run.
func (s *settings) describe(w io.Writer) error {
	var names []string
	for _, b := range s.backends {
		names = append(names, b.Name)
	}
	updates := s.flags.updates
	if s.flags.replace {
		updates += " (copy-updates)"
	}
	var threads []string
	for _, n := range s.threads {
		threads = append(threads, fmt.Sprintf("%d (%s)", n, s.placement(n)))
	}
	destination := s.flags.output
	if destination == "" {
		destination = "standard output"
	}

	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(key, format string, args ...any) {
		fmt.Fprintf(t, "%s\t%s\n", key, fmt.Sprintf(format, args...))
	}
	line("backends", "%s", strings.Join(names, ", "))
	line("structures", "%s", s.flags.structures)
	line("sizes", "%s", s.sizes())
	switch scene := s.flags.scene; {
	case scene.Mixed:
		line("updates", "%s", updates)
	case scene.Divided:
		line("scenario", "%s", scene.Name)
		line("updaters", "%s", strings.Replace(updates, s.flags.updates, s.flags.updaters, 1))
	default:
		line("scenario", "%s", scene.Name)
	}
	if s.flags.retain != "" {
		line("retained", "%s", s.flags.retain)
	}
	if s.flags.set("section") {
		line("sections", "%s", s.flags.sections)
	}
	if s.flags.chained {
		line("lookups", "independent; chained")
	}
	if s.flags.latency {
		line("timed", "single operations")
	}
	line("threads", "%s", strings.Join(threads, "; "))
	line("counters", "%s", s.counting())
	for _, why := range s.plan.LeftOut {
		line("left out", "%s", why)
	}
	for _, note := range s.notes {
		line("note", "%s", note)
	}
	least, most := s.Forecast(s.plan)
	line("tables", "%d, of %s", len(s.plan.Tables), s.cellCounts())
	if s.Forks > 0 {
		line("forks", "%d of each table, over layouts: %d", s.Forks, s.Layouts)
	} else {
		line("forks", "until ratios are known to %s, over layouts: %d", results.FormatPercent(s.Precision), s.Layouts)
	}
	line("windows", "%s", s.windows())
	line("seed", "%d", s.Seed)
	line("results", "%s", destination)
	line("memory", "%s and garbage", topo.FormatBytes(s.memory))
	switch {
	case s.Forks > 0:
		line("time", "about %s", roundTime(least))
	case least >= most:
		line("time", "%s, which is not enough for %d forks of each table: a greater --budget or fewer tables give narrower intervals", roundTime(most), bench.FirstForks)
	default:
		line("time", "%s at most, about %s at least", roundTime(most), roundTime(least))
	}
	return t.Flush()
}

// sizes are the numbers of elements by structure.
func (s *settings) sizes() string {
	if s.flags.sizes != "" {
		return s.flags.sizes
	}
	var parts []string
	for _, t := range s.plan.Tables {
		part := fmt.Sprintf("%s of %s", t.Workload.Structure, results.FormatSize(t.Workload.Size))
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// cellCounts says how many cells tables have.
func (s *settings) cellCounts() string {
	least, most := len(s.plan.Tables[0].Cells), 0
	for _, t := range s.plan.Tables {
		least, most = min(least, len(t.Cells)), max(most, len(t.Cells))
	}
	if least == most {
		return fmt.Sprintf("%d cells", most)
	}
	return fmt.Sprintf("%d to %d cells", least, most)
}

// windows says how long windows are.
func (s *settings) windows() string {
	least, most := time.Duration(math.MaxInt64), time.Duration(0)
	for _, t := range s.plan.Tables {
		length := s.WindowOf(t.Workload)
		least, most = min(least, length), max(most, length)
	}
	text := roundTime(most)
	if least != most {
		text = roundTime(least) + " to " + text
	}
	if s.flags.scene.Paired {
		text += fmt.Sprintf(", and long ones of %v", s.Duration)
	}
	return text
}

// placement says where n workers run, worker by worker, as --pin reads it.
func (s *settings) placement(n int) string {
	cpus := s.cpus[n]
	if cpus == nil {
		return "not pinned"
	}
	var runs []string
	for i := 0; i < len(cpus); {
		end := i + 1
		for end < len(cpus) && cpus[end] == cpus[end-1]+1 {
			end++
		}
		if end-i > 2 {
			runs = append(runs, fmt.Sprintf("%d-%d", cpus[i], cpus[end-1]))
		} else {
			for _, id := range cpus[i:end] {
				runs = append(runs, fmt.Sprint(id))
			}
		}
		i = end
	}
	return "CPU " + strings.Join(runs, ",")
}

// counting says which events are counted, and why others aren't.
func (s *settings) counting() string {
	plan := s.counted
	if plan == nil {
		return "none"
	}
	var names []string
	for _, e := range plan.Events() {
		names = append(names, e.Name)
	}
	text := strings.Join(names, ", ")
	if text == "" {
		text = "none"
	}
	if why := plan.Why(); why != "" {
		text += "; " + why
	}
	return text
}

// roundTime makes a time short: 9m40s, not 9m40.123456s.
func roundTime(d time.Duration) string {
	if d < time.Second {
		return d.Round(100 * time.Microsecond).String()
	}
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
