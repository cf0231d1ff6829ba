// Package hazard lets readers protect single objects: a reader publishes which
// object it is about to use, in a slot that only it writes, and whoever wants to
// reuse removed objects looks at all slots first.
//
// # Why use it
//
// Memory stays bounded. A reader that stalls, for however long, holds back only
// the objects in its own slots, where a stalled RCU reader holds back everything
// that is retired while it stalls. [Domain.Bound] is the number. Readers may
// sleep, and write nothing that other readers read.
//
// # When not
//
//   - When a reader passes many objects: each costs a store and a second load of
//     the link that led to it.
//   - When readers can't restart. An object is protected only if it is found
//     still linked after it was published; if not, the reader must look for it
//     again.
//   - When removal leaves no trace in what was removed: see below.
//
// # What instead
//
// Package rcu if readers are short and memory is plentiful; package refcount to
// hand one object to somebody else; package seqlock if all is type-stable and
// small; the garbage collector, with atomic.Pointer, if there is nothing to
// recycle.
//
// # How to use it
//
// Objects are named by references: numbers that are not 0, such as indices or
// offsets. A reader publishes, then validates:
//
//	for {
//		ref := head.Load()
//		p.Protect(0, ref)
//		if head.Load() == ref {
//			break // protected until slot 0 changes
//		}
//	}
//
// That is [Participant.ProtectFrom]. An updater makes an object unreachable,
// then calls [Participant.Retire].
//
// A walk needs two slots and changes their roles: while one slot protects an
// element, the next one is published in the other slot and validated against the
// element's link; only then may the first be given away, so that two protections
// always overlap. A protection should stay in its slot. Where it must move,
// publish it in a slot with a higher number before the lower one is given away;
// scans read in that order, and would miss a move the other way.
//
// Validation against a link inside an element proves that the next element is
// reachable only if the element itself is. So whoever removes an element marks
// its link first (a bit of the word will do), and a reader that finds the mark
// starts again from the head.
//
// While an object is protected, its reference can't be reused for another one.
// So comparing a word with the reference, as a compare-and-swap does, is safe
// from mistaking a new object for the old one (ABA); without protection it isn't.
//
// # The fences
//
// Between publication and validation a reader must make its store visible. By
// default it doesn't: the scan makes all running threads pass a fence
// (membarrier(2)), once in [Domain.Threshold] retirements, and the reader pays a
// plain store. With [Fenced], and where membarrier is missing, each publication is
// a store with a full fence.
//
// Which is cheaper depends on how many publications there are per scan. On a
// virtual machine with 2 cores of an AMD Zen 4 (BenchmarkScanFence,
// BenchmarkProtect) membarrier takes 8.5 µs beside a peer that is running, as it
// interrupts it, and 0.5 µs if there is none; the fence in the reader costs 1.4 ns
// more than the plain store. So the default form pays from about 6,000
// publications per scan on, all readers together: at a threshold of 72, which is
// that of two participants with two slots, from 85 per retirement. A walk over a
// list of 12 reaches that with 7 lookups per deletion, a lookup in a hash table
// with short chains with 60 or so. Where retirements are more frequent choose
// Fenced, or a higher [Threshold].
//
// # Deleters
//
// A reclaim function may retire more, as that of an object with children does:
// what it retires waits for a scan of its own. It may not scan. See
// [Domain.Register].
//
// A reference is retired once. A participant that retires one that waits already
// panics. Of two participants that retire the same object only checked mode
// (-tags rcudebug) tells: they both believe to have unlinked it, so it is their
// exclusion that is broken.
//
// # Sources
//
// Maged M. Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free
// Objects", IEEE TPDS 15(6), 2004. folly/synchronization/Hazptr.h (Facebook),
// for domains and the asymmetric fence. McKenney, "Is Parallel Programming Hard",
// section "Hazard Pointers".
//
// For the Linux kernel two designs have been proposed under the name hazptr, which
// are not the same: that of Boqun Feng, "[RFC PATCH 1/4] hazptr: Add initial
// implementation of hazard pointers", LKML, September 2024; and that of Mathieu
// Desnoyers, "[RFC PATCH v5 0/2] Hazard Pointers", LKML, 23 February 2026,
// https://lkml.iu.edu/hypermail/linux/kernel/2602.2/09055.html. The readers of the
// latter have published a wildcard before they load the pointer since v5, so that
// they neither load it again nor retry; the readers here do both, as Michael's do.
package hazard
