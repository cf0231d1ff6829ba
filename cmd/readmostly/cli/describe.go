package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"readmostly/workloads"
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
	line("sizes", "%s", s.flags.sizes)
	if s.flags.scenario != workloads.Mix {
		line("workload", "%s", s.flags.scenario)
	} else {
		line("updates", "%s", updates)
	}
	line("threads", "%s", strings.Join(threads, "; "))
	line("counters", "%s", s.counting())
	for _, why := range s.leftOut {
		line("left out", "%s", why)
	}
	for _, note := range s.notes {
		line("note", "%s", note)
	}
	line("windows", "%d: %d combinations, %d times, %v each after %v", s.windows(), len(s.plan), s.count, s.options.Duration, s.options.Warmup)
	line("seed", "%d", s.seed)
	line("results", "%s", destination)
	line("memory", "%s and garbage", formatBytes(s.memory))
	line("time", "about %s", roundTime(workloads.NewForecast(s.missing(), s.options).Total()))
	return t.Flush()
}

// placement says where n workers run.
func (s *settings) placement(n int) string {
	cpus := s.cpus[n]
	if cpus == nil {
		return "not pinned"
	}
	var ids []string
	for _, id := range cpus {
		ids = append(ids, fmt.Sprint(id))
	}
	return "CPU " + strings.Join(ids, ",")
}

// counting says which events are counted, and why others aren't.
func (s *settings) counting() string {
	plan := s.options.Counters
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
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
