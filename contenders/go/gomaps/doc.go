// Package gomaps registers the maps that a Go program would take: those of the
// standard library and the concurrent ones that are asked for most. Import it for
// its effect.
//
// Each is one file of the same shape: the map, its worker, the reader's loop, the
// operations. They are hash tables of their own, which [impls.Config].Buckets
// says nothing about. A value is 64 bytes on the Go heap behind a pointer, as
// long as an element of the slab; an update allocates a new one and the collector
// frees the old. So readers hold whatever they have found for as long as they
// like, and what that costs is allocation and the collector's work.
//
// All promise what readmostly's own do: the updates of a key take effect one
// after the other, and a lookup returns what the key held at some instant of the
// call.
package gomaps

import (
	"sync/atomic"

	"readmostly/impls"
	"readmostly/internal/mem"
)

// A value is what every map holds a pointer to.
type value struct {
	impls.Element
	_ [4]uint64 // as long as the slab's elements
}

func newValue(e impls.Element) *value { return &value{Element: e} }

// A population counts the elements of a map whose library can't, a worker at a
// time, so that no line is shared for it.
type population struct {
	filled  int64
	workers atomic.Pointer[share]
	number  atomic.Uint64
}

// A share is what one worker has added, less what it took out.
type share struct {
	_    mem.Pad
	net  atomic.Int64
	next *share // older
	_    mem.Pad
}

// join adds a worker. Its share outlives it.
func (p *population) join() (*share, impls.Versions) {
	s := new(share)
	for {
		s.next = p.workers.Load()
		if p.workers.CompareAndSwap(s.next, s) {
			return s, impls.NewVersions(p.number.Add(1))
		}
	}
}

// add is the worker's own: nobody else stores to its share.
func (s *share) add(n int64) { s.net.Store(s.net.Load() + n) }

// Stats implements [impls.Map]. Nothing is retained that the map knows of.
func (p *population) Stats() impls.Stats {
	n := p.filled
	for s := p.workers.Load(); s != nil; s = s.next {
		n += s.net.Load()
	}
	return impls.Stats{Resident: uint64(max(n, 0))}
}

// Close implements [impls.Map]: the collector does it.
func (p *population) Close() error { return nil }

// A member is what every worker has.
type member struct {
	_        mem.Pad
	share    *share
	versions impls.Versions
	_        mem.Pad
}

func (p *population) newMember() member {
	s, v := p.join()
	return member{share: s, versions: v}
}

// Close implements [impls.Worker].
func (*member) Close() {}

// caps are those of all: the collector frees what readers have let go of.
var caps = impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true,
	SleepInReader: true, NeedsGC: true, HashOnly: true}

// locked are those of maps under a lock, whose readers hold nobody's memory up.
var locked = func() impls.Caps {
	c := caps
	c.BoundedGarbage = true
	return c
}()
