package builtin

import (
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/seqlock"
)

// The sequence lock. The invariant: a reader that finds the same even sequence
// before and after has read one state of whatever the sequence covers, and uses
// nothing that it read before it knows. Elements are reused at once: what a
// reader is led to in the meantime is always an element, as the memory is
// type-stable, and a walk that reuse has bent into a circle is cut short by
// looking at the sequence now and then.
//
// A lookup returns the element that was in the map at some instant during the
// call, and waits for a writer that is at work, which is not counted as a retry, as
// nothing has been traversed. A walk sees each chain as it was
// at one instant, with one sequence for the whole structure, too.

func init() {
	impls.Register(impls.Backend{
		Name:      "seqlock",
		Mechanism: "seqlock",
		Doc:       "one sequence a chain: readers redo their work when a writer was there",
		Source:    "kernel include/linux/seqlock.h",
		Caps:      seqCaps,
		Space:     lockedChains,
		New:       func(c impls.Config) (impls.Map, error) { return newSeqMap(c, false) },
	})
	impls.Register(impls.Backend{
		Name:      "seqlock-global",
		Mechanism: "seqlock",
		Doc:       "one sequence for the whole structure",
		Source:    "kernel include/linux/seqlock.h, fs/dcache.c rename_lock",
		Caps:      seqCaps,
		Space:     oneWord,
		New:       func(c impls.Config) (impls.Map, error) { return newSeqMap(c, true) },
	})
}

var seqCaps = impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
	SleepInReader: true, BoundedGarbage: true}

type seqMap struct {
	*store
	global *mem.Uint64 // nil if each chain has its own sequence
}

func newSeqMap(c impls.Config, global bool) (impls.Map, error) {
	s, err := newStore(c)
	if err != nil || !global {
		return seqMap{store: s}, err
	}
	word, err := s.slab.Reserve(unsafe.Sizeof(mem.Uint64{}))
	return seqMap{s, (*mem.Uint64)(word)}, err
}

func (m seqMap) NewWorker() (impls.Worker, error) {
	x := sequences{m.global}
	return &seqWorker{freeing{m.newWorker(x)}, x}, nil
}

// sequences are the words that readers look at and writers make odd.
type sequences struct{ global *mem.Uint64 }

// of returns the word that covers the chain.
func (s sequences) of(b *chain.Bucket) *mem.Uint64 {
	if s.global != nil {
		return s.global
	}
	return &b.Word
}

func (s sequences) enter(b *chain.Bucket) { seqlock.WriteLock(s.of(b)) }
func (s sequences) leave(b *chain.Bucket) { seqlock.WriteUnlock(s.of(b)) }

type seqWorker struct {
	freeing
	sequences
}

const (
	// maxRedos is how often a reader redoes its work before it takes the lock:
	// readers must not starve (read_seqbegin_or_lock).
	maxRedos = 64
	// lookEvery is how many elements a walk may pass before it looks whether the
	// sequence has changed: a power of two. The batch's loop asks at every second
	// element whether it is time, in the place of its jump back, and counts through
	// from one lookup to the next, so that nothing is kept for it.
	lookEvery = 256
)

func (w *seqWorker) Run(ops []impls.Op, t *impls.Tally) { run(w, &w.versions, ops, t) }

//go:noinline
func (w *seqWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	if w.global != nil {
		return w.readGlobal(ops)
	}
	table := w.table
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		begun := passed
		word := &b.Word
		s, even := seqlock.TryBegin(word)
		if !even {
			return n, hits, passed, 0, blocked
		}
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++

			if ref = mem.LoadAcquire(&e.Next); slab.IsEnd(ref) {
				break
			}
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
			if passed&(lookEvery-2) == 0 {
				if seqlock.Retry(word, s) {
					break
				}
			}
		}
		if seqlock.Retry(word, s) {
			return n, hits, begun, passed - begun, disturbed
		}
		if ref != slab.EndAt(&b.Head) {
			return n, hits, passed, 0, astray
		}
		continue
	found:
		whole := chain.Valid(e, key)
		if seqlock.Retry(word, s) {
			return n, hits, begun, passed + 1 - begun, disturbed
		}
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// readGlobal is read with one sequence for all chains.
//
//go:noinline
func (w *seqWorker) readGlobal(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table, global := w.table, w.global
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		begun := passed
		s, even := seqlock.TryBegin(global)
		if !even {
			return n, hits, passed, 0, blocked
		}
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++

			if ref = mem.LoadAcquire(&e.Next); slab.IsEnd(ref) {
				break
			}
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
			if passed&(lookEvery-2) == 0 {
				if seqlock.Retry(global, s) {
					break
				}
			}
		}
		if seqlock.Retry(global, s) {
			return n, hits, begun, passed - begun, disturbed
		}
		if ref != slab.EndAt(&b.Head) {
			return n, hits, passed, 0, astray
		}
		continue
	found:
		whole := chain.Valid(e, key)
		if seqlock.Retry(global, s) {
			return n, hits, begun, passed + 1 - begun, disturbed
		}
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// find looks a key up, redoing its work until it was not disturbed, at last
// under the lock.
func (w *seqWorker) find(key uint64) (got impls.Element, hit bool, f finding) {
	i := w.table.Index(key)
	b := w.table.Bucket(i)
	word := w.of(b)
	for try := 0; ; try++ {
		locked := try == maxRedos
		var s uint64
		if locked {
			seqlock.ReadLockExcl(word)
		} else {
			s = seqlock.Begin(word)
		}
		got, hit, f.nodes = impls.Element{}, false, 0
		ref := b.Head.Load()
		for !slab.IsEnd(ref) {
			e := slab.At(ref)
			f.nodes++
			if e.Key.Load() == key {
				got, hit = chain.Load(e), true
				break
			}
			ref = e.Next.Load()
			if !locked && f.nodes%lookEvery == 0 && seqlock.Retry(word, s) {
				break
			}
		}
		if locked {
			seqlock.ReadUnlockExcl(word)
		} else if seqlock.Retry(word, s) {
			f.retries++
			f.wasted += f.nodes
			continue
		}
		f.astray = !hit && ref != w.table.End(i)
		return got, hit, f
	}
}

func (w *seqWorker) Lookup(key uint64) (impls.Element, bool) {
	got, hit, _ := w.find(key)
	return got, hit
}

func (w *seqWorker) Walk(yield func(impls.Element) bool) {
	w.walk(func(i uint64) {
		b := w.table.Bucket(i)
		word := w.of(b)
		for range maxRedos {
			w.seen = w.seen[:0]
			s := seqlock.Begin(word)
			for ref := b.Head.Load(); !slab.IsEnd(ref); {
				e := slab.At(ref)
				w.seen = append(w.seen, chain.Load(e))
				ref = e.Next.Load()
				if len(w.seen)%lookEvery == 0 && seqlock.Retry(word, s) {
					break
				}
			}
			if !seqlock.Retry(word, s) {
				return
			}
		}
		w.seen = w.seen[:0]
		seqlock.ReadLockExcl(word)
		w.copyChain(i)
		seqlock.ReadUnlockExcl(word)
	}, yield)
}
