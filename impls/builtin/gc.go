package builtin

import (
	"math/rand/v2"
	"runtime/metrics"
	"sort"
	"sync"
	"sync/atomic"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/slab"
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
// come from the Go heap, without the huge pages of the other backends. The heap
// hands memory out in the order of addresses, so that what is inserted in a row
// could be fetched ahead like an array, which no other backend's elements can: see
// [nursery].

func init() {
	impls.Register(impls.Backend{
		Name:      "gc",
		Mechanism: "garbage collection",
		Doc:       "heap nodes behind atomic.Pointer, the Go collector reclaims",
		Source:    "Go sync/atomic, runtime/mgc.go",
		Caps: impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
			SleepInReader: true, NeedsGC: true},
		Space: func(impls.Config) impls.Space { return impls.Space{Chain: int(unsafe.Sizeof(gcBucket{}.word))} },
		New: func(c impls.Config) (impls.Map, error) {
			return newGCMap(c), nil
		},
	})
}

// Garbage knows how much of what was removed the collector has not freed yet: of
// the objects on the heap that are as large as a node, whatever is more than the map
// and its workers hold, and more than the least that was ever more. Others' objects of that size
// count as long as they come after. An allocator's cache counts what it has handed
// out when it is full, a span of 8 KiB at a time.
type garbage struct {
	mu     sync.Mutex
	others int64
	known  bool
	counts [2]metrics.Sample // with the memory of what was read last
}

func (g *garbage) bytes(held int64) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	more := g.objects() - held
	if !g.known || more < g.others {
		g.others, g.known = more, true
	}
	return uint64(more-g.others) * uint64(nodeSize)
}

const nodeSize = unsafe.Sizeof(gcNode{})

// objects returns how many objects of the size of a node are on the heap and not
// yet swept. It stops nobody, and allocates nothing but at first: what is allocated
// in a window is measured as well.
func (g *garbage) objects() (n int64) {
	samples := g.counts[:]
	samples[0].Name, samples[1].Name = "/gc/heap/allocs-by-size:bytes", "/gc/heap/frees-by-size:bytes"
	metrics.Read(samples)
	allocs, frees := samples[0].Value.Float64Histogram(), samples[1].Value.Float64Histogram()
	i := sort.SearchFloat64s(allocs.Buckets, float64(nodeSize)+0.5) - 1
	return int64(allocs.Counts[i]) - int64(frees.Counts[i])
}

type gcNode struct {
	next    atomic.Pointer[gcNode]
	key     uint64
	a, b, c uint64
	_, _, _ uint64 // as long as the slab's elements
}

func newGCNode(v impls.Element) *gcNode { return new(gcNode).hold(v) }

// hold fills a node that nobody else refers to.
func (e *gcNode) hold(v impls.Element) *gcNode {
	e.key, e.a, e.b, e.c = v.Key, v.A, v.B, v.C
	return e
}

func (e *gcNode) element() impls.Element { return impls.Element{Key: e.key, A: e.a, B: e.b, C: e.c} }

// A nursery holds nodes that were allocated and not used yet, and hands them out
// at random: nodes that are inserted in a row lie no nearer to each other than
// chance has it among so many. It belongs to one worker.
type nursery struct {
	nodes  []*gcNode // nurseryNodes, none of them nil
	random uint64    // state of a linear congruential generator (Knuth, MMIX)
}

const (
	nurseryBits  = 10
	nurseryNodes = 1 << nurseryBits
)

func newNursery(seed uint64) nursery {
	n := nursery{nodes: make([]*gcNode, nurseryNodes), random: seed}
	for i := range n.nodes {
		n.nodes[i] = new(gcNode)
	}
	return n
}

// take returns a node that nobody else refers to.
func (n *nursery) take() *gcNode {
	n.random = n.random*6364136223846793005 + 1442695040888963407
	place := &n.nodes[n.random>>(64-nurseryBits)]
	e := *place
	*place = new(gcNode)
	return e
}

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
	garbage garbage

	spare atomic.Int64 // nodes in the workers' nurseries

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
	m := &gcMap{table: table, buckets: buckets, memory: memory}
	m.Stats() // what there is already
	return m
}

func (m *gcMap) of(key uint64) *gcBucket { return m.table.of(key) }

// Fill takes the nodes from among as many as a slab would: see [slab.Slab.Prepare].
func (m *gcMap) Fill(elements []impls.Element) error {
	nodes := make([]*gcNode, slab.Spread(len(elements)))
	for i := range nodes {
		nodes[i] = new(gcNode)
	}
	random := rand.New(rand.NewPCG(uint64(len(nodes)), 0))
	for i, v := range elements {
		j := i + random.IntN(len(nodes)-i)
		nodes[i], nodes[j] = nodes[j], nodes[i]
		nodes[i].hold(v)
	}
	for i, v := range elements {
		n, b := nodes[i], m.of(v.Key)
		n.next.Store(b.head.Load())
		b.head.Store(n)
	}
	m.resident.Add(int64(len(elements)))
	return nil
}

func (m *gcMap) Stats() impls.Stats {
	resident := m.resident.Load()
	return impls.Stats{Resident: uint64(resident), Uncollected: m.garbage.bytes(resident + m.spare.Load())}
}

func (m *gcMap) Close() error { return nil }

func (m *gcMap) NewWorker() (impls.Worker, error) {
	number := m.workers.Add(1)
	m.spare.Add(nurseryNodes)
	return &gcWorker{m: m, versions: impls.NewVersions(number), nursery: newNursery(number)}, nil
}

type gcWorker struct {
	_        mem.Pad
	m        *gcMap
	versions impls.Versions
	nursery  nursery
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
	n, b := w.nursery.take().hold(v), w.m.of(v.Key)
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
	n, b := w.nursery.take().hold(v), w.m.of(v.Key)
	rwlock.SpinLock(&b.word)
	defer rwlock.SpinUnlock(&b.word)
	link, old := w.seek(b, v.Key)
	if old == nil {
		return false, nil
	}
	publish(link, n, old.next.Load())
	return true, nil
}

func (w *gcWorker) Close() { w.m.spare.Add(-nurseryNodes) }
