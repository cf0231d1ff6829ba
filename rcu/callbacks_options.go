package rcu

import "time"

// Defaults of [Options].
const (
	DefaultHighWater = 10000 // as the kernel's qhimark
	DefaultGather    = 512   // one page of handles
	DefaultBatch     = 512
)

// pollEvery is how many objects are added between two looks at a grace period
// that is under way.
const pollEvery = 64

// Options are the choices of a queue of objects that wait for grace periods. The
// zero value asks for the defaults.
type Options struct {
	// HighWater is the number of waiting objects above which whoever adds more
	// is made to wait for readers and callbacks. (Kernel: rcutree.qhimark.)
	HighWater int
	// Gather is how many objects are gathered before their grace period is
	// asked for. More of them share its cost, and each waits longer.
	Gather int
	// Batch bounds how many objects are reclaimed in a row before the caller
	// goes on with its own work. (Kernel: rcutree.blimit.)
	Batch int
	// Lazy, if not zero, is how long objects may wait for company before their
	// grace period is asked for, however many have gathered, up to half of
	// HighWater. For memory that nobody is short of. (Kernel: call_rcu_lazy.)
	Lazy time.Duration
	// Memory bounds the bookkeeping: the pages of a [Bulk], the heads that
	// [Reclaimer.Retire] allocates. Nil stands for no bound.
	Memory *Budget
	// BeforeWait and AfterWait, if not nil, are called by the owner of a
	// [Callbacks] or [Bulk] around every wait for readers. An owner that is an
	// online [QSBRReader] goes offline in the first and online in the second.
	BeforeWait, AfterWait func()
}

func (o Options) withDefaults() Options {
	if o.HighWater <= 0 {
		o.HighWater = DefaultHighWater
	}
	if o.Gather <= 0 {
		o.Gather = DefaultGather
	}
	if o.Batch <= 0 {
		o.Batch = DefaultBatch
	}
	if o.Lazy > 0 {
		o.Gather = o.HighWater / 2
	}
	o.Gather = max(1, min(o.Gather, o.HighWater/2))
	return o
}

// CallbackStats counts what a queue has done since it was made.
type CallbackStats struct {
	Queued       uint64 // objects that were accepted
	Invoked      uint64 // objects that were reclaimed
	Peak         uint64 // the most objects that waited at once
	Throttled    uint64 // times that somebody was made to wait above HighWater
	Chained      uint64 // objects that went to the linked list for want of a page
	Synchronized uint64 // objects reclaimed after a wait on the spot, for want of a page or head
	Refused      uint64 // objects that came after Close
}
