package rcu

import "readmostly/internal/mem"

// A sched reader disables preemption, which ties it to its P (the scheduler's
// token for running Go code) until it leaves. To stop the world the runtime must
// stop every P, and a P stops only at a point where preemption is enabled. So a
// stop-the-world that was begun after the unlink and has ended is a grace
// period: whatever section was under way on any P has ended, and the scheduler's
// locks order it before. It is the kernel's "run on every CPU in turn", and
// sync.Pool rests on the same fact.
//
// The hole: a P whose goroutine is in a system call counts as stopped. A system
// call inside a section therefore ends its protection, silently.
//
// Source: "What is RCU, Fundamentally?" (LWN, 2007), the toy synchronize_rcu;
// Go, runtime/proc.go, procPin, stopTheWorldWithSema and preemptall.

// Sched is the RCU whose readers keep no state and need no registration: they run
// with preemption disabled, which is a call at entry and one at exit, each of which
// writes the lock count of the thread that runs the goroutine. A grace period
// stops the world, which costs all goroutines of the program a pause of some ten
// microseconds, and more the longer the sections are. Make one with [NewSched].
// (Kernel: rcu_read_lock_sched, synchronize_sched.)
//
// Inside a section a goroutine must not block: a channel operation, a contended
// mutex, a sleep, or Synchronize, SynchronizeExpedited or Cond of any domain is a
// fatal error of the runtime, which can't be recovered; after runtime.Gosched the
// process may even hang. It must not make system calls either (no I/O, no
// printing): they end the section's protection, and nothing tells.
type Sched struct {
	gracePeriods
}

// schedSections are one for all domains, as their readers are.
var schedSections = newTracker("sched")

// NewSched returns a domain. All sched domains have the same readers, but count
// their grace periods apart.
func NewSched() *Sched {
	d := &Sched{}
	d.blocking.Store(1)
	d.init(d, schedSections)
	return d
}

// Stats returns counts since the domain was made.
func (d *Sched) Stats() Stats { return d.stats() }

func (d *Sched) begin() {}

func (d *Sched) quiet() bool {
	if debug && !d.watch.over(d.sections) {
		return false // so that a stall can be told while the world still runs
	}
	mem.StopTheWorld()
	return true
}

// ReadLock enters a read-side critical section: see [Sched] for what must not be
// done inside. Sections nest. It never waits.
func (d *Sched) ReadLock() {
	if debug {
		d.sections.enter()
	}
	mem.Pin()
}

// ReadUnlock leaves the innermost section, on the goroutine that entered it.
func (d *Sched) ReadUnlock() {
	if debug && !d.sections.leaveInnermost() {
		return
	}
	mem.Unpin()
}

// Held reports whether the calling goroutine is inside a section. Only the
// checked mode knows; without it the answer is true, as for the kernel's
// rcu_read_lock_sched_held without lockdep.
func (d *Sched) Held() bool { return !debug || d.sections.held() }

// SchedReader has the verbs of the other flavours' readers. It holds no state:
// any goroutine may use it at any time.
type SchedReader struct{ domain *Sched }

// Register returns a reader. It costs nothing later and needs no Unregister.
func (d *Sched) Register() *SchedReader { return &SchedReader{d} }

// Unregister does nothing.
func (r *SchedReader) Unregister() {}

// ReadLock is [Sched.ReadLock].
func (r *SchedReader) ReadLock() {
	if debug {
		r.domain.sections.enter()
	}
	mem.Pin()
}

// ReadUnlock is [Sched.ReadUnlock].
func (r *SchedReader) ReadUnlock() {
	if debug && !r.domain.sections.leaveInnermost() {
		return
	}
	mem.Unpin()
}

// Held is [Sched.Held].
func (r *SchedReader) Held() bool { return r.domain.Held() }
