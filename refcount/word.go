package refcount

import (
	"readmostly/internal/mem"
)

// The invariant: a count leaves 0 only by Set, which the owner of a dead object
// calls; a count that reached 0 is dead for everybody else. So exactly one Put
// sees the last reference go, and whoever got a reference keeps the object
// alive until it puts it.
const (
	// Max is the largest count that is counted exactly. A count that would pass
	// it saturates: it stays near [Saturated], and the object is never freed.
	Max = 1<<63 - 1
	// Saturated is what a count that passed [Max] holds. It is in the middle of
	// the saturated range, so that no number of racing additions leaves it.
	Saturated = 3 << 62
)

// Init makes a count of one reference: see [Set].
func Init(w *mem.Uint64) { Set(w, 1) }

// Set starts a count at n references, 0 for an object that nobody may get yet.
// Only the owner of an object whose count is 0 may call it, and with n > 0 only
// after the object's other words, its key above all, have been written: others
// may hold a stale address of it and get a reference at once. It panics if n is
// beyond [Max].
//
// Source: Linux include/linux/refcount.h, refcount_set_release.
func Set(w *mem.Uint64, n uint64) {
	if n > Max {
		misuse("Set beyond Max")
	}
	// Release: pairs with the CAS in GetUnlessZero, so who gets a reference sees
	// the object as it was written before.
	mem.StoreRelease(w, n)
}

// Read returns the count, which may have changed by then: for tests and
// statistics. A saturated count is reported as [Saturated].
func Read(w *mem.Uint64) uint64 {
	if c := w.Load(); c <= Max {
		return c
	}
	return Saturated
}

// GetUnlessZero takes a reference if the object is alive, and reports whether
// it did. Any goroutine may call it on any object whose memory stays a counted
// object, even if it was freed or reused meanwhile; so the caller must then
// check that it got the object it meant (the key again), and [Put] it if not.
//
// Source: Linux include/linux/kref.h, kref_get_unless_zero;
// include/linux/refcount.h, refcount_inc_not_zero.
func GetUnlessZero(w *mem.Uint64) bool {
	c := w.Load()
	// Adds 1, or 0 to a saturated count. Acquire: the CAS pairs with the release
	// in Set. A failure means that another CAS succeeded, so someone advances.
	for c != 0 && !w.CompareAndSwap(c, c+1-c>>63) {
		c = w.Load()
	}
	return c != 0
}

// Get takes one more reference. The caller must hold one. It panics if the
// count was 0, as then somebody may be freeing the object.
//
// Source: Linux include/linux/kref.h, kref_get; include/linux/refcount.h,
// refcount_inc.
func Get(w *mem.Uint64) {
	// One comparison for 1 < count <= Max.
	if w.Add(1)-2 > Max-2 {
		getSlow(w)
	}
}

// getSlow handles a count that was 0 or is beyond Max by now. Which of the two
// can still be told, as each is far from the other.
//
//go:noinline
func getSlow(w *mem.Uint64) {
	dead := w.Load() < Max/2
	mem.StoreRelaxed(w, Saturated)
	if dead {
		misuse("Get of a count that was 0")
	}
}

// Put gives a reference back and reports whether it was the last: the object is
// then the caller's alone, to free or to start anew. It panics if the count was
// 0. A saturated count has no last reference.
//
// Source: Linux include/linux/kref.h, kref_put; include/linux/refcount.h,
// refcount_dec_and_test.
func Put(w *mem.Uint64) (last bool) {
	// Release for the others: what they did with the object comes before its
	// end. Acquire for the last: it pairs with those releases.
	// One comparison for 0 < count < Max.
	return w.Add(^uint64(0))-1 >= Max-1 && putSlow(w)
}

// putSlow handles a count that is now 0, was 0, or is saturated. Which of the
// three can still be told: nobody changes a 0, and the others are far apart.
//
//go:noinline
func putSlow(w *mem.Uint64) (last bool) {
	c := w.Load()
	if c == 0 {
		return true
	}
	mem.StoreRelaxed(w, Saturated)
	if c > Saturated+1<<61 {
		misuse("Put of a count that was 0")
	}
	return false
}

func misuse(what string) { panic("refcount: " + what) }
