package bench

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/internal/topo/topotest"
	"readmostly/workloads"
)

// A forecast is the sum of its parts, and never more than the budget.
func TestForecast(t *testing.T) {
	p := Plan{Tables: []Table{namedTable(reading, 18), namedTable(updating, 18)}}
	s := Settings{Window: DefaultWindow, Duration: DefaultDuration, Budget: DefaultBudget}
	least, most := s.Forecast(p)
	one, _ := s.Forecast(Plan{Tables: p.Tables[:1]})
	two, _ := s.Forecast(Plan{Tables: p.Tables[1:]})
	if least != one+two || most != DefaultBudget || least >= most || least < time.Second {
		t.Errorf("%v to %v, of %v and %v", least, most, one, two)
	}
	s.Forks = FirstForks
	if forks, same := s.Forecast(p); forks != least || same != forks {
		t.Errorf("as many forks take %v to %v, want %v", forks, same, least)
	}
	s.Forks = 2 * FirstForks
	if forks, _ := s.Forecast(p); forks != 2*least {
		t.Errorf("twice as many forks take %v, want %v", forks, 2*least)
	}
	s.Forks, s.Budget = 0, time.Second
	if least, most := s.Forecast(p); least != time.Second || most != time.Second {
		t.Errorf("a budget of 1s takes %v to %v", least, most)
	}
}

// What takes centuries is not negative.
func TestForecastOfCenturies(t *testing.T) {
	p := Plan{Tables: []Table{namedTable(updating, 18), namedTable(flooding, 18)}}
	s := Settings{Window: time.Hour, Duration: math.MaxInt64, Budget: math.MaxInt64, Forks: 1 << 16}
	for range 2 {
		if least, most := s.Forecast(p); least != math.MaxInt64 || most != math.MaxInt64 {
			t.Errorf("%v to %v", least, most)
		}
		s.Forks = 0
		s.Duration /= 100
	}
}

// Tables whose maps don't fit into memory at once take more forks.
func TestForecastOfTurns(t *testing.T) {
	p := Plan{Tables: []Table{namedTable(reading, 20)}}
	s := Settings{Window: DefaultWindow, Budget: time.Hour}
	all, _ := s.Forecast(p)
	s.Memory = workloads.EstimateFork(reading, 7, true) // 5 of 20 at once
	turns, _ := s.Forecast(p)
	if turns <= all || turns > 4*all {
		t.Errorf("%v in turns, %v at once", turns, all)
	}
}

// Windows are long enough for several hundred operations, for what the map's
// caches need, and for the time slices of workers that share a CPU.
func TestLookOf(t *testing.T) {
	s := Settings{Window: DefaultWindow, Duration: DefaultAlone, Cache: 32 << 20, Processors: 2}
	small := s.look(reading)
	if small.Length != DefaultWindow || small.Warm < 100 || small.Warmup < 20*time.Millisecond {
		t.Errorf("small: %+v", small)
	}
	large := reading
	large.Structure, large.Size = workloads.Hash, 1<<20
	if got := s.look(large); got.Length <= DefaultWindow || got.Length > 7*DefaultWindow || got.Warm <= small.Warm {
		t.Errorf("large: %+v", got)
	}
	long := reading
	long.Size = 1 << 20 // a list
	if got, op := s.look(long), expectedTime(long, s.Cache); got.Length < 100*op {
		t.Errorf("long list: %+v, and an operation takes %v", got, op)
	}
	crowded := reading
	crowded.Threads = 3
	if got := s.look(crowded); got.Length != crowdedWindow {
		t.Errorf("crowded: %+v", got)
	}
	timed := reading
	timed.Latency = true
	if got := s.look(timed); got.Length < 5*DefaultWindow {
		t.Errorf("timed: %+v", got)
	}
	if got := s.look(flooding); got.Length != DefaultAlone || got.Warm != 0 {
		t.Errorf("flood: %+v", got)
	}
	fitting := large
	fitting.Size = 1 << 16
	if got := s.look(fitting); got.Warm < 2*2*fitting.Size*3/4 || got.Warm > 2*large.Size {
		t.Errorf("a warm-up of %+v does not come by all the keys of a map that fits in the cache", got)
	}
	retiring := reading
	retiring.Updates = 0.01
	if got := s.look(retiring); got.Warm <= small.Warm {
		t.Errorf("with updates: %+v", got)
	}
}

// On machines of any size the first forks of the default profile fit into the
// default budget, with all built-in backends.
func TestDefaultProfileFits(t *testing.T) {
	for _, shape := range []topotest.Shape{
		{CoresPerPackage: 2},
		{CoresPerPackage: 16, ThreadsPerCore: 2, CoresPerCache: 8},
		{CoresPerPackage: 64, ThreadsPerCore: 2, CoresPerCache: 8, NodesPerPackage: 4},
		{Packages: 2, CoresPerPackage: 96, ThreadsPerCore: 2, CoresPerCache: 8},
	} {
		m := shape.Machine()
		var all []workloads.Workload
		for _, threads := range m.ThreadCounts() {
			for _, w := range []workloads.Workload{{Structure: workloads.List, Size: 16}, {Structure: workloads.Hash, Size: 1 << 10}} {
				for _, share := range []float64{0, 0.01, 0.1} {
					w.Threads, w.Updates = threads, share
					if w.Validate() == nil {
						all = append(all, w)
					}
				}
			}
		}
		p, err := NewPlan(builtin(), all, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		s := Settings{Window: DefaultWindow, Duration: DefaultDuration, Budget: 24 * time.Hour, Cache: m.LargestCache(), Processors: len(m.CPUs)}
		least, _ := s.Forecast(p)
		t.Logf("%d CPUs: %d tables, %v", len(m.CPUs), len(p.Tables), least)
		if least > DefaultBudget {
			t.Errorf("%d CPUs: the first forks of %d tables take %v, and the budget is %v", len(m.CPUs), len(p.Tables), least, DefaultBudget)
		}
	}
}

// builtin returns the registered backends but for those of these tests.
func builtin() []impls.Backend {
	return slices.DeleteFunc(impls.Backends(), func(b impls.Backend) bool { return strings.HasPrefix(b.Name, "plug-") })
}
