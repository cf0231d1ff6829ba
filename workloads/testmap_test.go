package workloads

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"go.uber.org/goleak"

	"readmostly/impls"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A testMap is a Go map behind a mutex, with faults to choose from.
type testMap struct {
	faults
	mu       sync.Mutex
	elements map[uint64]impls.Element
	workers  atomic.Int64  // that are open
	joined   atomic.Uint64 // workers ever
	asked    atomic.Uint64 // calls of GracePeriods
	sampled  atomic.Bool   // Stats has been called
	closed   atomic.Bool
	late     atomic.Int64 // calls of Stats after that
	config   impls.Config
}

// faults are what is wrong with a test map. at is the operation, counted by each
// worker, at which it shows.
type faults struct {
	at      uint64
	wrong   bool          // a lookup returns an element that isn't valid
	other   bool          // a lookup returns the element of another key
	misses  bool          // a lookup of a present key finds nothing
	lazy    bool          // an operation isn't done
	full    bool          // a worker runs out of memory
	ignores bool          // an update does nothing and says so
	lies    bool          // an insert does nothing and says otherwise
	panics  bool          // a worker panics
	exits   bool          // a worker ends its goroutine
	stuck   chan struct{} // a worker waits for this
	after   bool          // the fault shows after the first sample, not at a certain operation
	only    uint64        // the fault is that worker's alone, counted from 1 as they register
	joins   bool          // a worker can't register
	fills   bool          // the map can't be filled
	closes  bool          // the accounts don't add up when the map is closed
	hangs   chan struct{} // closing the map waits for this
	deaf    chan struct{} // Stats waits for this
	clean   bool          // nothing is retained
	blind   bool          // a walk visits nothing
}

var errMemory = errors.New("no memory")

func testBackend(f faults) impls.Backend {
	b, _ := testBackendAndMap(f)
	return b
}

// testBackendAndMap returns a backend and the place where its latest map is
// found.
func testBackendAndMap(f faults) (impls.Backend, **testMap) {
	latest := new(*testMap)
	return impls.Backend{
		Name: "test",
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, NeedsGC: true},
		New: func(c impls.Config) (impls.Map, error) {
			*latest = &testMap{faults: f, elements: map[uint64]impls.Element{}, config: c}
			return *latest, nil
		},
	}, latest
}

func (m *testMap) NewWorker() (impls.Worker, error) {
	if m.joins {
		return nil, errors.New("too many workers")
	}
	m.workers.Add(1)
	id := m.joined.Add(1)
	return &testWorker{m: m, id: id, versions: impls.NewVersions(id)}, nil
}

func (m *testMap) Fill(elements []impls.Element) error {
	if m.fills {
		return errMemory
	}
	for _, e := range elements {
		m.elements[e.Key] = e
	}
	return nil
}

func (m *testMap) Stats() impls.Stats {
	if m.deaf != nil {
		<-m.deaf
	}
	m.sampled.Store(true)
	if m.closed.Load() {
		m.late.Add(1)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.clean {
		return impls.Stats{Resident: uint64(len(m.elements))}
	}
	return impls.Stats{Resident: uint64(len(m.elements)), Retained: 7}
}

func (m *testMap) GracePeriods() *hdrhistogram.Histogram {
	h := hdrhistogram.New(1, 1e9, 2)
	_ = h.RecordValue(int64(m.asked.Add(1)))
	return h
}

func (m *testMap) Close() error {
	if m.hangs != nil {
		<-m.hangs
	}
	m.closed.Store(true)
	if m.closes {
		return errors.New("3 elements leaked")
	}
	if n := m.workers.Load(); n != 0 {
		return errors.New("closed while workers are open")
	}
	return nil
}

type testWorker struct {
	m        *testMap
	id       uint64
	versions impls.Versions
	done     uint64
}

func (w *testWorker) Run(ops []impls.Op, t *impls.Tally) {
	for i := range ops {
		w.done++
		if w.done == w.m.at {
			if w.m.lazy {
				continue
			}
			if w.m.full {
				t.Err = errMemory
				return
			}
		}
		impls.Run(w, &w.versions, ops[i:i+1], t)
	}
}

func (w *testWorker) Close() { w.m.workers.Add(-1) }

// faulty reports whether the worker's fault shows now. The map is locked.
func (w *testWorker) faulty() bool {
	if w.m.only != 0 && w.m.only != w.id {
		return false
	}
	if w.m.after && !w.m.sampled.Load() || w.done < w.m.at || w.m.faults == (faults{}) {
		return false
	}
	switch {
	case w.m.panics:
		panic("out of order")
	case w.m.exits:
		runtime.Goexit()
	case w.m.stuck != nil:
		w.m.mu.Unlock()
		<-w.m.stuck
		w.m.mu.Lock()
	}
	return true
}

func (w *testWorker) Lookup(key uint64) (impls.Element, bool) {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	e, ok := w.m.elements[key]
	if w.faulty() {
		switch {
		case w.m.wrong:
			e.C++
		case w.m.other:
			e = impls.MakeElement(key^1, 1)
		case w.m.misses:
			ok = false
		}
	}
	return e, ok
}

func (w *testWorker) Insert(e impls.Element) (bool, error) {
	return w.update(e.Key, false, func() { w.m.elements[e.Key] = e })
}

func (w *testWorker) Delete(key uint64) (bool, error) {
	return w.update(key, true, func() { delete(w.m.elements, key) })
}

func (w *testWorker) Replace(e impls.Element) (bool, error) {
	return w.update(e.Key, true, func() { w.m.elements[e.Key] = e })
}

// update changes the map if the key is there, or isn't.
func (w *testWorker) update(key uint64, there bool, change func()) (bool, error) {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	if w.faulty() && (w.m.ignores || w.m.lies && !there) {
		return w.m.lies, nil
	}
	if _, ok := w.m.elements[key]; ok != there {
		return false, nil
	}
	change()
	return true, nil
}

// Walk visits a copy of the elements.
func (w *testWorker) Walk(yield func(impls.Element) bool) {
	w.m.mu.Lock()
	elements := slices.Collect(maps.Values(w.m.elements))
	w.m.mu.Unlock()
	for _, e := range elements {
		if w.m.blind || !yield(e) {
			return
		}
	}
}

// brief is a look for tests: nothing depends on how long it takes.
func brief() Look {
	return Look{Warm: 10, Warmup: time.Millisecond, Length: 5 * time.Millisecond, Sample: true}
}
