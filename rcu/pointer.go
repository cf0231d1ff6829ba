package rcu

import "sync/atomic"

// Witness is evidence that the caller may dereference: a reader of any flavour
// or, for flavours without registration, the domain.
type Witness interface {
	// Held reports whether the calling goroutine is inside a section.
	Held() bool
}

// Pointer publishes objects of the Go heap to readers. The zero value is nil. It
// must not be copied after the first use.
//
// Assign publishes what was stored in the object before; a reader that gets the
// object by Dereference sees it. A reader uses what it got until the end of its
// section, and loads the pointer once for all it does with one version: a second
// load may yield another. Above all, it doesn't test Access and fetch then.
//
// # What the collector already gives
//
// With Pointer or plain [atomic.Pointer] alone, and no domain, reader or grace
// period at all, a Go program has the publish and subscribe of RCU: an object
// stays as long as anybody refers to it. If replaced objects are simply dropped,
// that is the better answer, and it is faster too. RCU is wanted when somebody
// must know that no reader is left: to use a buffer again instead of allocating
// another, to close a file or unmap memory that readers use, to bound what old
// versions take before the next collection, or to refer to objects in memory
// that the collector does not manage.
type Pointer[T any] struct {
	p atomic.Pointer[T]
}

// Assign publishes v, which may be nil. Updaters exclude each other, unless they
// use Exchange or CompareAndExchange. (Kernel: rcu_assign_pointer.)
func (p *Pointer[T]) Assign(v *T) { p.p.Store(v) }

// Dereference returns the present version. The caller is inside a section and
// keeps the result no longer than that; nothing checks it. (Kernel:
// rcu_dereference_raw.)
func (p *Pointer[T]) Dereference() *T { return p.p.Load() }

// DereferenceCheck is Dereference with a witness: in checked mode (-tags
// rcudebug) a call outside a section is reported as [DereferenceOutsideReader].
// Without the tag it is the same instruction as Dereference, so it is what to
// use wherever the reader is at hand. (Kernel: rcu_dereference_check.)
func (p *Pointer[T]) DereferenceCheck(w Witness) *T {
	if debug {
		checkHeld(w.Held())
	}
	return p.p.Load()
}

// Access returns the pointer for comparison only, with nil or another pointer,
// outside any section. The result must not be dereferenced, as the object may be
// in other hands by then. (Kernel: rcu_access_pointer.)
func (p *Pointer[T]) Access() *T { return p.p.Load() }

// Protected returns the present version to an updater that excludes all others,
// so that nobody changes the pointer or lets the object go meanwhile. (Kernel:
// rcu_dereference_protected.)
func (p *Pointer[T]) Protected() *T { return p.p.Load() }

// Exchange publishes v and returns what it replaces: to be let go after a grace
// period, by this caller alone. Updaters need not exclude each other for it.
// (Kernel: rcu_replace_pointer, unrcu_pointer(xchg()).)
func (p *Pointer[T]) Exchange(v *T) (old *T) { return p.p.Swap(v) }

// CompareAndExchange publishes v if old is still current, and reports whether it
// did. A caller who got old in the section where it still is can't be deceived
// by an old that was replaced, recycled and published again: recycling waits for
// the section.
func (p *Pointer[T]) CompareAndExchange(old, v *T) bool { return p.p.CompareAndSwap(old, v) }
