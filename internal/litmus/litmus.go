// Package litmus has what tests of memory ordering need so that two goroutines
// meet within a few nanoseconds, with stores that are seen late. A test that uses
// it asserts what it found, never how soon.
package litmus

import "readmostly/internal/mem"

// A Backlog is lines that two cores store to in turn. Whoever does so last has a
// store buffer full of stores that wait for their lines, so that its next store is
// seen late, while loads behind it are done. Both sides may use it at any time.
type Backlog [40]struct {
	mem.Uint64
	_ mem.Pad
}

// Fill stores to all lines.
func (b *Backlog) Fill(v uint64) {
	for i := range b {
		mem.StoreRelaxed(&b[i].Uint64, v)
	}
}

// Await waits for a state, at first without a pause, so that both sides go on at
// the same moment.
func Await(state func() bool) {
	const eager = 1000
	for n := 0; !state(); n++ {
		if n >= eager {
			mem.Spin(n - eager)
		}
	}
}
