package torture

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
	"readmostly/rwlock"
	"readmostly/workloads"
)

// attempts bounds how long a fault may hide: a trial that finds it ends at once.
const attempts = 20 * time.Second

// raceEnabled says that the race detector looks on. It has no notion of an
// address that is none.
var raceEnabled bool

func torture(t *testing.T, o Options) Report {
	t.Helper()
	r, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// findsFault runs until something fails, and returns what.
func findsFault(t *testing.T, o Options) *Failure {
	t.Helper()
	o.Duration, o.FailFast = attempts, true
	f := torture(t, o).Failed()
	if f == nil {
		t.Fatal("nothing failed")
	}
	t.Logf("%s\n%s", f.What, f.Story)
	return f
}

func TestFindsFaultsOfBackends(t *testing.T) {
	for _, f := range faults {
		t.Run(string(f), func(t *testing.T) {
			if f == followsWildly && raceEnabled {
				t.Skip("the race detector crashes on it")
			}
			failure := findsFault(t, Options{Backends: []impls.Backend{toyBackend(f, nil)}, Seed: 1})
			for _, want := range []string{"seed 1, ", ", round ", "room for ", "workers:\n"} {
				if !strings.Contains(failure.Story, want) {
					t.Errorf("the story does not tell %q", want)
				}
			}
		})
	}
}

// The story of a lookup that went wrong tells what was done to the key.
func TestStoryTellsHistory(t *testing.T) {
	f := findsFault(t, Options{Backends: []impls.Backend{toyBackend(losesInsert, nil)}, Structures: []workloads.Structure{workloads.List}})
	if f.Trial != (Trial{"toy", "list"}) || !strings.Contains(f.Error(), "history of ") {
		t.Errorf("%v", f)
	}
}

func TestFindsFaultsOfLibraries(t *testing.T) {
	for _, l := range brokenLibraries {
		t.Run(l.Name, func(t *testing.T) { findsFault(t, Options{Libraries: []Library{l}}) })
	}
}

// A worker that does not return is told with the stacks of all goroutines, and
// ends the run.
func TestFindsHang(t *testing.T) {
	hung := make(chan struct{})
	defer close(hung)
	good, _ := impls.Find("rwlock")
	r := torture(t, Options{Backends: []impls.Backend{toyBackend(hangs, hung), good}, Patience: 200 * time.Millisecond, Duration: attempts})
	f := r.Failed()
	if f == nil || !strings.Contains(f.What, "does not get on") || !strings.Contains(f.Story, "goroutine ") {
		t.Fatalf("%v", f)
	}
	if len(r.Results) != 1 || r.LeftOut != 3 {
		t.Errorf("%d results, %d left out", len(r.Results), r.LeftOut)
	}
}

// What two writers do to each other shows in what they find, before readers can
// see what they leave.
func TestFindsWritersTogether(t *testing.T) {
	for _, l := range []Library{
		OfRWLock("rwlock", "", nil, func() RWLocker { return &together{RWLocker: &rwlock.RWLock{}} }),
		OfSeqLock("seqlock", "", nil, func(n uint64) SeqLocker { return &seqTogether{seqWord: newSeqWord(n).(*seqWord)} }),
	} {
		t.Run(l.Name, func(t *testing.T) {
			if f := findsFault(t, Options{Libraries: []Library{l}}); !strings.HasPrefix(f.What, "a writer was not alone") {
				t.Errorf("found something else: %s", f.What)
			}
		})
	}
}

// A writer that gets the lock now and then starves, though it gets on.
func TestFindsStarvation(t *testing.T) {
	lib := OfRWLock("grudging", "", nil, func() RWLocker { return grudging{&spinning{}} })
	f := torture(t, Options{Libraries: []Library{lib}, Patience: 500 * time.Millisecond, Duration: 100 * time.Millisecond}).Failed()
	if f == nil || !strings.HasPrefix(f.What, "writer ") || !strings.Contains(f.What, "does not get on") {
		t.Errorf("%v", f)
	}
}

// A lock that is as fair as it says passes.
func TestPassesFairLock(t *testing.T) {
	lib := OfRWLock("ticketed", "", nil, func() RWLocker { return &ticketed{} })
	r := torture(t, Options{Libraries: []Library{lib}, Duration: 200 * time.Millisecond})
	if f := r.Failed(); f != nil || r.Results[0].Count("queues") == 0 {
		t.Errorf("%v: %v", r, f)
	}
}

// The toy without a fault passes, and so does everything that is built in.
func TestPasses(t *testing.T) {
	d := 30 * time.Millisecond
	if testing.Short() {
		d /= 2
	}
	backends := append(impls.Backends(), toyBackend(sound, nil))
	r := torture(t, Options{Backends: backends, Libraries: Libraries(), Duration: d})
	for _, result := range r.Results {
		if result.Failure != nil {
			t.Errorf("%v", result.Failure)
		}
		if len(result.Counts) == 0 {
			t.Errorf("%v exercised nothing", result)
		}
	}
	if want := 2*(len(backends)-1) + len(Libraries()); len(r.Results) != want { // noop is left out
		t.Errorf("%d trials, want %d", len(r.Results), want)
	}
}

func TestCrowd(t *testing.T) {
	b, err := impls.Match([]string{"rcu-classic", "rwlock", "seqlock", "hazard"})
	if err != nil {
		t.Fatal(err)
	}
	if f := torture(t, Options{Backends: b, Libraries: Libraries(), Threads: 32, Duration: 20 * time.Millisecond}).Failed(); f != nil {
		t.Error(f)
	}
}

// Every library stands behind backends that there are.
func TestLibraries(t *testing.T) {
	for _, l := range Libraries() {
		if l.Name == "" || l.Doc == "" {
			t.Errorf("%+v", l)
		}
		for _, name := range l.Backends {
			if _, ok := impls.Find(name); !ok {
				t.Errorf("%s: no backend is named %s", l.Name, name)
			}
		}
	}
}

func TestBadOptions(t *testing.T) {
	for _, o := range []Options{{Duration: -1}, {Threads: 1}, {Patience: -1}} {
		if _, err := Run(context.Background(), o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

func TestInterrupted(t *testing.T) {
	b, _ := impls.Find("rcu-classic")
	ctx, cancel := context.WithCancel(context.Background())
	o := Options{Backends: []impls.Backend{b}, Duration: time.Hour}
	o.Starting = func(Trial) { time.AfterFunc(10*time.Millisecond, cancel) }
	r, err := Run(ctx, o)
	if !errors.Is(err, context.Canceled) || r.Failed() != nil || len(r.Results) != 1 {
		t.Errorf("%v, %v", r, err)
	}
}
