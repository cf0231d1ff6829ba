package rcu

import "readmostly/internal/mem"

// An object is reclaimed after a grace period that began after the object came
// into the queue. A queue has three segments, oldest first:
//
//	done     their grace period has ended; the callbacks may run
//	waiting  they wait for the grace period of one cookie
//	next     they came later, and have no cookie yet
//
// An object always joins next, and the cookie is taken when next is closed,
// after the last object joined: the unlinking of every one of them precedes the
// cookie. An object must never join waiting under its present cookie, which may
// name a grace period that began before the object was unlinked; to add to
// waiting is to take the cookie again, as Barrier does when it joins next to it.
//
// Source: kernel/rcu/rcu_segcblist.c; kernel/rcu/tree.c, call_rcu, rcu_do_batch.

// Links is what a [Callbacks] must know about its objects, which it names by
// handles of type H: pointers, or references to memory of another kind. The
// objects are linked through a word of their own, so that queueing one allocates
// nothing. The owner of the queue makes all the calls.
type Links[H any] interface {
	// Next returns the handle that SetNext stored last. It is not asked of an
	// object that was added last.
	Next(h H) H
	// SetNext stores a handle in the object. Readers may still see the object,
	// so the word must not be one that they use.
	SetNext(h, next H)
	// Reclaim is the callback: no reader can see the object any more. It is
	// called once for each time that the object was added, and may add objects
	// again, this one included. It must not wait for readers. One that does not
	// return, as it panics or ends its goroutine, counts as called: the rest
	// waits for the owner's next Call, Poll, Barrier or Close.
	Reclaim(h H)
}

// A Claimer is a [Links] that can tell whether an object waits already. Adding
// an object twice corrupts the queue, so where Claim exists it is called on each
// addition and Unclaim before each callback. A second addition panics with a
// [Violation]; in checked mode it is reported, and skipped if that returns.
type Claimer[H any] interface {
	// Claim notes that the object waits. It reports false if it did already.
	Claim(h H) bool
	// Unclaim undoes Claim.
	Unclaim(h H)
}

// Callbacks is one participant's queue of objects that wait for a grace period
// before a function of theirs is called. (Kernel: call_rcu, with the embedded
// rcu_head.)
//
// It belongs to one goroutine, its owner, who does all the work while it adds:
// there is no lock, no allocation and no other goroutine. An owner that adds
// nothing for a while calls [Callbacks.Poll] now and then, or its last objects
// wait until it does. Len and Stats are for everybody. No order of the callbacks
// is promised.
type Callbacks[H any] struct {
	flow
	links Links[H]
	claim Claimer[H]

	next, waiting, done list[H]
	inHand              bool // Reclaim is being called, and not counted yet
	_                   mem.Pad
}

// list is a singly linked list of objects. It ends by count: the last object's
// link holds whatever it did.
type list[H any] struct {
	head, tail H
	n          int
}

func (l *list[H]) push(links Links[H], h H) {
	if l.n == 0 {
		l.head = h
	} else {
		links.SetNext(l.tail, h)
	}
	l.tail = h
	l.n++
}

// pop takes the first object. The list must not be empty.
func (l *list[H]) pop(links Links[H]) H {
	h := l.head
	if l.n--; l.n > 0 {
		l.head = links.Next(h)
	}
	return h
}

// join moves the objects of m behind those of l.
func (l *list[H]) join(links Links[H], m *list[H]) {
	switch {
	case m.n == 0:
	case l.n == 0:
		*l = *m
	default:
		links.SetNext(l.tail, m.head)
		l.tail, l.n = m.tail, l.n+m.n
	}
	*m = list[H]{}
}

// NewCallbacks returns an empty queue for objects that the readers of d use.
// It needs [Callbacks.Close] when it is not used any more.
func NewCallbacks[H any](d Domain, l Links[H], o Options) *Callbacks[H] {
	c := &Callbacks[H]{links: l}
	c.claim, _ = l.(Claimer[H])
	c.init(d, o, c)
	return c
}

// Call adds an object that has been unlinked: Reclaim is called for it once no
// reader can see it any more. On the way it may call Reclaim for objects added
// before, up to Options.Batch of them, and above Options.HighWater it waits. So
// the owner must be outside any read-side critical section, and hold no lock
// that Reclaim takes or that a reader takes inside a section; where it can't,
// there is [Callbacks.Add].
//
// After Close it adds nothing and returns false; a caller who still has an
// object to let go waits with Synchronize and reclaims it himself.
func (c *Callbacks[H]) Call(h H) bool {
	q := c.queued.Load() + 1
	if q >= c.due || c.claim != nil {
		return c.callAndLook(h)
	}
	c.next.push(c.links, h)
	mem.StoreRelaxed(&c.queued, q)
	return true
}

func (c *Callbacks[H]) callAndLook(h H) bool {
	if !c.Add(h) {
		return false
	}
	if c.queued.Load() >= c.due {
		c.advance()
	}
	return true
}

// Add is [Callbacks.Call] that neither waits nor calls Reclaim, for use inside a
// read-side critical section, under locks and in callbacks. The next Call or
// Poll makes up for it.
func (c *Callbacks[H]) Add(h H) bool {
	if c.closed {
		bump(&c.refused)
		return false
	}
	if c.claim != nil && !c.claim.Claim(h) {
		reportDouble()
		return true
	}
	c.next.push(c.links, h)
	bump(&c.queued)
	return true
}

// reportDouble tells that an object was added that waits already.
func reportDouble() {
	v := Violation{Kind: DoubleRetire, Detail: "added again while it waits for its grace period"}
	if !debug {
		panic(v)
	}
	report(v)
}

// The segments, driven by flow.

func (c *Callbacks[H]) shut()  { c.waiting.join(c.links, &c.next) }
func (c *Callbacks[H]) ripen() { c.done.join(c.links, &c.waiting) }

func (c *Callbacks[H]) reclaim(limit int) {
	defer c.settle()
	for ; limit > 0 && c.done.n > 0; limit-- {
		h := c.done.pop(c.links)
		if c.claim != nil {
			c.claim.Unclaim(h)
		}
		c.inHand = true
		c.links.Reclaim(h)
		c.settle()
	}
}

// settle counts the callback that was called last, which may not have returned.
func (c *Callbacks[H]) settle() {
	if c.inHand {
		c.inHand = false
		mem.StoreRelease(&c.invoked, c.invoked.Load()+1) // behind queued, for Len
	}
}

func (c *Callbacks[H]) sizes() (next, waiting, done int) {
	return c.next.n, c.waiting.n, c.done.n
}
