// Package cmaps registers mechanisms written in C: the raw loop, liburcu's flavours,
// its hash table, Concurrency Kit's epochs, hazard pointers and locks, and twins of
// readmostly's own seqlock and hazard pointers. Import it for its effect. It needs
// a C compiler and Debian's liburcu-dev and libck-dev.
//
// They have the hash function, the chains and the length of elements of
// readmostly's own, and a worker's batch runs inside one C call over the same
// operations. So what differs is the compiler, the library and the mechanism. C
// memory is behind them all: one mapping in huge pages, and a cache of free
// elements for each worker.
package cmaps

/*
#cgo CFLAGS: -std=gnu11 -O2 -Wall -Wextra -D_LGPL_SOURCE
#cgo LDFLAGS: -lurcu-memb -lurcu-mb -lurcu-bp -lurcu-qsbr -lurcu-cds -lurcu-common -lck -lpthread
#include <stdlib.h>
#include "map.h"

static const struct mechanism *mechanism_at(size_t i) { return mechanisms[i]; }
*/
import "C"

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

func init() {
	for i := range C.mechanism_count {
		register(C.mechanism_at(i))
	}
}

// The ways to reclaim of the libraries that have call_rcu or its like.
const (
	reclaimCall = "call"
	reclaimSync = "sync"
)

func register(m *C.struct_mechanism) {
	updates := bool(m.updates)
	b := impls.Backend{
		Name:      C.GoString(m.name),
		Mechanism: C.GoString(m.kind),
		Doc:       C.GoString(m.doc),
		Source:    C.GoString(m.source),
		Caps: impls.Caps{Insert: updates, Delete: updates, Replace: updates, Walk: true,
			SleepInReader: bool(m.sleeps), BoundedGarbage: bool(m.bounded), Limit: !updates},
		New: func(c impls.Config) (impls.Map, error) { return open(m, c) },
	}
	if m.reclaims {
		b.Reclaims = []string{reclaimCall, reclaimSync}
	}
	if m.gathers {
		b.Retain = retained
	}
	impls.Register(b)
}

// retained is how many elements a worker of a mechanism that gathers does gather by
// default, as those of readmostly's own do.
const retained = rcu.DefaultGather

// gather returns how many elements a worker gathers. If nobody has asked for a
// number, some dozens of workers can do so at once in the map's memory.
func gather(c impls.Config) int {
	if c.Retain > 0 {
		return c.Retain
	}
	return min(retained, max(32, c.Capacity/32))
}

type cmap struct {
	m      *C.struct_map
	chains int
	final  atomic.Pointer[impls.Stats] // when it is closed
}

// spare is how many elements more than it was asked for a map has room for: each
// worker may keep that many that it has freed.
const spare = 4096

func open(m *C.struct_mechanism, c impls.Config) (impls.Map, error) {
	var errno C.int
	const bucket = 16 // of all mechanisms, at most
	p := C.map_open(m, C.uint64_t(c.Buckets), bucket, C.uint64_t(c.Capacity+spare), C.bool(c.Reclaim == reclaimSync),
		C.uint64_t(gather(c)), &errno)
	if p == nil {
		return nil, fmt.Errorf("%s: opening a map of %d elements: %w", C.GoString(m.name), c.Capacity, syscall.Errno(errno))
	}
	if m.reclaims {
		return &timedMap{cmap: cmap{m: p, chains: c.Buckets}}, nil
	}
	return &cmap{m: p, chains: c.Buckets}, nil
}

func value(e impls.Element) C.struct_value {
	return C.struct_value{C.uint64_t(e.Key), C.uint64_t(e.A), C.uint64_t(e.B), C.uint64_t(e.C)}
}

func element(v C.struct_value) impls.Element {
	return impls.Element{Key: uint64(v.key), A: uint64(v.a), B: uint64(v.b), C: uint64(v.c)}
}

// Fill adds elements before any worker is registered.
func (m *cmap) Fill(elements []impls.Element) error {
	if len(elements) == 0 {
		return nil
	}
	errno := C.map_fill(m.m, (*C.struct_value)(unsafe.Pointer(&elements[0])), C.size_t(len(elements)))
	if errno != 0 {
		return fmt.Errorf("filling in %d elements: %w", len(elements), syscall.Errno(errno))
	}
	return nil
}

func (m *cmap) Stats() impls.Stats {
	if s := m.final.Load(); s != nil {
		return *s
	}
	s := C.map_stats(m.m)
	return impls.Stats{Resident: uint64(s.resident), Retained: uint64(s.retained), Retired: uint64(s.retired), Reclaimed: uint64(s.reclaimed)}
}

func (m *cmap) Close() error {
	var s C.struct_stats
	missing := C.map_close(m.m, &s)
	m.final.Store(&impls.Stats{Resident: uint64(s.resident), Retained: uint64(s.retained), Retired: uint64(s.retired), Reclaimed: uint64(s.reclaimed)})
	if missing != 0 {
		return fmt.Errorf("%d elements are missing in the accounts", int64(missing))
	}
	return nil
}

func (m *cmap) NewWorker() (impls.Worker, error) {
	var errno C.int
	w := C.worker_join(m.m, &errno)
	if w == nil {
		return nil, fmt.Errorf("registering a worker: %w", syscall.Errno(errno))
	}
	return &worker{w: w, chains: m.chains, tally: (*C.struct_tally)(C.calloc(1, C.sizeof_struct_tally))}, nil
}

type worker struct {
	_      mem.Pad
	w      *C.struct_worker
	chains int
	tally  *C.struct_tally // of the batch
	seen   []C.struct_value
	_      mem.Pad
}

func (w *worker) Run(ops []impls.Op, t *impls.Tally) {
	if len(ops) == 0 {
		return
	}
	c := w.tally
	*c = C.struct_tally{}
	C.worker_run(w.w, (*C.uint64_t)(unsafe.Pointer(&ops[0])), C.size_t(len(ops)), c)
	t.Lookups += uint64(c.lookups)
	t.Hits += uint64(c.hits)
	t.Inserts += uint64(c.inserts)
	t.Inserted += uint64(c.inserted)
	t.Deletes += uint64(c.deletes)
	t.Deleted += uint64(c.deleted)
	t.Replaces += uint64(c.replaces)
	t.Replaced += uint64(c.replaced)
	t.Nodes += uint64(c.nodes)
	t.Retries += uint64(c.retries)
	t.Wasted += uint64(c.wasted)
	if c.bad != 0 {
		for range c.bad {
			t.Fail(impls.Op(c.bad_op), impls.Element{}, "found an element whose fields don't belong together, or was led off its chain")
		}
	}
	if c.full != 0 {
		t.Err = errFull
	}
	if n := int(c.done); n < len(ops) && t.Err == nil { // a walk, which C has none of
		w.rest(ops[n:], t)
	}
}

// rest executes a walk, and what is behind it.
func (w *worker) rest(ops []impls.Op, t *impls.Tally) {
	t.Walks++
	w.Walk(func(e impls.Element) bool {
		t.Walked++
		if !e.Valid() {
			t.Fail(ops[0], e, "walked over an element whose fields don't belong together")
		}
		return true
	})
	w.Run(ops[1:], t)
}

// errFull is the want of element memory that the contract asks for.
var errFull = fmt.Errorf("in C: %w", &slab.FullError{})

func (w *worker) Lookup(key uint64) (impls.Element, bool) {
	var v C.struct_value
	ok := C.worker_find(w.w, C.uint64_t(key), &v)
	if !ok {
		return impls.Element{}, false
	}
	return element(v), true
}

func (w *worker) Insert(e impls.Element) (bool, error) {
	return outcome(C.worker_insert(w.w, value(e)))
}

func (w *worker) Delete(key uint64) (bool, error) {
	return outcome(C.worker_remove(w.w, C.uint64_t(key)))
}

func (w *worker) Replace(e impls.Element) (bool, error) {
	return outcome(C.worker_replace(w.w, value(e)))
}

func outcome(n C.int) (bool, error) {
	if n < 0 {
		return false, errFull
	}
	return n > 0, nil
}

// Walk copies one chain at a time, inside whatever protects it.
func (w *worker) Walk(yield func(impls.Element) bool) {
	if w.seen == nil {
		w.seen = make([]C.struct_value, 64)
	}
	for i := range w.chains {
		for {
			n := int(C.worker_copy(w.w, C.uint64_t(i), &w.seen[0], C.size_t(len(w.seen))))
			if n > len(w.seen) {
				w.seen = make([]C.struct_value, 2*n)
				continue
			}
			for _, v := range w.seen[:n] {
				if !yield(element(v)) {
					return
				}
			}
			break
		}
	}
}

// Drain returns when everything that the worker has retired is free.
func (w *worker) Drain() { C.worker_drain(w.w) }

// Stall holds a reader up on a thread of its own, as a wait in Go can't be called
// from inside a section in C.
func (w *worker) Stall(key uint64, wait func()) {
	s := (*C.struct_stay)(C.calloc(1, C.sizeof_struct_stay))
	left := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		C.worker_stall(w.w, C.uint64_t(key), s)
		close(left)
	}()
	for n := 0; atomic.LoadUint64((*uint64)(&s.inside)) == 0; n++ {
		mem.Spin(n)
	}
	wait()
	atomic.StoreUint64((*uint64)(&s.go_on), 1)
	<-left
	C.free(unsafe.Pointer(s))
}

func (w *worker) Close() {
	C.worker_leave(w.w)
	C.free(unsafe.Pointer(w.tally))
}
