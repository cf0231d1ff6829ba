package builtin

import (
	"runtime"
	"runtime/debug"
	"testing"

	"readmostly/impls"
)

// TestGarbageIsWhatTheCollectorHasNotFreed: what was removed counts until a cycle has
// freed it, and what the map holds never does.
func TestGarbageIsWhatTheCollectorHasNotFreed(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.GC()
	m := newGCMap(impls.Config{Buckets: 256, Capacity: 1000})
	w, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	const keys, replaced = 1000, 20_000
	// What an allocator's cache has handed out shows when its span is full, on each P.
	slack := uint64(runtime.GOMAXPROCS(0)+1) * 8192
	near := func(what string, want uint64) {
		t.Helper()
		if got := m.Stats().Uncollected; got+slack < want || got > want+slack {
			t.Errorf("%s: %d bytes are not collected, want %d", what, got, want)
		}
	}
	for key := range uint64(keys) {
		if ok, err := w.Insert(impls.MakeElement(key, 1)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	near("filled", 0)
	for n := range uint64(replaced) {
		if ok, err := w.Replace(impls.MakeElement(n%keys, n)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	near("replaced", replaced*64)
	for key := range uint64(keys) {
		if ok, err := w.Delete(key); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	near("deleted", (replaced+keys)*64)
	runtime.GC()
	near("collected", 0)
	w.Close()
	runtime.KeepAlive(m)
}
