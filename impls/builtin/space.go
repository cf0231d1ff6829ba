package builtin

import (
	"unsafe"

	"readmostly/hazard"
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// What mechanisms take is added up from the sizes of what they really use:
// TestSpace holds it to that.

// sizeOf returns the size of a T in bytes.
func sizeOf[T any]() int { return int(unsafe.Sizeof(*new(T))) }

// What mechanisms may use of an element and of a chain.
var (
	countBytes = int(unsafe.Sizeof(slab.Elem{}.Count)) // references or generation
	linkBytes  = int(unsafe.Sizeof(slab.Elem{}.Link))  // of a list of elements that wait
	wordBytes  = int(unsafe.Sizeof(chain.Bucket{}.Word))
)

// nothing is what unsync takes.
func nothing(impls.Config) impls.Space { return impls.Space{} }

// lockedChains is the space of a mechanism whose chains have a word each.
func lockedChains(impls.Config) impls.Space { return impls.Space{Chain: wordBytes} }

// countedElements is that of one whose elements have a count too.
func countedElements(impls.Config) impls.Space {
	return impls.Space{Element: countBytes, Chain: wordBytes}
}

// oneWord is that of a mechanism with one word for the whole structure, alone in its
// lines.
func oneWord(impls.Config) impls.Space { return impls.Space{Map: mem.FalseSharingRange} }

// rcuSpace is that of a map whose updaters let go through the queues of package
// rcu, with a domain and registered readers of those sizes.
func rcuSpace(c impls.Config, domain, reader int) impls.Space {
	s := impls.Space{Chain: wordBytes, Worker: reader, Map: domain}
	switch c.Reclaim {
	case reclaimCall:
		s.Element = linkBytes
		s.Worker += sizeOf[rcu.Callbacks[slab.Ref]]()
	case reclaimSync:
		s.Worker += sizeOf[syncQueue]()
	default:
		s.Worker += rcu.BulkSpace[slab.Ref](rcu.Options{Gather: gather(c)})
	}
	return s
}

func classicSpace(c impls.Config) impls.Space {
	return rcuSpace(c, sizeOf[rcu.Classic](), sizeOf[rcu.ClassicReader]())
}

// schedSpace is that of readers who run without preemption and store nothing.
func schedSpace(c impls.Config) impls.Space { return rcuSpace(c, sizeOf[rcu.Sched](), 0) }

func hazardSpace(c impls.Config) impls.Space {
	return impls.Space{Chain: wordBytes, Worker: newHazardDomain(c).Space(), Map: sizeOf[hazard.Domain]()}
}
