package builtin

import (
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rwlock"
)

// The reader-writer spinlock. The invariant: readers and writers of what a lock
// covers are never inside at once, so a reader may hold on to whatever it sees,
// and a writer frees at once. Every reader writes the lock's word twice, and
// that word is shared.
//
// A lookup, and a walk of one chain, see the state of one instant; with one lock
// for the structure so does a whole walk.
//
// With a single chain, as in a list, both forms are the same lock in the same
// place, on lines of its own. Beside the head it would cost a reader twice as
// much, for a reason that has nothing to do with the mechanism.
//
// The lock admits readers and writers as the kernel's qrwlock does, first come,
// first served. But whoever waits may lose its core here, where the kernel's
// waiters and holders can't: then everybody behind waits for a switch of threads,
// which with more workers than cores comes with nearly every turn. (sync.RWMutex
// avoids that by letting others overtake.)

func init() {
	impls.Register(impls.Backend{
		Name:      "rwlock",
		Mechanism: "reader-writer lock",
		Doc:       "fair reader-writer spinlock, one for the whole structure",
		Source:    "kernel kernel/locking/qrwlock.c, with a ticket and a waiting array (Dice and Kogan, 2019) for its MCS nodes; waiters may be preempted, and sleep at last",
		Caps:      lockCaps(true),
		Space:     oneWord,
		New:       func(c impls.Config) (impls.Map, error) { return newRWMap(c, true) },
	})
	impls.Register(impls.Backend{
		Name:      "rwlock-bucket",
		Mechanism: "reader-writer lock",
		Doc:       "the same lock, one a chain: the hashed array of locks (on a list the same as rwlock)",
		Source:    "as rwlock; LKML November 2015: Define lockless version of list_for_each_entry_rcu",
		Caps:      lockCaps(false),
		Space: func(c impls.Config) impls.Space {
			if c.Buckets == 1 {
				return oneWord(c)
			}
			return lockedChains(c)
		},
		New: func(c impls.Config) (impls.Map, error) { return newRWMap(c, false) },
	})
}

func lockCaps(section bool) impls.Caps {
	return impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, BoundedGarbage: true, Section: section}
}

type rwMap struct {
	*store
	global *mem.Uint64 // nil if each of several chains has its own lock
}

func newRWMap(c impls.Config, global bool) (impls.Map, error) {
	if !global {
		c.Section = 0 // the next lookup may be in another bucket
	}
	s, err := newStore(c)
	if err != nil || !global && c.Buckets > 1 {
		return rwMap{store: s}, err
	}
	word, err := s.slab.Reserve(unsafe.Sizeof(mem.Uint64{}))
	return rwMap{s, (*mem.Uint64)(word)}, err
}

func (m rwMap) NewWorker() (impls.Worker, error) {
	x := rwlocks{m.global}
	return &rwWorker{freeing{m.newWorker(x)}, x}, nil
}

// rwlocks are the words that readers and writers lock.
type rwlocks struct{ global *mem.Uint64 }

// of returns the word that covers the chain.
func (l rwlocks) of(b *chain.Bucket) *mem.Uint64 {
	if l.global != nil {
		return l.global
	}
	return &b.Word
}

func (l rwlocks) enter(b *chain.Bucket) { rwlock.Lock(l.of(b)) }
func (l rwlocks) leave(b *chain.Bucket) { rwlock.Unlock(l.of(b)) }

type rwWorker struct {
	freeing
	rwlocks
}

func (w *rwWorker) Run(ops []impls.Op, t *impls.Tally) {
	run(w.loop(w, rwSections{w}), &w.versions, ops, t)
}

//go:noinline
func (w *rwWorker) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	table, locks := w.table, w.rwlocks
	for ; n < len(ops) && ops[n].IsLookup(); n++ {
		key := uint64(ops[n])
		b := table.Of(key)
		word := locks.of(b)
		rwlock.RLock(word)
		var e *slab.Elem
		ref := mem.LoadAcquire(&b.Head)
		for ; !slab.IsEnd(ref); ref = mem.LoadAcquire(&e.Next) {
			e = slab.At(ref)
			if mem.LoadAcquire(&e.Key) == key {
				goto found
			}
			passed++
		}
		rwlock.RUnlock(word)
		if ref != slab.EndAt(&b.Head) {
			return n, hits, passed, 0, astray
		}
		continue
	found:
		whole := chain.Valid(e, key)
		rwlock.RUnlock(word)
		if !whole {
			return n, hits, passed + 1, 0, torn
		}
		hits++
	}
	return n, hits, passed, 0, sound
}

// rwSections read several lookups under the lock of the whole structure.
type rwSections struct{ *rwWorker }

//go:noinline
func (w rwSections) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	word := w.global
	for v == sound && n < len(ops) && ops[n].IsLookup() {
		rwlock.RLock(word)
		m, h, p, _, ended := w.lookups(ops[n:])
		rwlock.RUnlock(word)
		n, hits, passed, v = n+m, hits+h, passed+p, ended
	}
	return n, hits, passed, 0, v
}

func (w *rwWorker) Lookup(key uint64) (impls.Element, bool) {
	word := w.of(w.table.Of(key))
	rwlock.RLock(word)
	e, ok := w.table.Find(key)
	rwlock.RUnlock(word)
	return e, ok
}

// Stall holds a reader up with the lock held: see [impls.Staller].
func (w *rwWorker) Stall(key uint64, wait func()) {
	word := w.of(w.table.Of(key))
	rwlock.RLock(word)
	wait()
	rwlock.RUnlock(word)
}

func (w *rwWorker) Walk(yield func(impls.Element) bool) {
	if w.global != nil {
		rwlock.RLock(w.global)
		defer rwlock.RUnlock(w.global)
		walkAll(w.table, yield)
		return
	}
	w.walk(func(i uint64) {
		word := &w.table.Bucket(i).Word
		rwlock.RLock(word)
		w.copyChain(i)
		rwlock.RUnlock(word)
	}, yield)
}
