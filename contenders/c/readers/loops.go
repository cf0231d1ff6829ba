package main

import (
	"errors"
	"fmt"
	"slices"

	"readmostly/contenders/c/cmaps"
	"readmostly/impls"
	"readmostly/impls/chain"
)

const (
	baseline = "c-raw"
	control  = "c-raw-control" // the baseline once more: what a comparison can resolve
	host     = "unsync"        // whose memory the C loops read
)

// A runner executes lookups.
type runner interface {
	Run(ops []impls.Op, t *impls.Tally)
}

// A loop is a reader's loop, and the raw loop in C over the same memory. Backend gc
// has memory of its own kind, which C can't read: beside it the raw loop reads the
// host's.
type loop struct {
	name     string
	run, raw runner
}

// Loops are all loops over maps with the same elements.
type loops struct {
	all   []loop
	close []func() error // to be called from the last to the first
}

// openLoops fills a map of each built-in backend and opens the C loops beside them.
func openLoops(buckets int, elements []impls.Element) (l *loops, err error) {
	l = &loops{}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Close())
		}
	}()
	b, ok := impls.Find(host)
	if !ok {
		return l, fmt.Errorf("no backend is named %s", host)
	}
	hosted, memory, err := l.open(b, buckets, elements)
	if err != nil {
		return l, err
	}
	table := *memory
	shared, err := l.over(baseline, table)
	if err != nil {
		return l, err
	}
	l.add(host, hosted, shared)
	for _, b := range impls.Backends() {
		if b.Name == host || b.Caps.Floor || foreign(b) {
			continue
		}
		w, own, err := l.open(b, buckets, elements)
		if err != nil {
			return l, err
		}
		raw := shared
		if own != nil {
			if raw, err = l.over(baseline, *own); err != nil {
				return l, err
			}
		}
		l.add(b.Name, w, raw)
	}
	for i, name := range cmaps.Twins() {
		w, err := l.over(name, table)
		if err != nil {
			return l, err
		}
		if i == 0 {
			name = control
		}
		l.add(name, w, shared)
	}
	return l, nil
}

// foreign reports whether a backend is none of ours: package cmaps registers maps
// of its own.
func foreign(b impls.Backend) bool { return len(b.Name) > 2 && b.Name[:2] == "c-" }

func (l *loops) add(name string, run, raw runner) { l.all = append(l.all, loop{name, run, raw}) }

// open makes a map with a worker. The table is nil if the map has none.
func (l *loops) open(b impls.Backend, buckets int, elements []impls.Element) (runner, *chain.Table, error) {
	const spare = 1024
	m, err := b.New(impls.Config{Buckets: buckets, Capacity: len(elements) + spare})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", b.Name, err)
	}
	l.close = append(l.close, m.Close)
	f, ok := m.(impls.Filler)
	if !ok {
		return nil, nil, fmt.Errorf("%s can't be filled in one go", b.Name)
	}
	if err := f.Fill(elements); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", b.Name, err)
	}
	w, err := m.NewWorker()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", b.Name, err)
	}
	l.close = append(l.close, func() error { w.Close(); return nil })
	if h, ok := m.(chain.Holder); ok {
		t := h.Chains()
		return w, &t, nil
	}
	return w, nil, nil
}

func (l *loops) over(name string, t chain.Table) (runner, error) {
	r, err := cmaps.Over(name, t)
	if err != nil {
		return nil, err
	}
	l.close = append(l.close, r.Close)
	return r, nil
}

// Close closes all maps and readers.
func (l *loops) Close() error {
	var errs []error
	for _, c := range slices.Backward(l.close) {
		errs = append(errs, c())
	}
	l.close = nil
	return errors.Join(errs...)
}

// check plays the operations on all loops, which must find and pass the same
// elements, all of them whole.
func (l *loops) check(ops []impls.Op) error {
	var want impls.Tally
	for i, x := range l.all {
		for _, r := range []struct {
			name string
			runner
		}{{baseline + " over the memory of " + x.name, x.raw}, {x.name, x.run}} {
			var t impls.Tally
			r.Run(ops, &t)
			if t.Bad > 0 || t.Err != nil {
				return fmt.Errorf("%s: %d elements are not whole: %w", r.name, t.Bad, errors.Join(t.Err, t.FirstBad))
			}
			if i == 0 && r.name != x.name {
				want = t
			}
			if t.Lookups != uint64(len(ops)) || t.Hits != want.Hits || t.Nodes != want.Nodes {
				return fmt.Errorf("%s finds %d of %d keys on %d elements; %s finds %d on %d", r.name, t.Hits, t.Lookups, t.Nodes, baseline, want.Hits, want.Nodes)
			}
		}
	}
	return nil
}

// play is what a tracer finds a batch by.
//
//go:noinline
func play(r runner, ops []impls.Op, t *impls.Tally) { r.Run(ops, t) }
