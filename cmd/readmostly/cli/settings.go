package cli

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"readmostly/bench"
	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
	"readmostly/results"
	"readmostly/workloads"
)

// settings are bench's flags, understood and checked.
type settings struct {
	bench.Settings
	flags    benchFlags
	name     string // of the command
	args     []string
	commit   string
	build    build
	runtime  string // settings of the Go runtime
	grant    slab.Grant
	machine  topo.Machine
	backends []impls.Backend
	threads  []int

	mostThreads int // that the machine lets a process have

	cpus    map[int][]int // by number of threads; nil leaves them to the system
	layouts []string      // binaries
	plan    bench.Plan
	counted *perf.Plan   // what is counted; nil for nothing
	notes   []string     // what the user should know
	memory  uint64       // what the greatest fork takes
	kept    results.File // what --resume found
	found   int64        // bytes in the file then
}

// choose reads --scenario, and gives flags that the user has not set the
// defaults that suit it.
func (f *benchFlags) choose() (err error) {
	if f.scene, err = workloads.FindScenario(f.scenario); err != nil {
		return fmt.Errorf("--scenario: %w", err)
	}
	if f.set("updaters") && !f.scene.Divided {
		return fmt.Errorf("--updaters: in scenario %s no thread only updates: leave it out, or choose --scenario %s", f.scene.Name, workloads.Apart.Name)
	}
	if f.latency {
		if err := f.chooseLatency(); err != nil {
			return err
		}
	}
	if f.scene.Mixed {
		return nil
	}
	if f.scene.Divided {
		return f.chooseDivided()
	}
	if f.chained {
		return fmt.Errorf("--chained: a %s is about updates: leave it out", f.scene.Name)
	}
	for _, flag := range []string{"updates", "replace"} {
		if f.set(flag) {
			return fmt.Errorf("--%s: a %s has updates of its own: leave it out", flag, f.scene.Name)
		}
	}
	if !f.set("structure") {
		f.structures = string(f.scene.Structure)
	}
	if !f.set("reclaim") && f.scene != workloads.Stall {
		f.reclaim = allReclaims
	}
	f.updates = "0%"
	return nil
}

// readSettings reads and checks the flags. An error says what is wrong and what
// would be right. Nothing has been written or opened then.
func (a *app) readSettings(ctx context.Context, f benchFlags) (s *settings, err error) {
	s = &settings{flags: f, name: a.Name, args: a.Args, commit: commitOf(a.Commit), cpus: map[int][]int{}, mostThreads: a.mostThreads()}
	s.build, s.runtime, s.grant = a.build(), a.goRuntime(), a.hugePages()
	if s.machine, err = a.machine(); err != nil {
		return nil, fmt.Errorf("this machine's CPUs can't be listed: %w", err)
	}
	if s.backends, err = impls.Match(splitList(f.impls)); err != nil {
		return nil, fmt.Errorf("--impl: %w", err)
	}
	sortBackends(s.backends)
	if err := s.parseRun(); err != nil {
		return nil, err
	}
	if err := s.parseLayouts(func(binaries []string) error { return a.layouts(ctx, binaries, s.commit) }); err != nil {
		return nil, err
	}
	all, err := s.parseWorkloads()
	if err != nil {
		return nil, err
	}
	if all, err = s.parseRetain(all); err != nil {
		return nil, err
	}
	reclaims, err := s.parseReclaims()
	if err != nil {
		return nil, err
	}
	if s.plan, err = bench.NewPlan(s.backends, all, reclaims, s.flags.baseline); err != nil {
		return nil, err
	}
	if err := s.checkMemory(a.available); err != nil {
		return nil, err
	}
	if err := s.place(); err != nil {
		return nil, err
	}
	if err := s.parseCounters(a.counters); err != nil {
		return nil, err
	}
	if err := s.readKept(); err != nil {
		return nil, err
	}
	if why := s.build.unfit(); why != "" {
		s.notes = append(s.notes, fmt.Sprintf("this program was %s: no figure should come from it", why))
	}
	if found := s.resumed(); found != "" {
		s.notes = append(s.notes, found)
	}
	return s, nil
}

// parseRun reads the flags that say how to measure.
func (s *settings) parseRun() (err error) {
	if s.Window, err = parseWindow("--window", s.flags.window); err != nil {
		return err
	}
	if s.Budget, err = parseDuration("--budget", s.flags.budget, 1); err != nil {
		return err
	}
	s.Duration = bench.DefaultDuration
	if !s.flags.scene.Paired {
		s.Duration = bench.DefaultAlone
	}
	if s.flags.duration != "" {
		if s.Duration, err = parseWindow("--duration", s.flags.duration); err != nil {
			return err
		}
	}
	if s.Precision, err = results.ParsePercent(s.flags.precision); err != nil || s.Precision == 0 {
		return fmt.Errorf("--precision: %q is not a precision: want more than 0%%, such as 1%%", s.flags.precision)
	}
	if s.flags.forks != "" {
		if s.flags.set("precision") || s.flags.set("budget") {
			return fmt.Errorf("--forks: it stands in the place of --precision and --budget: leave one or the other out")
		}
		if s.Forks, err = parseCount("--forks", s.flags.forks, "forks"); err != nil {
			return err
		}
	}
	s.Profile = s.flags.profile
	if s.Profile != "" {
		if info, err := os.Stat(s.Profile); err != nil || !info.IsDir() {
			return fmt.Errorf("--cpuprofile: %s is not a folder: make it first", s.Profile)
		}
	}
	s.Cache = s.machine.LargestCache()
	s.Seed, err = parseSeed(s.flags.seed)
	return err
}

// parseLayouts finds the binaries that forks rotate through, and has them checked.
func (s *settings) parseLayouts(check func(binaries []string) error) error {
	s.Layouts = 1
	if s.flags.layouts == "" {
		return nil
	}
	for _, pattern := range splitList(s.flags.layouts) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			return fmt.Errorf("--layouts: no file matches %q: make layouts makes some", pattern)
		}
		for _, name := range files {
			if info, err := os.Stat(name); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
				return fmt.Errorf("--layouts: %s is not a program: want binaries that make layouts made", name)
			}
			s.layouts = append(s.layouts, name)
		}
	}
	s.Layouts = len(s.layouts)
	if err := check(s.layouts); err != nil {
		return fmt.Errorf("--layouts: %w: make layouts makes them anew", err)
	}
	return nil
}

// parseWorkloads reads the flags that say what to do to maps.
func (s *settings) parseWorkloads() ([]workloads.Workload, error) {
	structures, err := parseEach("--structure", s.flags.structures, parseStructure)
	if err != nil {
		return nil, err
	}
	updates, err := parseEach("--updates", s.flags.updates, results.ParsePercent)
	if err != nil {
		return nil, err
	}
	s.threads = s.defaultThreads()
	if s.flags.threads != "" {
		if s.threads, err = parseEach("--threads", s.flags.threads, parseThreads); err != nil {
			return nil, err
		}
		if most := slices.Max(s.threads); most > s.mostThreads {
			return nil, fmt.Errorf("--threads: %d are more than a process can have here: want at most %d", most, s.mostThreads)
		}
	}
	crews, err := s.parseUpdaters()
	if err != nil {
		return nil, err
	}
	buckets := 0
	if s.flags.buckets != "" {
		if buckets, err = parseBuckets(s.flags.buckets); err != nil {
			return nil, err
		}
	}
	var all []workloads.Workload
	var unable error
	for _, structure := range structures {
		sizes := []int{defaultSize(s.flags.scene, structure)}
		if s.flags.sizes != "" {
			if sizes, err = parseEach("--size", s.flags.sizes, results.ParseSize); err != nil {
				return nil, err
			}
		}
		for _, size := range sizes {
			for _, share := range updates {
				for _, crew := range crews {
					w := workloads.Workload{
						Scenario:  s.flags.scene.Name,
						Structure: structure, Size: size, Updates: share, Replace: s.flags.replace && share > 0,
						Threads: crew.threads, Updaters: crew.updaters, Seed: s.Seed,
					}
					if structure == workloads.Hash {
						w.Buckets = buckets
					}
					err := w.Validate()
					switch {
					case err == nil:
						all = append(all, w)
					case crowded(w): // others can be measured
						unable = err
						s.notes = append(s.notes, fmt.Sprintf("left out: %v", err))
					default:
						return nil, err
					}
				}
			}
		}
	}
	if len(all) == 0 {
		return nil, unable
	}
	if all, err = s.addSections(all); err != nil {
		return nil, err
	}
	if s.flags.chained {
		if all, err = s.addChained(all); err != nil {
			return nil, err
		}
	}
	if s.flags.latency {
		for i := range all {
			if all[i].Latency = true; all[i].Validate() != nil {
				return nil, fmt.Errorf("--latency: %w", all[i].Validate())
			}
		}
	}
	slices.Sort(s.notes)
	s.notes = slices.Compact(s.notes)
	return all, nil
}

// addChained adds to each workload the same with chained lookups, where they can
// be. It must be possible in one.
func (s *settings) addChained(all []workloads.Workload) ([]workloads.Workload, error) {
	var both []workloads.Workload
	var unable error
	for _, w := range all {
		both = append(both, w)
		w.Chained = true
		if err := w.Validate(); err != nil {
			unable = err
			s.notes = append(s.notes, fmt.Sprintf("left out: %v", err))
			continue
		}
		both = append(both, w)
	}
	if len(both) == len(all) {
		return nil, fmt.Errorf("--chained: %w", unable)
	}
	return both, nil
}

// defaultSize is the size of a structure where the user names none: a list whose
// elements stay in L1, and a hash that doesn't quite.
func defaultSize(scene *workloads.Scenario, structure workloads.Structure) int {
	if scene.Paired && structure == workloads.Hash {
		return 1 << 10
	}
	return scene.Size
}

// defaultThreads are the numbers of threads where the user names none. What is
// about reclamation takes one that reads and one that updates.
func (s *settings) defaultThreads() []int {
	if s.flags.scene.Mixed {
		return s.machine.ThreadCounts()
	}
	return slices.Compact([]int{2, max(2, s.machine.Cores())})
}

// allReclaims asks for every way to reclaim that a backend knows.
const allReclaims = "all"

// parseReclaims returns the ways to reclaim that each backend is measured with,
// if that isn't its default.
func (s *settings) parseReclaims() (map[string][]string, error) {
	asked := splitList(s.flags.reclaim)
	all := slices.Contains(asked, allReclaims)
	chosen := map[string][]string{}
	var known, unable []string
	for _, b := range s.backends {
		known = append(known, b.Reclaims...)
		switch {
		case len(b.Reclaims) == 0:
		case all:
			chosen[b.Name] = b.Reclaims
		case s.flags.reclaim == "":
			if !s.flags.scene.Paired {
				chosen[b.Name] = b.Reclaims[:1] // by name, as it matters
			}
		default:
			chosen[b.Name] = slices.DeleteFunc(slices.Clone(asked), func(r string) bool { return !slices.Contains(b.Reclaims, r) })
			if len(chosen[b.Name]) == 0 {
				unable = append(unable, fmt.Sprintf("%s can't reclaim by %s: it knows %s",
					b.Name, strings.Join(asked, " or "), strings.Join(b.Reclaims, ", ")))
			}
		}
	}
	s.notes = append(s.notes, unable...)
	if s.flags.reclaim == "" || all {
		return chosen, nil
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, r := range asked {
		if len(known) == 0 {
			return nil, fmt.Errorf("--reclaim: none of the chosen backends has a choice: leave it out")
		}
		if !slices.Contains(known, r) {
			return nil, fmt.Errorf("--reclaim: no chosen backend reclaims by %q; want %s", r, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}

// leastMaps is how many maps must fit into memory at once: those of the baseline,
// of the control, and one.
const leastMaps = 3

// checkMemory rejects workloads that would not fit, and names a size that would.
func (s *settings) checkMemory(available func() (uint64, bool)) error {
	free, known := available()
	if known {
		s.Memory = free
	}
	var short error
	smallest := math.MaxInt
	for _, t := range s.plan.Tables {
		maps := len(t.Cells)
		if !s.flags.scene.Paired {
			maps = 1
		}
		need := workloads.EstimateFork(t.Workload, maps, true)
		least := workloads.EstimateFork(t.Workload, min(maps, leastMaps), true)
		if known {
			need = min(need, max(least, free))
		}
		s.memory = max(s.memory, need)
		if !known || least <= free {
			continue
		}
		fits := t.Workload
		for fits.Size = 1 << 36; fits.Size > 1 && workloads.EstimateFork(fits, min(maps, leastMaps), true) > free; {
			fits.Size /= 2
		}
		if fits.Size >= smallest {
			continue
		}
		smallest = fits.Size
		short = fmt.Errorf("--size %s takes %s with --threads %d, and %s are available: %s would fit",
			results.FormatSize(t.Workload.Size), topo.FormatBytes(least), t.Workload.Threads, topo.FormatBytes(free), results.FormatSize(fits.Size))
	}
	return short
}

// place gives workers their CPUs, and notes where they have to share.
func (s *settings) place() (err error) {
	for _, n := range s.threads {
		if s.cpus[n], err = s.machine.ParsePlacement(s.flags.pin, n); err != nil {
			return fmt.Errorf("--pin: %w", err)
		}
	}
	s.CPUs = func(threads int) []int { return s.cpus[threads] }
	s.Processors = len(s.machine.CPUs)
	most := slices.Max(s.threads)
	s.notes = append(s.notes, s.machine.Notes(most, s.cpus[most])...)
	return nil
}

// parseCounters reads --counters and finds out what this machine counts.
func (s *settings) parseCounters(plan func([]int, []perf.Event) *perf.Plan) error {
	cpus := s.cpus[slices.Max(s.threads)]
	events, err := perf.Parser{CPUs: cpus, Reserved: results.Reserved}.ParseList(s.flags.counters)
	if err != nil {
		return fmt.Errorf("--counters: %w", err)
	}
	if len(events) == 0 {
		return nil
	}
	s.counted = plan(cpus, events)
	if warning := perf.IdleWarning(s.counted.Idle); warning != "" {
		s.notes = append(s.notes, warning)
	}
	s.Counters = s.flags.counters
	return nil
}
