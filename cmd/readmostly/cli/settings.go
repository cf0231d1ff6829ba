package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"readmostly/impls"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
	"readmostly/results"
	"readmostly/workloads"
)

// settings are bench's flags, understood and checked.
type settings struct {
	flags    benchFlags
	args     []string
	commit   string
	machine  topo.Machine
	backends []impls.Backend
	threads  []int
	cpus     map[int][]int // by number of threads; nil leaves them to the system
	plan     workloads.Plan
	count    int
	seed     uint64
	options  workloads.Options // without CPUs
	leftOut  []string          // why a backend is missing from some workloads
	notes    []string          // what the user should know
	memory   uint64            // what the greatest workload takes
	kept     results.File      // what --resume found
	found    int64             // bytes in the file then
}

// settings reads and checks the flags. An error says what is wrong and what
// would be right. Nothing has been written or opened then.
func (a *app) settings(f benchFlags) (s *settings, err error) {
	s = &settings{flags: f, args: a.Args, commit: commitOf(a.Commit), cpus: map[int][]int{}}
	if s.machine, err = a.machine(); err != nil {
		return nil, fmt.Errorf("this machine's CPUs can't be listed: %w", err)
	}
	if s.backends, err = impls.Match(splitList(f.impls)); err != nil {
		return nil, fmt.Errorf("--impl: %w", err)
	}
	sortedBackends(s.backends)
	if err := s.parseRun(); err != nil {
		return nil, err
	}
	scenarios, err := s.parseWorkloads()
	if err != nil {
		return nil, err
	}
	if err := s.makePlan(scenarios); err != nil {
		return nil, err
	}
	if err := s.checkMemory(scenarios, a.available); err != nil {
		return nil, err
	}
	if err := s.place(); err != nil {
		return nil, err
	}
	events, err := perf.ParseList(f.counters)
	if err != nil {
		return nil, fmt.Errorf("--counters: %w", err)
	}
	if len(events) > 0 {
		s.options.Counters = a.counters(events)
	}
	if err := s.readKept(); err != nil {
		return nil, err
	}
	if found := s.resumed(); found != "" {
		s.notes = append(s.notes, found)
	}
	return s, nil
}

// parseRun reads the flags that say how to measure.
func (s *settings) parseRun() (err error) {
	if s.options.Duration, err = parseDuration("--duration", s.flags.duration, 1); err != nil {
		return err
	}
	if s.options.Warmup, err = parseDuration("--warmup", s.flags.warmup, 0); err != nil {
		return err
	}
	if s.count, err = parseCount("--count", s.flags.count, "windows"); err != nil {
		return err
	}
	s.seed, err = parseSeed(s.flags.seed)
	return err
}

// parseWorkloads reads the flags that say what to do to maps.
func (s *settings) parseWorkloads() ([]workloads.Workload, error) {
	structures, err := parseEach("--structure", s.flags.structures, parseStructure)
	if err != nil {
		return nil, err
	}
	sizes, err := parseEach("--size", s.flags.sizes, results.ParseSize)
	if err != nil {
		return nil, err
	}
	updates, err := parseEach("--updates", s.flags.updates, results.ParsePercent)
	if err != nil {
		return nil, err
	}
	s.threads = threadsFor(s.flags.scenario, s.machine)
	if s.flags.threads != "" {
		s.threads, err = parseEach("--threads", s.flags.threads, parseThreads)
		if err != nil {
			return nil, err
		}
	}
	buckets := 0
	if s.flags.buckets != "" {
		if buckets, err = parseBuckets(s.flags.buckets); err != nil {
			return nil, err
		}
	}
	var all []workloads.Workload
	for _, structure := range structures {
		for _, size := range sizes {
			for _, share := range updates {
				for _, threads := range s.threads {
					w := workloads.Workload{
						Scenario:  s.flags.scenario,
						Structure: structure, Size: size, Updates: share, Replace: s.flags.replace && share > 0,
						Threads: threads, Seed: s.seed,
					}
					if structure == workloads.Hash {
						w.Buckets = buckets
					}
					if err := w.Validate(); err != nil {
						return nil, err
					}
					all = append(all, w)
				}
			}
		}
	}
	return all, nil
}

// makePlan combines workloads with the backends that can run them, and with
// their ways to let go.
func (s *settings) makePlan(scenarios []workloads.Workload) error {
	reclaims, err := s.parseReclaims()
	if err != nil {
		return err
	}
	for _, w := range scenarios {
		for _, b := range s.backends {
			if why := workloads.Unfit(b, w); why != "" {
				if !slices.Contains(s.leftOut, why) {
					s.leftOut = append(s.leftOut, why)
				}
				continue
			}
			for _, reclaim := range reclaims[b.Name] {
				s.plan = append(s.plan, workloads.Cell{Backend: b, Reclaim: reclaim, Workload: w})
			}
		}
	}
	if len(s.plan) == 0 {
		return fmt.Errorf("nothing to measure: %s", strings.Join(s.leftOut, "; "))
	}
	return nil
}

// parseReclaims returns the ways to let go that each backend is measured with.
// The empty one is the backend's default.
func (s *settings) parseReclaims() (map[string][]string, error) {
	asked := splitList(s.flags.reclaim)
	all := slices.Contains(asked, allReclaims)
	chosen := map[string][]string{}
	var known []string
	for _, b := range s.backends {
		known = append(known, b.Reclaims...)
		chosen[b.Name] = []string{""}
		if len(b.Reclaims) > 0 && all {
			chosen[b.Name] = b.Reclaims
			continue
		}
		if len(b.Reclaims) > 0 && s.flags.reclaim == "" && s.flags.scenario != workloads.Mix {
			chosen[b.Name] = b.Reclaims[:1] // by name, as it matters
			continue
		}
		if s.flags.reclaim == "" || len(b.Reclaims) == 0 {
			continue
		}
		chosen[b.Name] = slices.DeleteFunc(slices.Clone(asked), func(r string) bool { return !slices.Contains(b.Reclaims, r) })
		if len(chosen[b.Name]) == 0 {
			s.leftOut = append(s.leftOut, fmt.Sprintf("%s can't let go by %s: it knows %s",
				b.Name, strings.Join(asked, " or "), strings.Join(b.Reclaims, ", ")))
		}
	}
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
			return nil, fmt.Errorf("--reclaim: no chosen backend lets go by %q; want %s", r, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}

// checkMemory rejects workloads that would not fit, and names a size that would.
func (s *settings) checkMemory(scenarios []workloads.Workload, available func() (uint64, bool)) error {
	free, known := available()
	for _, w := range scenarios {
		need := workloads.EstimateMemory(w)
		s.memory = max(s.memory, need)
		if !known || need <= free {
			continue
		}
		fits := w
		for fits.Size = 1 << 36; fits.Size > 1 && workloads.EstimateMemory(fits) > free; {
			fits.Size /= 2
		}
		return fmt.Errorf("--size %s takes %s with --threads %d, and %s are available: %s would fit",
			results.FormatSize(w.Size), formatBytes(need), w.Threads, formatBytes(free), results.FormatSize(fits.Size))
	}
	return nil
}

// place gives workers their CPUs, and notes where they have to share.
func (s *settings) place() (err error) {
	for _, n := range s.threads {
		if s.cpus[n], err = s.machine.ParsePlacement(s.flags.pin, n); err != nil {
			return fmt.Errorf("--pin: %w", err)
		}
	}
	most, cpus, cores := slices.Max(s.threads), len(s.machine.CPUs), s.machine.Cores()
	switch {
	case most > cpus:
		s.notes = append(s.notes, fmt.Sprintf("%d threads on %d CPUs is oversubscription: times include waiting for a CPU", most, cpus))
	case most > cores:
		s.notes = append(s.notes, fmt.Sprintf("%d threads on %d cores: some share a core's hardware threads", most, cores))
	}
	return nil
}

// openOutput opens the file for results, behind what is kept of it, or returns
// the standard output. It comes last: a file that was there stays as it was when
// anything else is wrong.
func (a *app) openOutput(s *settings) (io.Writer, func() error, error) {
	name := s.flags.output
	if name == "" {
		return a.Stdout, func() error { return nil }, nil
	}
	file, err := s.openFile(name)
	if err == nil {
		return file, file.Close, nil
	}
	want := "name a file that you may write"
	if _, dirErr := os.Stat(filepath.Dir(name)); errors.Is(dirErr, fs.ErrNotExist) {
		want = fmt.Sprintf("make the folder %s first, or name another file", filepath.Dir(name))
	}
	if errors.Is(err, errBusy) {
		want = "wait for it, or name another file"
	}
	return nil, nil, fmt.Errorf("-o: %w: %s", err, want)
}

// errBusy says that a file has a writer already.
var errBusy = errors.New("another run writes to it")

// openFile opens a file for this run alone, and cuts off all that is not kept.
func (s *settings) openFile(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	if err := s.take(file); err != nil {
		file.Close()
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return file, nil
}

// take locks the file, and cuts it behind the last whole line that is kept.
func (s *settings) take(file *os.File) error {
	if err := lock(file); err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err // a pipe or a device holds nothing
	}
	if s.flags.resume && info.Size() != s.found {
		return errBusy // until a moment ago, after the file was read
	}
	return file.Truncate(s.kept.Whole)
}
