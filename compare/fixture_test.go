package compare

import (
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"readmostly/results"
	"readmostly/workloads"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

// A sketch is a run made up: what backends cost, and what scatters.
type sketch struct {
	seed    uint64
	forks   int
	layouts int
	drift   float64            // of the machine, on all times: 1 for none
	layout  float64            // standard deviation that layouts have
	fork    float64            // and forks
	times   map[string]float64 // of backends other than the usual, as a factor
	without string             // a backend that is missing
	fails   string             // a backend that fails
}

// shapes are the backends of a sketch, and their ratios.
var shapes = []struct {
	impl  string
	ratio float64
}{
	{"unsync", 1}, {"unsync-control", 1}, {"noop", 0.04}, {"nulls", 1.02}, {"rcu-classic", 1.08}, {"seqlock", 1.1}, {"rwlock", 2.1},
}

var sketched = []workloads.Workload{
	{Structure: workloads.List, Size: 16, Threads: 1},
	{Structure: workloads.List, Size: 16, Threads: 2},
	{Structure: workloads.Hash, Size: 1024, Updates: 0.01, Threads: 2},
}

func (s sketch) file() results.File {
	random := rand.New(rand.NewPCG(s.seed, 1))
	normal := func(deviation float64) float64 { return math.Exp(deviation * random.NormFloat64()) }
	f := results.File{Config: [][2]string{{"baseline", "unsync"}, {"control", "unsync-control"}, {"floors", "noop"}}}
	layouts := map[results.Point][]float64{}
	number := 0
	for fork := range s.forks {
		for _, w := range sketched {
			number++
			f.Forks = append(f.Forks, results.Fork{Number: number, Layout: 1 + fork%s.layouts})
			base := 10.0 * normal(s.fork)
			if s.drift != 0 {
				base *= s.drift
			}
			for _, shape := range shapes {
				p := results.NewPoint(w, shape.impl, "")
				p.ReadOnly = w.Updates > 0 && (shape.impl == "unsync" || shape.impl == "unsync-control")
				for len(layouts[p]) < s.layouts {
					layouts[p] = append(layouts[p], normal(s.layout))
				}
				ratio := shape.ratio * layouts[p][fork%s.layouts] * normal(s.fork)
				if by, ok := s.times[shape.impl]; ok {
					ratio *= by
				}
				switch shape.impl {
				case s.without:
					continue
				case s.fails:
					f.Failures = append(f.Failures, results.Failure{Point: p, Why: "panic: out of order"})
					continue
				}
				if shape.impl == "unsync" {
					ratio = 1
				}
				r := results.Row{Point: p, Fork: number, Layout: 1 + fork%s.layouts, Ops: 1}
				r.Values.Add(workloads.NsPerOp, base*ratio)
				if shape.impl != "unsync" {
					r.Values.Add(results.Ratio("unsync"), ratio)
				}
				f.Rows = append(f.Rows, r)
			}
		}
	}
	return f
}

// steady is a run with as much scatter as those of a quiet machine have.
func steady(seed uint64) sketch {
	return sketch{seed: seed, forks: 24, layouts: 8, layout: 0.005, fork: 0.01}
}
