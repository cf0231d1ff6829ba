package implstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"readmostly/impls"
)

// TestMain checks that no goroutine stays, but for the one that TestKitCatchesAHang
// leaves hanging.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("readmostly/impls/implstest.(*toyWorker).Insert"))
}

// A recorder keeps what the kit reports, and leaves out what follows the first
// stage that fails.
type recorder struct {
	mu     *sync.Mutex
	stages []string
	report *[]string
}

func newRecorder() *recorder { return &recorder{mu: new(sync.Mutex), report: new([]string)} }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*r.report = append(*r.report, strings.Join(r.stages, "/")+": "+fmt.Sprintf(format, args...))
}

func (r *recorder) Logf(string, ...any) {}

func (r *recorder) failures() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), *r.report...)
}

func (r *recorder) Run(name string, f func(Reporter)) bool {
	before := len(r.failures())
	if before > 0 {
		return false
	}
	f(&recorder{mu: r.mu, report: r.report, stages: append(r.stages[:len(r.stages):len(r.stages)], name)})
	return len(r.failures()) == before
}

// exactly is an effort that doesn't depend on the race detector and short mode,
// so that the same faults are found.
func exactly(effort float64) Option { return func(k *kit) { k.effort = effort } }

func TestKitPassesASoundToy(t *testing.T) {
	Test(t, toyBackend(none))
}

// TestKitKeepsToCapabilities runs the kit on toys that declare less than they
// could do and complain about what they don't declare.
func TestKitKeepsToCapabilities(t *testing.T) {
	for name, caps := range map[string]impls.Caps{
		"read only":  {Walk: true},
		"no walk":    {Insert: true, Delete: true, Replace: true},
		"add only":   {Insert: true, Walk: true},
		"no replace": {Insert: true, Delete: true, Walk: true},
		"no delete":  {Insert: true, Replace: true, Walk: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := toyBackend(none)
			b.Caps = caps
			b.New = func(c impls.Config) (impls.Map, error) {
				m, err := toyBackend(none).New(c)
				return &limitedMap{m.(*toy), caps, t}, err
			}
			Test(t, b, exactly(0.3))
		})
	}
}

// TestKitRunsEveryWayToLetGo checks that each of Reclaims is asked for.
func TestKitRunsEveryWayToLetGo(t *testing.T) {
	asked := map[string]int{}
	b := toyBackend(none)
	b.Reclaims = []string{"sync", "call"}
	b.New = func(c impls.Config) (impls.Map, error) {
		asked[c.Reclaim]++
		return toyBackend(none).New(c)
	}
	Test(t, b, exactly(0.05))
	if asked[""] == 0 || asked["call"] != asked[""] || len(asked) != 2 {
		t.Errorf("maps by way to let go: %v; want as many of the default as of call", asked)
	}
}

// TestKitRunsSections checks that sections of several lookups are asked for, with each
// of Reclaims, where they are declared, and only there.
func TestKitRunsSections(t *testing.T) {
	for _, declared := range []bool{false, true} {
		asked := map[impls.Config]int{}
		b := toyBackend(none)
		b.Caps.Section = declared
		b.Reclaims = []string{"sync", "call"}
		b.New = func(c impls.Config) (impls.Map, error) {
			asked[impls.Config{Reclaim: c.Reclaim, Section: c.Section}]++
			return toyBackend(none).New(c)
		}
		Test(t, b, exactly(0.05))
		n := asked[impls.Config{}]
		want := map[impls.Config]int{{}: n, {Reclaim: "call"}: n}
		if declared {
			want[impls.Config{Section: sectionLength}], want[impls.Config{Section: sectionLength, Reclaim: "call"}] = n, n
		}
		if !maps.Equal(asked, want) {
			t.Errorf("declared %v: maps by configuration: %v; want %v", declared, asked, want)
		}
	}
}

// TestKitCatches runs the kit on broken toys. Each must fail, in the stage that
// is meant for its fault or an earlier one.
func TestKitCatches(t *testing.T) {
	for _, test := range []struct {
		fault fault
		stage string // where it is caught; for those that need luck, also later
		says  string // one of these
	}{
		{lostInsert, "model", "lookup of key"},
		{insertOverwrites, "model", "insert of key"},
		{deleteKeeps, "model", "lookup of key"},
		{deleteFails, "model", "delete of key"},
		{replaceInserts, "model", "replace of key"},
		{ghost, "model", "found = true; want false"},
		{wrongKey, "model", "saw {Key:|lookup of key"},
		{stale, "model", "lookup of key"},
		{runMiscounts, "model", "tallied"},
		{runOverwrites, "model", "tallied"},
		{runStops, "model", "tallied"},
		{runSkipsLookups, "model", "tallied"},
		{runRestarts, "model", "tallied"},
		{walkSkips, "model", "a walk saw"},
		{walkRepeats, "model", "twice"},
		{walkGhost, "model", "a walk saw key 0x10000000000"},
		{walkGoesOn, "model", "was to stop"},
		{workerRefused, "model", "NewWorker: one is enough"},
		{residentWrong, "model", "resident"},
		{closeLeaks, "model", "retained"},
		{closeErrs, "model", "freed twice"},
		{workerLeaks, "full", "reclaimed"},
		{fillLosesLast, "fill", "lookup of key"},
		{fullPretends, "full", "want true or an error"},
		{fullOtherError, "full", "want false and a *slab.FullError"},
		{fullEarly, "full", "full after 256 elements of 512"},
		{fullInsertsAnyway, "full", "whose insertion was refused"},
		{fullReplaceLoses, "full", "lookup of key"},
		{fullRunGoesOn, "full", "want it to end at the Insert"},
		{ownStale, "readers|oneproc|crowd", "again after write"},
		{tornReplace, "readers|oneproc|crowd", "don't belong together"},
		{replaceGap, "readers|oneproc|crowd", "present throughout|always present"},
		{walkInPieces, "readers|oneproc|crowd", "a walk missed key"},
		{insertNotAtomic, "contended|batches", "more than deleted"},
		{idlerBlocks, "churn", "is used up"},
		{memoryLost, "churn", "is used up"},
		{miscountsFloor, "floor", "tallied"},
	} {
		t.Run(string(test.fault), func(t *testing.T) {
			r := newRecorder()
			Check(r, toyBackend(test.fault), exactly(0.2))
			got := r.failures()
			if len(got) == 0 {
				t.Fatal("not caught")
			}
			t.Log(got[0])
			stage, rest, _ := strings.Cut(got[0], ": toy buckets=")
			report := strings.Join(got, "\n")
			if !slices.Contains(strings.Split(test.stage, "|"), stage) || !strings.Contains(rest, "seed=1") ||
				!slices.ContainsFunc(strings.Split(test.says, "|"), func(s string) bool { return strings.Contains(report, s) }) {
				t.Errorf("reported\n%s\nwant stage %q, the seed and %q", report, test.stage, test.says)
			}
			if most := maxFailures * 3; len(got) > most {
				t.Errorf("reported %d failures of a stage with at most three trials; want at most %d", len(got), most)
			}
		})
	}
}

// TestKitCatchesAHang waits for real: that is all that can be done about a hang.
func TestKitCatchesAHang(t *testing.T) {
	r := newRecorder()
	Check(r, toyBackend(idlerHangs), exactly(0.05), Patience(time.Second))
	got := r.failures()
	if len(got) != 1 || !strings.Contains(got[0], "an operation hangs") || !strings.Contains(got[0], "toyWorker).Insert") {
		t.Errorf("reported %q; want one hang", got)
	}
}

// A limitedMap's workers fail the test when they are asked for what the
// capabilities exclude.
type limitedMap struct {
	*toy
	caps impls.Caps
	t    *testing.T
}

func (m *limitedMap) NewWorker() (impls.Worker, error) {
	w, err := m.toy.NewWorker()
	return &limitedWorker{w.(*toyWorker), m}, err
}

type limitedWorker struct {
	*toyWorker
	m *limitedMap
}

func (w *limitedWorker) demand(can bool, kind impls.Kind) {
	if !can {
		w.m.t.Errorf("%v was called, which is not declared", kind)
	}
}

func (w *limitedWorker) Insert(e impls.Element) (bool, error) {
	w.demand(w.m.caps.Insert, impls.Insert)
	return w.toyWorker.Insert(e)
}

func (w *limitedWorker) Delete(key uint64) (bool, error) {
	w.demand(w.m.caps.Delete, impls.Delete)
	return w.toyWorker.Delete(key)
}

func (w *limitedWorker) Replace(e impls.Element) (bool, error) {
	w.demand(w.m.caps.Replace, impls.Replace)
	return w.toyWorker.Replace(e)
}

func (w *limitedWorker) Walk(yield func(impls.Element) bool) {
	w.demand(w.m.caps.Walk, impls.Walk)
	w.toyWorker.Walk(yield)
}

func (w *limitedWorker) Run(ops []impls.Op, t *impls.Tally) {
	impls.Run(w, &w.versions, ops, t)
}
