package workloads

import (
	"runtime"
	"runtime/metrics"
)

// What a backend pays that leaves its garbage to the Go collector: allocation at
// each update, and the collector's work. The runtime counts both. The coordinator
// reads the counts while no worker runs, before the warm-up and behind the window, so
// that they cost nothing in it and belong to operations that are counted as well.

// A heapUse is what the runtime has counted since the process began.
type heapUse struct {
	bytes, objects uint64
	collecting     float64 // CPU seconds of the collector, up to the end of its last cycle
}

// A heapMeter reads it. It has its memory beforehand, or would measure itself.
type heapMeter struct {
	stats      runtime.MemStats
	collecting [1]metrics.Sample
}

func newHeapMeter() *heapMeter {
	m := &heapMeter{collecting: [1]metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}}}
	m.read() // what the runtime needs at first
	return m
}

// read stops the world, as only then what the Ps have handed out of a span is
// counted before the span is full: no worker runs.
func (m *heapMeter) read() heapUse {
	runtime.ReadMemStats(&m.stats)
	metrics.Read(m.collecting[:])
	return heapUse{m.stats.TotalAlloc, m.stats.Mallocs, m.collecting[0].Value.Float64()}
}

func (u heapUse) since(before heapUse) heapUse {
	return heapUse{u.bytes - before.bytes, u.objects - before.objects, u.collecting - before.collecting}
}

// sumHeapUse adds what the updates of all workers allocated, those of the warm-up
// included, and, where the window lasts for cycles of the collector, its share.
func (t *Trial) sumHeapUse(win *Window) {
	updates := uint64(0)
	for _, w := range t.workers {
		for p := range w.tallies {
			updates += w.tallies[p].Updates()
		}
	}
	if !t.caps.NeedsGC || updates == 0 {
		return
	}
	win.Values.Add(AllocBytes, float64(t.heap.bytes)/float64(updates))
	win.Values.Add(Allocs, float64(t.heap.objects)/float64(updates))
	if t.sampled() && t.gcCycles > 0 {
		win.Values.Add(GCShare, 100*t.heap.collecting/(t.played.Seconds()*float64(len(t.workers))))
	}
}

// HeapLegend explains the columns of what the collector costs.
const HeapLegend = "B/update, allocs/update: allocated on the Go heap per insertion, deletion or replacement, what lookups allocate included. " +
	"gc %: CPU time of the Go collector over the time of the workers."
