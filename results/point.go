package results

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"readmostly/workloads"
)

// A Point is what a row measured, as the benchmark's name says it. Points of the
// same measurement are equal: [NewPoint] and [ParsePoint] leave out what a name
// does not say.
type Point struct {
	workloads.Workload        // Scenario is never empty, Seed is always 0
	Impl               string // the backend
	Reclaim            string // the backend's way to reclaim, empty for its default
	ReadOnly           bool   // the backend can't update: it looks up only, beside others that update
}

// NewPoint returns the point of a backend under a workload: with the scenario's
// name spelled out, without the seed, and without what the scenario or the
// structure takes no notice of.
func NewPoint(w workloads.Workload, impl, reclaim string) Point {
	scene := w.Scene()
	w.Scenario, w.Seed = scene.Name, 0
	switch {
	case scene.Divided:
		w.Updates, w.Chained = 1, false
	case !scene.Mixed:
		w = w.ReadOnly()
		w.Section, w.Chained = 0, false
	}
	if !scene.Paired && scene != workloads.Stall {
		w.Latency = false
	}
	if w.Section == 1 {
		w.Section = 0
	}
	if !scene.Divided {
		w.Updaters = 0
	}
	if w.Updates == 0 {
		w.Replace = false
		if scene.Mixed {
			w.Retain = 0
		}
	}
	if w.Structure != workloads.Hash {
		w.Buckets = 0
	}
	return Point{Workload: w, Impl: impl, Reclaim: reclaim}
}

// Table returns what the table shows that the point belongs to: the workload for
// any number of threads.
func (p Point) Table() workloads.Workload {
	w := p.Workload
	w.Threads = 0
	return w
}

// Backend returns the backend's name as tables show it: "rcu-classic/kfree".
func (p Point) Backend() string {
	if p.Reclaim == "" {
		return p.Impl
	}
	return p.Impl + "/" + p.Reclaim
}

// Name returns the benchmark's name without the word "Benchmark", for instance
// "Hash/impl=rcu-classic/size=1k/updates=1%-2" for a mix and
// "Flood/impl=rcu-classic/structure=hash/size=1k/reclaim=kfree-2" or
// "Apart/impl=rcu-classic/structure=hash/size=1k/updaters=1-2" for another scenario.
// [ParsePoint] reads it.
func (p Point) Name() string {
	var b strings.Builder
	mix := p.Scenario == workloads.Mix.Name
	first := p.Scenario
	if mix {
		first = string(p.Structure)
	}
	if first != "" {
		b.WriteString(strings.ToUpper(first[:1]) + first[1:])
	}
	fmt.Fprintf(&b, "/impl=%s", p.Impl)
	if !mix {
		fmt.Fprintf(&b, "/structure=%s", p.Structure)
	}
	fmt.Fprintf(&b, "/size=%s", FormatSize(p.Size))
	if p.Buckets != 0 {
		fmt.Fprintf(&b, "/buckets=%s", FormatSize(p.Buckets))
	}
	if mix {
		fmt.Fprintf(&b, "/updates=%s", FormatPercent(p.Updates))
	}
	if p.Updaters != 0 {
		fmt.Fprintf(&b, "/updaters=%d", p.Updaters)
	}
	if p.Replace {
		b.WriteString("/mode=replace")
	}
	if p.Retain != 0 {
		fmt.Fprintf(&b, "/retain=%s", FormatSize(p.Retain))
	}
	if p.Section != 0 {
		fmt.Fprintf(&b, "/section=%d", p.Section)
	}
	if p.Chained {
		b.WriteString("/lookups=chained")
	}
	if p.ReadOnly {
		b.WriteString("/reads=only")
	}
	if p.Reclaim != "" {
		fmt.Fprintf(&b, "/reclaim=%s", p.Reclaim)
	}
	if p.Latency {
		b.WriteString("/latency=on")
	}
	fmt.Fprintf(&b, "-%d", p.Threads)
	return b.String()
}

// ParsePoint reads a benchmark's name. The error says what isn't ours in it.
func ParsePoint(name string) (Point, error) {
	p, err := parsePoint(name)
	if err != nil {
		return Point{}, fmt.Errorf("benchmark %q: %w", name, err)
	}
	return p, nil
}

func parsePoint(name string) (p Point, err error) {
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return p, fmt.Errorf("a name has no spaces")
	}
	dash := strings.LastIndex(name, "-")
	if dash < 0 {
		return p, fmt.Errorf("no -N for the number of threads")
	}
	if p.Threads, err = strconv.Atoi(name[dash+1:]); err != nil || p.Threads < 1 {
		return p, fmt.Errorf("%q is not a number of threads", name[dash+1:])
	}

	first, rest, _ := strings.Cut(name[:dash], "/")
	p.Scenario = workloads.Mix.Name
	if scene, err := workloads.FindScenario(strings.ToLower(first)); err == nil && first != "" {
		p.Scenario = scene.Name
	} else {
		p.Structure = workloads.Structure(strings.ToLower(first))
	}
	for part := range strings.SplitSeq(rest, "/") {
		key, value, _ := strings.Cut(part, "=")
		if err := p.set(key, value); err != nil {
			return p, err
		}
	}
	if p.Structure != workloads.List && p.Structure != workloads.Hash {
		return p, fmt.Errorf("%q is not a structure: want list or hash", p.Structure)
	}
	if p.Impl == "" || p.Size == 0 {
		return p, fmt.Errorf("want a backend and a number of elements: /impl= and /size=")
	}
	if p.Scene().Divided && (p.Updaters < 1 || p.Updaters >= p.Threads) {
		return p, fmt.Errorf("want a number of updaters below that of threads, such as /updaters=1")
	}
	plain := NewPoint(p.Workload, p.Impl, p.Reclaim)
	plain.ReadOnly = p.ReadOnly && plain.Updates > 0
	if plain.Name() != name {
		return p, fmt.Errorf("want a name such as %q", plain.Name())
	}
	return plain, nil
}

func (p *Point) set(key, value string) (err error) {
	switch key {
	case "structure":
		p.Structure = workloads.Structure(value)
	case "impl":
		p.Impl = value
	case "size":
		p.Size, err = ParseSize(value)
	case "buckets":
		p.Buckets, err = ParseSize(value)
	case "updates":
		p.Updates, err = ParsePercent(value)
	case "updaters":
		p.Updaters, err = strconv.Atoi(value)
	case "mode":
		p.Replace = true
	case "retain":
		p.Retain, err = ParseSize(value)
	case "section":
		if p.Section, err = strconv.Atoi(value); err == nil && p.Section < 2 {
			err = fmt.Errorf("%q is not a number of lookups per section: want 2 or more, as 1 is left out", value)
		}
	case "lookups":
		p.Chained = true
	case "latency":
		p.Latency = true
	case "reads":
		p.ReadOnly = true
	case "reclaim":
		p.Reclaim = value
	default:
		err = fmt.Errorf("unknown part %q", key)
	}
	return err
}
