// Package builtin registers the mechanisms of readmostly: import it for its
// effect. Each mechanism is one file with the same parts in the same order
// (backends, map, worker, the reader's loop, the operations), so that the diff
// of two files shows what one mechanism changes against the other.
//
// All of them promise this, and each file's opening comment says what is more
// or different: the updates of a key take effect one after the other, each at
// one instant between its call and its return, and a lookup returns what the
// key held at some instant between its own call and return. So each key is
// linearizable, in the order in which workers can learn of each other: an
// update that has returned is visible to whoever has learned that from its
// worker, but not at once to everybody where it ends with a plain store: then
// two workers that each insert a key and look for the other's at once may both
// miss it. What a replacement or a deletion took away may still be seen by a
// lookup that was called before the update returned, never by a later one.
//
// The reader's loop of every file walks the same chains, checks every element
// that it finds and counts the same things; it differs only in what its
// mechanism demands.
package builtin

import (
	"errors"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// updating are the capabilities of a backend that can do everything, and has
// sections.
var updating = impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, Section: true}

// A store is what every map on the slab consists of: element memory and a table
// of chains over it.
type store struct {
	slab    *slab.Slab
	table   chain.Table
	section int        // lookups per section of the batches' loops
	workers mem.Uint64 // registered so far: the number of the next
}

func newStore(c impls.Config) (*store, error) {
	s, err := slab.New(c.Capacity, chain.ReserveFor(c.Buckets))
	if err != nil {
		return nil, err
	}
	t, err := chain.New(s, c.Buckets)
	if err != nil {
		return nil, errors.Join(err, s.Close(0))
	}
	return &store{slab: s, table: t, section: c.Section}, nil
}

// Fill adds elements before any worker is registered: see [impls.Filler]. The
// map holds one reference to each. Where in memory an element lies says nothing
// about its place in the chain, as in a map that has been in use for a while: see
// [slab.Slab.Prepare].
func (s *store) Fill(elements []impls.Element) error {
	s.slab.Prepare(len(elements))
	cache := s.slab.NewCache()
	defer cache.Close()
	refs := make([]slab.Ref, len(elements))
	for i, v := range elements {
		ref, err := cache.Alloc()
		if err != nil {
			for _, r := range refs[:i] {
				cache.Free(r)
			}
			return err
		}
		refs[i] = ref
		chain.Fill(slab.At(ref), v)
		mem.StoreRelaxed(&slab.At(ref).Count, 1)
	}
	for i, v := range elements {
		s.table.Of(v.Key).AddHead(refs[i])
	}
	return nil
}

// Chains returns the table: see [chain.Holder].
func (s *store) Chains() chain.Table { return s.table }

// Stats samples the slab's accounts.
func (s *store) Stats() impls.Stats {
	t := s.slab.Stats()
	resident := uint64(0)
	if t.Live() > t.Retained() {
		resident = t.Live() - t.Retained()
	}
	return impls.Stats{
		Resident:  resident,
		Retained:  t.Retained(),
		Retired:   t.Retired,
		Reclaimed: t.Reclaimed,
		Timed:     t.Timed,
		Residence: t.Residence,
	}
}

// TimeResidence has some retired elements timed: see [impls.ResidenceTimer].
func (s *store) TimeResidence(every uint64) { s.slab.Time(every) }

// Close checks the accounts and frees the memory.
func (s *store) Close() error { return s.slab.Close(s.table.Count()) }

// A worker is what every participant has.
type worker struct {
	_        mem.Pad
	table    chain.Table
	cache    *slab.Cache
	versions impls.Versions
	seen     []impls.Element // what a walk copies out of one chain
	section  int             // lookups per section of a batch's loop

	exclusion exclusion // of the updaters of a chain
	_         mem.Pad
}

// newWorker makes a worker whose updates are made under x.
func (s *store) newWorker(x exclusion) worker {
	return worker{
		table:     s.table,
		cache:     s.slab.NewCache(),
		versions:  impls.NewVersions(s.workers.Add(1)),
		section:   s.section,
		exclusion: x,
	}
}

// Close hands the worker's free elements back.
func (w *worker) Close() { w.cache.Close() }

// walk yields the chains that collect copies into w.seen, one after the other,
// outside whatever collect does to protect itself.
func (w *worker) walk(collect func(i uint64), yield func(impls.Element) bool) {
	for i := range w.table.Len() {
		w.seen = w.seen[:0]
		collect(i)
		for _, e := range w.seen {
			if !yield(e) {
				return
			}
		}
	}
}

// copyChain appends the chain's elements to w.seen as they stand.
func (w *worker) copyChain(i uint64) {
	for ref := w.table.Bucket(i).Head.Load(); !slab.IsEnd(ref); {
		e := slab.At(ref)
		w.seen = append(w.seen, chain.Load(e))
		ref = e.Next.Load()
	}
}

// walkAll yields every element as it stands, for readers that may stay where
// they are while yield runs.
func walkAll(t chain.Table, yield func(impls.Element) bool) {
	for _, e := range t.All() {
		if !yield(chain.Load(e)) {
			return
		}
	}
}
