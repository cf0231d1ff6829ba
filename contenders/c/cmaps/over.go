package cmaps

/*
#include "map.h"

extern const struct mechanism raw, seqlock, hazard, readonly_memb_reader, readonly_qsbr_reader;

static const struct mechanism *const twins[] = {&raw, &readonly_memb_reader, &readonly_qsbr_reader, &seqlock, &hazard};
static const struct mechanism *twin_at(size_t i) { return i < sizeof twins / sizeof *twins ? twins[i] : NULL; }
static uintptr_t run_entry(void) { return (uintptr_t)worker_run; }
*/
import "C"

import (
	"fmt"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/chain"
)

// An OverReader executes lookups in C over the chains of a map in Go: over the same
// heads, elements and memory as that map's own workers. It belongs to one
// goroutine, must not be given updates, and is closed before the map is.
type OverReader struct {
	worker  impls.Worker
	m       *cmap
	buckets unsafe.Pointer // of the map that it was opened with
	mask    C.uint64_t
}

// Twins returns the names that [Over] knows. The first is the loop without
// protection.
func Twins() (names []string) {
	for i := C.size_t(0); C.twin_at(i) != nil; i++ {
		names = append(names, C.GoString(C.twin_at(i).name))
	}
	return names
}

// Over returns a reader of the mechanism over a table, in which all sequences must
// be at rest at 0 for the sequence lock.
func Over(name string, t chain.Table) (*OverReader, error) {
	for i := C.size_t(0); C.twin_at(i) != nil; i++ {
		twin := C.twin_at(i)
		if C.GoString(twin.name) != name {
			continue
		}
		m, err := open(twin, impls.Config{Buckets: 1, Capacity: 1})
		if err != nil {
			return nil, err
		}
		w, err := m.NewWorker()
		if err != nil {
			return nil, err
		}
		c := m.(*cmap)
		r := &OverReader{worker: w, m: c, buckets: c.m.buckets, mask: c.m.mask}
		c.m.buckets, c.m.mask = unsafe.Pointer(t.Bucket(0)), C.uint64_t(t.Len()-1)
		return r, nil
	}
	return nil, fmt.Errorf("no C loop over a table is named %q: want one of %q", name, Twins())
}

// Run executes lookups: see [impls.Worker].
func (r *OverReader) Run(ops []impls.Op, t *impls.Tally) { r.worker.Run(ops, t) }

// Close ends the reader. The table stays as it is.
func (r *OverReader) Close() error {
	r.m.m.buckets, r.m.m.mask = r.buckets, r.mask
	r.worker.Close()
	return r.m.Close()
}

// RunEntry is the address of the C function that every batch of every C worker
// enters and leaves once.
func RunEntry() uintptr { return uintptr(C.run_entry()) }
