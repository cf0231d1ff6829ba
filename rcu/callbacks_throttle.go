package rcu

import (
	"runtime"
	"strings"
)

// stride is how many objects a shard takes between two looks at all shards. It
// lets the queue exceed the mark by an eighth, and by one object a caller: once
// one is throttled, all others look each time.
func (r *Reclaimer) stride() uint64 {
	return uint64(r.opts.HighWater/(8*len(r.shards)) + 1)
}

// release wakes the callers that are throttled, for them to look again.
func (r *Reclaimer) release() {
	if r.awaited() {
		r.mu.Lock()
		r.below.Broadcast()
		r.mu.Unlock()
	}
}

// awaited reports whether callers are throttled. The fence keeps the look behind
// what has been counted as invoked, and pairs with the addition to waiters in
// throttle: either the caller sees the count, or it is seen here.
func (r *Reclaimer) awaited() bool {
	fullFence()
	return r.waiters.Load() > 0
}

// throttle waits until the queue is below the mark, which the goroutine sees to,
// or until all that was there has had its turn, as functions may hand as much
// over again.
func (r *Reclaimer) throttle() {
	if inCallback() {
		return
	}
	if debug && !mayWait(r.domain) {
		return
	}
	r.throttled.Add(1)
	r.waiters.Add(1)
	end := r.queued()
	r.mu.Lock()
	for r.Len() > r.opts.HighWater && r.invoked() < end {
		r.below.Wait()
	}
	r.mu.Unlock()
	r.waiters.Add(^uint64(0))
}

// mayWait reports, in both senses, whether the caller may wait for what waits
// for readers. It is for the checked mode, which alone knows.
func mayWait(d Domain) bool {
	g, ok := d.(interface{ mayWait() bool })
	return !ok || g.mayWait()
}

func (g *gracePeriods) mayWait() bool { return g.sections.mayWait() }

// inCallback reports whether the caller runs on a reclaimer's goroutine, where
// waiting for callbacks would wait for itself. It looks at the stack, so it is
// for where somebody is about to wait anyway.
func inCallback() bool {
	pcs := make([]uintptr, 64)
	for skip := 1; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs)
		frames := runtime.CallersFrames(pcs[:n])
		for more := n > 0; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if strings.HasSuffix(f.Function, "rcu.(*Reclaimer).run") {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

// Retire is [Reclaimer.Call] for objects that have no head: fn is called once no
// reader can see the object any more. The head is taken from Options.Memory; if
// none is left, Retire waits for the readers and calls fn itself, so it is
// subject to the rules of Call even below the mark. (Kernel: the pattern of
// kvfree_rcu_mightsleep, for any function.)
func (r *Reclaimer) Retire(fn func()) bool {
	if !r.opts.Memory.take() {
		if r.shards[0].closed() {
			r.refused.Add(1)
			return false
		}
		c := r.domain.GetState()
		r.domain.Cond(c)
		if r.domain.Poll(c) {
			r.synchronized.Add(1)
			fn()
			return true
		}
		r.opts.Memory.force() // the domain refused to wait: checked mode, inside a section
	}
	h, ok := r.heads.Get().(*retired)
	if !ok {
		h = &retired{reclaimer: r}
		h.invoke = h.call
	}
	h.fn = fn
	if !r.Call(&h.Head, h.invoke) {
		h.release()
		return false
	}
	return true
}

// retired is a head for an object without one.
type retired struct {
	Head
	fn        func()
	invoke    func(*Head) // call, bound once
	reclaimer *Reclaimer
}

func (h *retired) call(*Head) {
	fn := h.fn
	h.release()
	fn()
}

func (h *retired) release() {
	r := h.reclaimer
	h.fn = nil
	r.heads.Put(h)
	r.opts.Memory.give()
}
