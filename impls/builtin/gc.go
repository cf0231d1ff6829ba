package builtin

import (
	"sync/atomic"
	"unsafe"

	"readmostly/impls"
	"readmostly/internal/mem"
	"readmostly/rwlock"
)

// The Go collector. The invariant: the collector frees a node only when nothing
// refers to it, a reader's stack included. So readers do nothing, updaters
// publish through an atomic pointer and forget what they unlinked. It is RCU with
// the collector as the grace period, and what it costs is the collector's work,
// not the reader's.
//
// The promises are rcu-classic's. Nodes are as large as the slab's elements. They
// come from the Go heap, without the huge pages of the other backends.

func init() {
	impls.Register(impls.Backend{
		Name:      "gc",
		Mechanism: "garbage collection",
		Doc:       "heap nodes behind atomic.Pointer, the Go collector reclaims",
		Source:    "Go sync/atomic, runtime/mgc.go",
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
			SleepInReader: true, NeedsGC: true},
		New: func(c impls.Config) (impls.Map, error) {
			return newGCMap(c), nil
		},
	})
}

type gcNode struct {
	next    atomic.Pointer[gcNode]
	key     uint64
	a, b, c uint64
	_, _, _ uint64 // as long as the slab's elements
}

func newGCNode(v impls.Element) *gcNode { return &gcNode{key: v.Key, a: v.A, b: v.B, c: v.C} }

func (e *gcNode) element() impls.Element { return impls.Element{Key: e.key, A: e.a, B: e.b, C: e.c} }

type gcBucket struct {
	head atomic.Pointer[gcNode]
	word mem.Uint64
}

// A gcTable is the buckets as a loop needs them: see [chain.Table].
type gcTable struct {
	first  *gcBucket
	mask   uint64 // of the offset of a bucket, in bytes
	factor uint64 // the hash's
}

const gcBucketShift = 4 // the logarithm of a bucket's size

var _ = [1]struct{}{}[unsafe.Sizeof(gcBucket{})-1<<gcBucketShift]

// of returns the key's bucket.
func (t gcTable) of(key uint64) *gcBucket {
	return (*gcBucket)(unsafe.Add(unsafe.Pointer(t.first), key*t.factor>>(32-gcBucketShift)&t.mask))
}

type gcMap struct {
	table   gcTable
	buckets []gcBucket
	memory  []gcBucket // buckets, padded at both ends, so that a single one stands alone
	workers mem.Uint64

	_        mem.Pad // what follows is written at each update
	resident atomic.Int64
	_        mem.Pad
}

func newGCMap(c impls.Config) *gcMap {
	const size = int(unsafe.Sizeof(gcBucket{}))
	const pad = (mem.FalseSharingRange + size - 1) / size
	memory := make([]gcBucket, c.Buckets+2*pad)
	buckets := memory[pad : pad+c.Buckets]
	table := gcTable{&buckets[0], uint64(c.Buckets-1) << gcBucketShift, impls.Hash(1)}
	return &gcMap{table: table, buckets: buckets, memory: memory}
}

func (m *gcMap) of(key uint64) *gcBucket { return m.table.of(key) }

func (m *gcMap) Fill(elements []impls.Element) error {
	nodes := make([]*gcNode, len(elements))
	for i, v := range elements {
		nodes[i] = newGCNode(v)
	}
	for _, i := range linkOrder(elements) {
		n, b := nodes[i], m.of(elements[i].Key)
		n.next.Store(b.head.Load())
		b.head.Store(n)
	}
	m.resident.Add(int64(len(elements)))
	return nil
}

func (m *gcMap) Stats() impls.Stats { return impls.Stats{Resident: uint64(m.resident.Load())} }

func (m *gcMap) Close() error { return nil }

func (m *gcMap) NewWorker() (impls.Worker, error) {
	return &gcWorker{m: m, versions: impls.NewVersions(m.workers.Add(1))}, nil
}

type gcWorker struct {
	_        mem.Pad
	m        *gcMap
	versions impls.Versions
	_        mem.Pad
}

func (w *gcWorker) Run(ops []impls.Op, t *impls.Tally) { run(w, &w.versions, ops, t) }

//go:noinline
func (w *gcWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table := w.m.table
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.of(key)
		e := b.head.Load()
		for ; e != nil; e = e.next.Load() {
			if e.key == key {
				goto found
			}
			passed++
		}
		continue
	found:
		whole := e.c == impls.Derive(key, e.a, e.b)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// publish links the node n in where link points, before next. The second store
// pairs with the load of the same link in a reader.
func publish(link *atomic.Pointer[gcNode], n, next *gcNode) {
	n.next.Store(next)
	link.Store(n)
}

// seek returns the key's node and the link that leads to it.
func (w *gcWorker) seek(b *gcBucket, key uint64) (link *atomic.Pointer[gcNode], n *gcNode) {
	link = &b.head
	for n = link.Load(); n != nil && n.key != key; n = link.Load() {
		link = &n.next
	}
	return link, n
}

func (w *gcWorker) Lookup(key uint64) (impls.Element, bool) {
	if _, n := w.seek(w.m.of(key), key); n != nil {
		return n.element(), true
	}
	return impls.Element{}, false
}

func (w *gcWorker) Walk(yield func(impls.Element) bool) {
	for i := range w.m.buckets {
		for n := w.m.buckets[i].head.Load(); n != nil; n = n.next.Load() {
			if !yield(n.element()) {
				return
			}
		}
	}
}

func (w *gcWorker) Insert(v impls.Element) (bool, error) {
	n, b := newGCNode(v), w.m.of(v.Key)
	rwlock.SpinLock(&b.word)
	defer rwlock.SpinUnlock(&b.word)
	if _, old := w.seek(b, v.Key); old != nil {
		return false, nil
	}
	publish(&b.head, n, b.head.Load())
	w.m.resident.Add(1)
	return true, nil
}

func (w *gcWorker) Delete(key uint64) (bool, error) {
	b := w.m.of(key)
	rwlock.SpinLock(&b.word)
	defer rwlock.SpinUnlock(&b.word)
	link, n := w.seek(b, key)
	if n == nil {
		return false, nil
	}
	link.Store(n.next.Load())
	w.m.resident.Add(-1)
	return true, nil
}

func (w *gcWorker) Replace(v impls.Element) (bool, error) {
	n, b := newGCNode(v), w.m.of(v.Key)
	rwlock.SpinLock(&b.word)
	defer rwlock.SpinUnlock(&b.word)
	link, old := w.seek(b, v.Key)
	if old == nil {
		return false, nil
	}
	publish(link, n, old.next.Load())
	return true, nil
}

func (w *gcWorker) Close() {}
