// Package rcu is read-copy update: readers follow references to shared data
// without waiting and without writing to anything shared, while updaters unlink
// old versions, wait until every reader that may still see them has left, and
// only then let them go.
//
//	reader                      updater
//	token := r.ReadLock()       old := head.Swap(newer)   // publish and unlink
//	p := head.Load()            domain.Synchronize()      // a grace period
//	use(p)                      recycle(old)              // let go
//	r.ReadUnlock(token)
//
// # Why use it
//
// When reads outnumber updates by far, when they must scale with the cores, and
// when letting go of the old version means more than forgetting it: a buffer
// goes back to a pool, a slot of an arena is used again, a file is closed, a
// mapping is removed, a counter is read for the last time.
//
// # When not, and what instead
//
// In plain Go the garbage collector already is the grace period. Publish through
// an atomic.Pointer, never change what was published, and drop the old version:
// no reader needs to be registered and nothing can be let go too early. Prefer
// that wherever the old version is ordinary memory and the collector's cost is
// bearable. Use this package when what is let go is not memory, or is memory that
// the collector doesn't manage or that you recycle to spare it the work.
//
// Updates that are frequent want a lock or sharding; readers must tolerate
// seeing the version before an update that has just returned. If readers write,
// RCU does not help them exclude each other. If a reader may stall and garbage
// must stay bounded, use hazard pointers (package hazard); if it must keep one
// object for long, take a reference count under RCU (package refcount); if the
// data is a few words, a sequence lock (package seqlock).
//
// # Flavours
//
// All offer the [Domain] interface to updaters. They differ in what a reader
// does and in what may hold an updater up.
//
//	flavour   entry and exit                      may block inside   a grace period waits for        kernel
//	Classic   a plain store each, to a cache      no (preempted:     registered readers inside       rcu_read_lock
//	          line of its own, with a token       yes)
//	Sched     preemption off and on: two calls    no, nor system     every P, by stopping the world  rcu_read_lock_sched
//	                                              calls
//	QSBR      nothing; QuiescentState at times    only offline       each online reader's next       a context switch as
//	                                                                 quiescent state                 quiescent state
//	SRCU      count on the P where it runs,       yes                readers of the same domain      srcu_read_lock_fast
//	          with a token
//
// Start with [Classic]. Take [QSBR] for goroutines that run a loop of short
// steps: it has the cheapest readers. Take [SRCU] for readers that sleep. Take
// [Sched] where readers can't be registered and have no state to keep, are short,
// and neither block nor make system calls: its readers cost more than those of
// Classic, and each of its grace periods stops the whole program.
//
// In every flavour one stalled reader holds up every grace period of its domain,
// and with it all that waits to be let go: garbage is unbounded.
//
// # Grace periods
//
//	Domain.Synchronize           synchronize_rcu
//	Domain.SynchronizeExpedited  synchronize_rcu_expedited
//	Domain.GetState              get_state_synchronize_rcu
//	Domain.StartPoll             start_poll_synchronize_rcu
//	Domain.Poll                  poll_state_synchronize_rcu
//	Domain.Cond                  cond_synchronize_rcu
//	Completed                    get_completed_synchronize_rcu
//
// A grace period orders memory at both ends: if a section sees anything that an
// updater did after it, the section sees everything that was done before it. No
// goroutine runs in the background; a grace period is run by a caller who wants
// it, for all who wait at the time.
//
// Readers of Classic and SRCU leave their fence to membarrier(2). Where the kernel
// has none they have a fence of their own, and where it refuses it to a domain that
// counts on it, as a seccomp filter makes it, the grace periods of that domain stop
// the world instead.
//
// # Checked mode
//
// Built with -tags rcudebug, the package reports a dereference outside a reader,
// a Synchronize inside one, an exit that does not match an entry (its token was
// used before, out of order, or by another reader), an element
// retired twice, any use of a reader that is not registered, and a grace period
// that is stalled, with who holds it up and since when: see [Violation],
// [OnViolation] and [SetStallTimeout]. Without the tag none of it is compiled but
// what costs nothing: elements with a [Head] that are retired twice, and most uses
// of a reader after Unregister, panic in any mode. A token that ReadLock returns and
// nobody keeps is found without running the program, by the command rcuvet.
//
// # Sources
//
// P. McKenney and J. Walpole, "What is RCU, Fundamentally?", LWN, 17 December
// 2007, https://lwn.net/Articles/262464/; M. Desnoyers, P. McKenney, A. Stern, M.
// Dagenais and J. Walpole, "User-Level Implementations of Read-Copy Update", IEEE
// TPDS 23(2), 2012; the Linux kernel, kernel/rcu; liburcu (https://liburcu.org),
// src/urcu.c and src/urcu-qsbr.c. Each file names the functions it follows.
package rcu
