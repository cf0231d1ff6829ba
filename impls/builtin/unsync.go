package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// unsync: readers do nothing but read, so nothing may change. It is what the
// machine can do, and no mechanism can be faster.
//
// A lookup returns the element that was filled in.

func init() {
	impls.Register(impls.Backend{
		Name:      "unsync",
		Mechanism: "none",
		Doc:       "no protection at all, read-only: the physical limit",
		Source:    "perfbook CodeSamples/defer/route_seq.c",
		Caps:      impls.Caps{Limit: true, Walk: true, SleepInReader: true, BoundedGarbage: true},
		New: func(c impls.Config) (impls.Map, error) {
			s, err := newStore(c)
			return unsyncMap{s}, err
		},
	})
}

type unsyncMap struct{ *store }

func (m unsyncMap) NewWorker() (impls.Worker, error) {
	return &unsyncWorker{worker: m.newWorker(nil)}, nil
}

type unsyncWorker struct {
	worker
	readOnly
}

func (w *unsyncWorker) Run(ops []impls.Op, t *impls.Tally) { run(w, &w.versions, ops, t) }

//go:noinline
func (w *unsyncWorker) read(ops []impls.Op) outcome {
	table := w.table
	hits, nodes, v := uint64(0), uint64(0), sound
	n := 0
walk:
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		i := table.Index(key)
		ref := table.Bucket(i).Head.Load()
		for !slab.IsEnd(ref) {
			e := slab.At(ref)
			nodes++
			if mem.LoadAcquire(&e.Key) != key {
				ref = e.Next.Load()
				continue
			}
			if !chain.Valid(e, key) {
				v = torn
				break walk
			}
			hits++
			continue walk
		}
		if ref != table.End(i) {
			v = astray
			break
		}
	}
	return outcome{n: n, hits: hits, nodes: nodes, verdict: v}
}

func (w *unsyncWorker) Lookup(key uint64) (impls.Element, bool) { return w.table.Find(key) }

func (w *unsyncWorker) Walk(yield func(impls.Element) bool) { walkAll(w.table, yield) }
