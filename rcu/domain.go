package rcu

// The life of a grace period as others see it: everything that a reader did
// inside a section that was under way when the grace period began has happened
// before the grace period ends; every section that is not finished by then sees
// everything that was done before the grace period began. So what was unlinked
// before is unreachable after.

// Cookie names a grace period in the future of the call that returned it: once
// it is done, every read-side critical section that was under way at that call
// has ended. Cookies belong to the domain that gave them. They may be copied,
// stored and polled by any goroutine. (Kernel: the unsigned long of
// get_state_synchronize_rcu.)
type Cookie uint64

// Completed is a cookie that is done in every domain: the state of an object
// that no reader can still see. (Kernel: get_completed_synchronize_rcu.)
const Completed Cookie = 1

// Domain is what every flavour of RCU offers to updaters. Its methods may be
// called by any number of goroutines at once.
//
// GetState, StartPoll, Poll and Stats never block and may be called inside a
// read-side critical section; the others wait for readers and must not.
type Domain interface {
	// Synchronize returns after a grace period that began after the call: all
	// readers that were inside a critical section at the call have left it.
	// Calls that overlap share grace periods, and a call may wait a few
	// yields for others to join. (Kernel: synchronize_rcu.)
	Synchronize()
	// SynchronizeExpedited is Synchronize in a hurry: it does not wait for
	// others to join, and spins and yields longer before it sleeps. A [Classic]
	// domain that is not fenced also fences at once (which interrupts the cores
	// where readers may run), instead of waiting a moment for them to enter
	// again; nothing else is expedited. It costs processor time and shares
	// less. (Kernel: synchronize_rcu_expedited.)
	SynchronizeExpedited()
	// GetState returns the cookie of a grace period that has not begun, and
	// does nothing to make it begin. (Kernel: get_state_synchronize_rcu.)
	GetState() Cookie
	// StartPoll is GetState which also requests the grace period, so that
	// Poll alone completes it, with no Synchronize from anybody.
	// (Kernel: start_poll_synchronize_rcu.)
	StartPoll() Cookie
	// Poll reports whether the grace period of the cookie has ended. It never
	// blocks. If that grace period was requested with StartPoll, each call
	// also carries it forward by what can be done without waiting.
	// (Kernel: poll_state_synchronize_rcu.)
	Poll(Cookie) bool
	// Cond is Synchronize if the cookie is not done yet, else nothing.
	// (Kernel: cond_synchronize_rcu.)
	Cond(Cookie)
	// Stats returns counts since the domain was made.
	Stats() Stats
}

// Stats counts what a domain has done. The counts are each exact, but a call
// that runs beside grace periods may see one count newer than another.
type Stats struct {
	GracePeriods uint64 // grace periods that ended, expedited ones included
	Expedited    uint64 // those that ran while an expedited caller waited
	Synchronize  uint64 // calls of Synchronize, SynchronizeExpedited, and of Cond with a cookie that was not done
	Polled       uint64 // grace periods that ended inside Poll
	Readers      int    // readers registered now; 0 for flavours that register none
}
