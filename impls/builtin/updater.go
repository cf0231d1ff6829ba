package builtin

import (
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rwlock"
)

// An exclusion keeps the updaters of one chain apart.
type exclusion interface {
	enter(*chain.Bucket)
	leave(*chain.Bucket)
}

// spinning is the small spinlock beside each head, for mechanisms without a
// writer exclusion of their own.
type spinning struct{}

func (spinning) enter(b *chain.Bucket) { rwlock.SpinLock(&b.Word) }
func (spinning) leave(b *chain.Bucket) { rwlock.SpinUnlock(&b.Word) }

// add inserts v at the head of its chain. The count becomes 1 when the other
// fields stand and no other element has the key.
func (w *worker) add(v impls.Element) (bool, error) {
	ref, err := w.cache.Alloc()
	if err != nil {
		return false, err
	}
	e := slab.At(ref)
	chain.Fill(e, v)
	b := w.table.Of(v.Key)
	w.exclusion.enter(b)
	_, old := w.table.Seek(b, v.Key)
	absent := slab.IsEnd(old)
	if absent {
		mem.StoreRelease(&e.Count, 1)
		b.AddHead(ref)
	}
	w.exclusion.leave(b)
	if !absent {
		w.cache.Free(ref)
	}
	return absent, nil
}

// remove unlinks the key's element and returns it, still whole: readers may
// stand on it. mark says whether they must not walk on from there.
func (w *worker) remove(key uint64, mark bool) (slab.Ref, bool) {
	b := w.table.Of(key)
	w.exclusion.enter(b)
	link, ref := w.table.Seek(b, key)
	present := !slab.IsEnd(ref)
	if present {
		chain.Unlink(link, ref)
		if mark {
			chain.MarkRemoved(ref)
		}
	}
	w.exclusion.leave(b)
	return ref, present
}

// swap puts v in the place of its key's element and returns the old one, still
// whole.
func (w *worker) swap(v impls.Element, mark bool) (slab.Ref, bool, error) {
	ref, err := w.cache.Alloc()
	if err != nil {
		return 0, false, err
	}
	e := slab.At(ref)
	chain.Fill(e, v)
	b := w.table.Of(v.Key)
	w.exclusion.enter(b)
	link, old := w.table.Seek(b, v.Key)
	present := !slab.IsEnd(old)
	if present {
		mem.StoreRelease(&e.Count, 1)
		chain.Replace(link, old, ref)
		if mark {
			chain.MarkRemoved(old)
		}
	}
	w.exclusion.leave(b)
	if !present {
		w.cache.Free(ref)
	}
	return old, present, nil
}

// setLink stores the link of a list of elements that wait. Only the element's
// owner uses it, so it orders nothing.
func setLink(ref, next slab.Ref) { mem.StoreRelaxed(&slab.At(ref).Link, next) }

// A freeing worker reclaims at once, because its mechanism lets no reader use
// what it unlinks.
type freeing struct{ worker }

func (w *freeing) Insert(v impls.Element) (bool, error) { return w.add(v) }

func (w *freeing) Delete(key uint64) (bool, error) {
	ref, ok := w.remove(key, false)
	if ok {
		w.cache.Free(ref)
	}
	return ok, nil
}

func (w *freeing) Replace(v impls.Element) (bool, error) {
	old, ok, err := w.swap(v, false)
	if ok {
		w.cache.Free(old)
	}
	return ok, err
}
