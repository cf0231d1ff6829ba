package bench

import (
	"math"
	"math/bits"
	"time"

	"readmostly/workloads"
)

// Settings say how a plan is measured.
type Settings struct {
	Seed       uint64                  // of keys, tapes and all orders
	Window     time.Duration           // of the short windows, at least
	Duration   time.Duration           // of the long windows, at least
	Precision  float64                 // half-width of a ratio's 99 % interval at which its cell is done, relative to it
	Budget     time.Duration           // when the run ends, whatever has been reached
	Forks      int                     // of each table, instead of looking at precision and budget; 0 to look
	Rounds     int                     // of each fork; 0 to find out what serves best
	CPUs       func(threads int) []int // where workers run; nil leaves them to the system
	Counters   string                  // events, as perf.ParseList reads them; empty for none
	Layouts    int                     // binaries that forks rotate through, at least 1
	Cache      int64                   // bytes of the largest cache, 0 where unknown
	Processors int                     // CPUs that workers can have at once, 0 where unknown
	Memory     uint64                  // bytes that a fork may take, 0 where unknown
	Profile    string                  // folder for CPU profiles of forks; empty for none

	patience time.Duration // of forks, which tests shorten: see Spec
}

// The defaults.
const (
	DefaultWindow    = 3 * time.Millisecond
	DefaultDuration  = 25 * time.Millisecond  // of the long windows of a paired scenario
	DefaultAlone     = 100 * time.Millisecond // of the windows of other scenarios
	DefaultPrecision = 0.01
	DefaultBudget    = 3 * time.Minute
)

// FirstForks is after how many forks a table is looked at first. Then it is
// looked at whenever they have doubled.
const FirstForks = 8

// firstRounds is how many rounds a fork has before anything is known.
const firstRounds = 3

// longEvery is in which forks of a table long windows are played: in the first,
// and in each of so many.
const longEvery = 4

// longest is how many times as long as it should be a long window may last, until
// what it is there to show has happened often enough.
const longest = 20

// crowdedWindow is the least window where workers share CPUs: several time slices
// of the kernel's scheduler.
const crowdedWindow = 50 * time.Millisecond

// timedWindow is the least window where single operations are timed: the three of a
// fork have some hundred thousand of them.
const timedWindow = 15 * time.Millisecond

// fewestOps is how many operations a window has at least, as far as they can be
// foreseen.
const fewestOps = 400

// look returns how the windows of a workload are measured.
func (s Settings) look(w workloads.Workload) workloads.Look {
	if !w.Scene().Paired {
		return workloads.Look{Length: s.Duration, Warmup: s.Duration / 5}
	}
	op := expectedTime(w, s.Cache)
	warm := warmOps(w, s.Cache)
	length := max(s.Window, time.Duration(fewestOps)*op, min(time.Duration(warm)*op/4, 7*s.Window))
	if w.Latency {
		length = max(length, timedWindow)
	}
	if s.Processors > 0 && w.Threads > s.Processors {
		length = max(length, crowdedWindow)
	}
	return workloads.Look{Length: length, Warm: warm, Warmup: max(20*time.Millisecond, 10*length)}
}

// Lines of memory, and how many of them a lookup touches.
const (
	lineBytes   = 64
	bucketBytes = 16
)

// footprint returns how many bytes a map's elements and chains take.
func footprint(w workloads.Workload) int64 {
	return int64(w.Size)*lineBytes + int64(w.Chains())*bucketBytes
}

// visited returns how many elements a lookup visits: half of the keys are found,
// or all where lookups are chained, half way through their chain.
func visited(w workloads.Workload) float64 {
	share := 0.75
	if w.Chained {
		share = 0.5
	}
	return math.Max(1, share*float64(w.Size)/float64(w.Chains()))
}

// expectedTime guesses what a lookup takes without protection, to plan with.
func expectedTime(w workloads.Workload, cache int64) time.Duration {
	element := 1.2
	switch bytes := footprint(w); {
	case cache > 0 && bytes > cache:
		element = 40
	case bytes > 1<<20:
		element = 6
	}
	if w.Chained { // nothing is looked up meanwhile
		element *= 3
	}
	return time.Duration(math.Ceil(8 + visited(w)*element))
}

// warmOps returns how many operations bring a map back into the caches that hold
// it: so many that they touch five times as many lines as it has, as keys are drawn
// at random and half as many leave every third line where it was; if it is larger
// than the largest cache, twice as many as that has. And, where the workload updates, so many that the queues of retired
// elements have filled.
func warmOps(w workloads.Workload, cache int64) int {
	lines := 5 * footprint(w) / lineBytes
	if cache > 0 && footprint(w) > cache {
		lines = 2 * cache / lineBytes
	}
	ops := int(float64(lines)/(1+visited(w))) / w.Readers()
	least := 2000 / bits.Len(uint(visited(w)))
	if w.Updates > 0 {
		gathered := float64(max(600, w.Retain+w.Retain/8))
		least = max(least, min(int(gathered/w.Updates), 20000))
	}
	return max(ops, least)
}

// WindowOf returns how long a workload's short windows are, or the windows of its
// scenario if that isn't paired.
func (s Settings) WindowOf(w workloads.Workload) time.Duration { return s.look(w).Length }
