package builtin

import (
	"cmp"
	"runtime"
	"testing"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
)

func (s *store) heads() chain.Table    { return s.table }
func (w *worker) excluding() exclusion { return w.exclusion }
func (e use) bytes() (n int) {
	if e.count {
		n += countBytes
	}
	if e.link {
		n += linkBytes
	}
	return n
}

// use is which words of elements a mechanism uses.
type use struct{ count, link bool }

// TestSpaceIsUsed: the words that a mechanism says it takes of an element and of a
// chain are those that it writes to.
func TestSpaceIsUsed(t *testing.T) {
	everyWay(t, func(t *testing.T, b impls.Backend, c impls.Config) {
		m := newMap(t, b, c)
		on, ok := m.(interface{ heads() chain.Table })
		if !ok {
			t.Skip("not on the slab")
		}
		table := on.heads()
		w, err := m.NewWorker()
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			w.Close()
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		}()
		want := b.Space(c)

		locks := w.(interface{ excluding() exclusion }).excluding()
		locked := false
		if locks != nil {
			bucket := table.Bucket(0)
			before := bucket.Word.Load()
			locks.enter(bucket)
			locked = bucket.Word.Load() != before
			locks.leave(bucket)
		}
		if locked != (want.Chain > 0) {
			t.Errorf("%d bytes per chain, and a chain's word is used: %v", want.Chain, locked)
		}

		var used use
		if b.Caps.Updates() {
			used = usedBy(t, w, table)
		}
		if got := used.bytes(); got != want.Element {
			t.Errorf("%d bytes per element; used are %d: %+v", want.Element, got, used)
		}
	})
}

// usedBy has elements read, replaced and retired, and looks what that does to them.
func usedBy(t *testing.T, w impls.Worker, table chain.Table) (u use) {
	const untouched = 0xABCDEF
	seen := map[slab.Ref]bool{}
	look := func() {
		for ref := range table.All() {
			if !seen[ref] {
				seen[ref] = true
				slab.At(ref).Link.Store(untouched)
			}
		}
		for ref := range seen {
			e := slab.At(ref)
			u.count = u.count || e.Count.Load() != 1
			u.link = u.link || e.Link.Load() != untouched
		}
	}
	const keys = 4
	for key := range uint64(keys) {
		if ok, err := w.Insert(impls.MakeElement(key, 1)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	look()
	w.Walk(func(impls.Element) bool { return true })
	for key := range uint64(keys) {
		for _, version := range []uint64{2, 3} {
			if ok, err := w.Replace(impls.MakeElement(key, version)); !ok || err != nil {
				t.Fatal(ok, err)
			}
			look()
		}
		if ok, err := w.Delete(key); !ok || err != nil {
			t.Fatal(ok, err)
		}
		look()
	}
	return u
}

// TestWorkersTakeTheirSpace: what the heap holds per worker more than where there is
// no protection is what the mechanism says, but for what times the grace periods
// here and what the allocator rounds up to: less than any reader takes. Lists that
// grow are held to it by the tests of packages rcu and hazard.
func TestWorkersTakeTheirSpace(t *testing.T) {
	const more, less = 240, 32
	c := impls.Config{Buckets: 1, Capacity: 1 << 16}
	unsync, _ := impls.Find("unsync")
	bare := heapPerWorker(t, unsync, c)
	for _, b := range impls.Backends() {
		if b.Space == nil || b.Caps.NeedsGC {
			continue // of gc the nurseries are no part of the mechanism
		}
		for _, c.Reclaim = range ways(b) {
			if b.Retain > 0 && c.Reclaim != reclaimCall && c.Reclaim != reclaimSync {
				continue // its lists come with what is retired
			}
			got, want := heapPerWorker(t, b, c)-bare, b.Space(c).Worker
			if got < want-less || got > want+more {
				t.Errorf("%s/%s: %d bytes per worker; the mechanism says %d", b.Name, c.Reclaim, got, want)
			}
		}
	}
}

// heapPerWorker returns how many bytes the heap holds per worker of the map.
func heapPerWorker(t *testing.T, b impls.Backend, c impls.Config) int {
	const workers = 256
	m := newMap(t, b, c)
	all := make([]impls.Worker, workers)
	before := heap()
	for i := range all {
		var err error
		if all[i], err = m.NewWorker(); err != nil {
			t.Fatal(err)
		}
		all[i].Lookup(1) // readers are registered when they are needed
	}
	took := heap() - before
	for _, w := range all {
		w.Close()
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	return took / workers
}

func heap() int {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int(s.HeapAlloc)
}

// everyWay calls f with each backend that says what it takes, and each way to
// reclaim of it.
func everyWay(t *testing.T, f func(*testing.T, impls.Backend, impls.Config)) {
	for _, b := range impls.Backends() {
		if b.Space == nil {
			continue
		}
		for _, way := range ways(b) {
			for _, buckets := range []int{1, 16} {
				name := b.Name + cmp.Or("/"+way, "")
				t.Run(name, func(t *testing.T) {
					f(t, b, impls.Config{Buckets: buckets, Capacity: 1 << 16, Reclaim: way})
				})
			}
		}
	}
}

// ways are those to reclaim, one without a name for a backend that has no choice.
func ways(b impls.Backend) []string {
	if len(b.Reclaims) == 0 {
		return []string{""}
	}
	return b.Reclaims
}

func newMap(t *testing.T, b impls.Backend, c impls.Config) impls.Map {
	t.Helper()
	m, err := b.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
