package workloads

import (
	"runtime"
	"testing"
	"time"

	"readmostly/impls"
)

// An allocatingMap allocates k bytes at each update, in one piece.
type allocatingMap struct {
	*testMap
	k int
}

type allocatingWorker struct {
	*testWorker
	k        int
	versions impls.Versions
	sink     []byte
}

func (m allocatingMap) NewWorker() (impls.Worker, error) {
	w, err := m.testMap.NewWorker()
	if err != nil {
		return nil, err
	}
	return &allocatingWorker{testWorker: w.(*testWorker), k: m.k, versions: impls.NewVersions(m.joined.Load())}, nil
}

func (w *allocatingWorker) Run(ops []impls.Op, t *impls.Tally) { impls.Run(w, &w.versions, ops, t) }

func (w *allocatingWorker) Insert(e impls.Element) (bool, error) {
	w.sink = make([]byte, w.k)
	return w.testWorker.Insert(e)
}

func (w *allocatingWorker) Delete(key uint64) (bool, error) {
	w.sink = make([]byte, w.k)
	return w.testWorker.Delete(key)
}

// What a backend allocates at an update is what is reported, however many there are,
// in windows that sample the map and in those that don't; of a backend that does
// without the collector nothing is.
func TestAllocationPerUpdate(t *testing.T) {
	const k = 1 << 20 // so that what others allocate meanwhile is nothing beside it
	for _, needsGC := range []bool{true, false} {
		b := testBackend(faults{})
		b.Caps.NeedsGC = needsGC
		inner := b.New
		b.New = func(c impls.Config) (impls.Map, error) {
			m, err := inner(c)
			return allocatingMap{m.(*testMap), k}, err
		}
		short := brief()
		short.Sample = false
		wins, err := measure(b, "", Workload{Structure: List, Size: 16, Threads: 2, Updates: 0.5}, Hands{}, short, brief())
		if err != nil {
			t.Fatal(err)
		}
		for i, win := range wins {
			bytes, known := win.Values.Get(AllocBytes.Unit)
			objects, known2 := win.Values.Get(Allocs.Unit)
			if known != needsGC || known2 != needsGC || needsGC && (bytes < k || bytes > 1.05*k || objects < 1) {
				t.Errorf("needs the collector: %v, window %d: %v bytes in %v objects per update, want %d in 1", needsGC, i, bytes, objects, k)
			}
		}
	}
}

// The updates of the warm-up count like those of the window, as what they allocate
// does. The collector's share is known where the window saw a whole cycle.
func TestHeapUseOfAWindow(t *testing.T) {
	s := &script{}
	tr, w := s.play(t, Mix, playing)
	tr.caps.NeedsGC = true
	tr.heap, tr.played = heapUse{bytes: 6400, objects: 200, collecting: 0.5}, 2*time.Second
	w.tallies[warming].Inserts, w.tallies[measuring].Deletes, w.tallies[cooling].Replaces = 10, 80, 10
	for _, tt := range []struct {
		sample bool
		cycles uint32
		share  bool
	}{{true, 1, true}, {true, 0, false}, {false, 1, false}} {
		tr.look.Sample, tr.gcCycles = tt.sample, tt.cycles
		var win Window
		tr.sumHeapUse(&win)
		bytes, _ := win.Values.Get(AllocBytes.Unit)
		objects, _ := win.Values.Get(Allocs.Unit)
		share, known := win.Values.Get(GCShare.Unit)
		if bytes != 64 || objects != 2 || known != tt.share || known && share != 25 {
			t.Errorf("%+v: %v", tt, win.Values)
		}
	}
}

// Few small objects count at once, though they fill no span.
func TestFewSmallObjectsCount(t *testing.T) {
	const n = 10
	var kept [n]*[64]byte
	meter := newHeapMeter()
	before := meter.read()
	for i := range kept {
		kept[i] = new([64]byte)
	}
	if used := meter.read().since(before); used.objects < n || used.bytes < 64*n || used.bytes > 64*n+4096 {
		t.Errorf("%d objects of 64 bytes count as %d of %d bytes", n, used.objects, used.bytes)
	}
	runtime.KeepAlive(&kept)
}
