package results

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Scenario is what is done to a map. One table compares backends under one
// scenario.
type Scenario struct {
	Workload  string  // "flood", "stall", "teardown"; empty for a mix of lookups and updates
	Structure string  // "list" or "hash"
	Size      int     // resident elements
	Buckets   int     // chains of a hash if they were chosen, 0 for one an element
	Updates   float64 // share of a mix's operations that update, 0 to 1
	Replace   bool    // updates are copy-updates, not half inserts, half deletes
}

// A Point is what a row measured, as the benchmark's name says it.
type Point struct {
	Scenario
	Impl    string // the backend
	Reclaim string // the backend's way to let go, empty for its default
	Workers int
}

// Name returns the benchmark's name without the word "Benchmark", for instance
// "Hash/impl=rcu-classic/size=1k/updates=1%-2" for a mix and
// "Flood/impl=rcu-classic/structure=hash/size=1k/reclaim=kfree-2" for another
// workload. [ParsePoint] reads it.
func (p Point) Name() string {
	var b strings.Builder
	mix := p.Workload == ""
	first := p.Structure
	if !mix {
		first = p.Workload
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
	if p.Replace {
		b.WriteString("/mode=replace")
	}
	if p.Reclaim != "" {
		fmt.Fprintf(&b, "/reclaim=%s", p.Reclaim)
	}
	fmt.Fprintf(&b, "-%d", p.Workers)
	return b.String()
}

// ParsePoint reads a benchmark's name. The error says what isn't ours in it.
func ParsePoint(name string) (Point, error) {
	var p Point
	rest, workers, ok := cutLast(name, "-")
	if !ok {
		return p, fmt.Errorf("benchmark %q: no -N for the number of workers", name)
	}
	n, err := strconv.Atoi(workers)
	if err != nil || n < 1 {
		return p, fmt.Errorf("benchmark %q: %q is not a number of workers", name, workers)
	}
	p.Workers = n

	base, rest, _ := strings.Cut(rest, "/")
	p.Structure = strings.ToLower(base)
	if slices.Contains(lettingGo, p.Structure) {
		p.Workload, p.Structure = p.Structure, ""
	}
	for part := range strings.SplitSeq(rest, "/") {
		key, value, _ := strings.Cut(part, "=")
		if err := p.set(key, value); err != nil {
			return Point{}, fmt.Errorf("benchmark %q: %w", name, err)
		}
	}
	if p.Structure == "" || p.Impl == "" {
		return Point{}, fmt.Errorf("benchmark %q: want a structure and /impl=", name)
	}
	if p.Name() != name {
		return Point{}, fmt.Errorf("benchmark %q: want a name such as %q", name, p.Name())
	}
	return p, nil
}

func (p *Point) set(key, value string) (err error) {
	switch key {
	case "structure":
		p.Structure = value
	case "impl":
		p.Impl = value
	case "size":
		p.Size, err = ParseSize(value)
	case "buckets":
		p.Buckets, err = ParseSize(value)
	case "updates":
		p.Updates, err = ParsePercent(value)
	case "mode":
		p.Replace = true
	case "reclaim":
		p.Reclaim = value
	default:
		err = fmt.Errorf("unknown part %q", key)
	}
	return err
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// lettingGo are the workloads that are about letting go of elements.
var lettingGo = []string{"flood", "stall", "teardown"}

// CompareImpls orders the names of backends as tables show them: the harness
// floor, the physical limit, then the others by name.
func CompareImpls(a, b string) int {
	rank := func(name string) int {
		switch name {
		case floorImpl:
			return 0
		case limitImpl:
			return 1
		}
		return 2
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

const (
	floorImpl = "noop"   // the empty operation: what the harness costs
	limitImpl = "unsync" // no protection: what others are compared with
)

// compare orders scenarios: lists first, small sizes first, few updates first.
func (s Scenario) compare(t Scenario) int {
	rank := func(structure string) int {
		if structure == "list" {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(slices.Index(lettingGo, s.Workload), slices.Index(lettingGo, t.Workload)),
		cmp.Compare(rank(s.Structure), rank(t.Structure)),
		cmp.Compare(s.Structure, t.Structure),
		cmp.Compare(s.Size, t.Size),
		cmp.Compare(s.Buckets, t.Buckets),
		cmp.Compare(s.Updates, t.Updates),
		cmp.Compare(btoi(s.Replace), btoi(t.Replace)),
	)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
