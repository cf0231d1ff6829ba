package builtin

import "readmostly/impls"

// noop: operations are read from the tape and nothing is done about them. It is
// what the harness itself costs.

func init() {
	impls.Register(impls.Backend{
		Name:      "noop",
		Mechanism: "none",
		Doc:       "operations without effect: what the harness itself costs",
		Source:    "linux kernel/rcu/refscale.c, nop",
		Caps:      impls.Caps{Insert: true, Delete: true, Replace: true, Walk: true, SleepInReader: true, BoundedGarbage: true, Floor: true},
		New:       func(impls.Config) (impls.Map, error) { return noopMap{}, nil },
	})
}

type noopMap struct{}

func (noopMap) NewWorker() (impls.Worker, error) { return noopWorker{}, nil }
func (noopMap) Fill([]impls.Element) error       { return nil }
func (noopMap) Stats() impls.Stats               { return impls.Stats{} }
func (noopMap) Close() error                     { return nil }

type noopWorker struct{}

// Run reads the tape and tells the kinds of operation apart, as every loop must.
// Its sum keeps the compiler from removing the loop.
//
//go:noinline
func (noopWorker) Run(ops []impls.Op, t *impls.Tally) {
	var counts [8]uint64
	sum := uint64(0)
	for _, op := range ops {
		if op.IsLookup() {
			sum += uint64(op)
			counts[impls.Lookup]++
			continue
		}
		counts[op.Kind()&7]++
	}
	t.Sink += sum
	t.Lookups += counts[impls.Lookup]
	t.Inserts += counts[impls.Insert]
	t.Deletes += counts[impls.Delete]
	t.Replaces += counts[impls.Replace]
	t.Walks += counts[impls.Walk]
}

// Lookup makes an element of the key that passes every check: whoever calls it
// does with it what it does with other backends' elements, and can depend on it.
func (noopWorker) Lookup(key uint64) (impls.Element, bool) {
	return impls.Element{Key: key, C: impls.Derive(key, 0, 0)}, true
}

func (noopWorker) Insert(impls.Element) (bool, error)  { return false, nil }
func (noopWorker) Delete(uint64) (bool, error)         { return false, nil }
func (noopWorker) Replace(impls.Element) (bool, error) { return false, nil }
func (noopWorker) Walk(func(impls.Element) bool)       {}
func (noopWorker) Close()                              {}
