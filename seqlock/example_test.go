package seqlock_test

import (
	"fmt"
	"sync/atomic"

	"readmostly/seqlock"
)

// point is two words that belong together.
type point struct {
	lock seqlock.SeqLock
	x, y atomic.Uint64
}

func (p *point) move(dx, dy uint64) {
	p.lock.WriteLock()
	p.x.Store(p.x.Load() + dx)
	p.y.Store(p.y.Load() + dy)
	p.lock.WriteUnlock()
}

func (p *point) read() (x, y uint64) {
	for {
		s := p.lock.Begin()
		x, y = p.x.Load(), p.y.Load() // copy out
		if !p.lock.Retry(s) {
			return x, y // one state: use it now
		}
	}
}

// Readers copy what they need and look at the sequence before they use it.
func Example() {
	var p point
	p.move(3, 4)
	fmt.Println(p.read())
	// Output: 3 4
}

// Read bounds the attempts, so that writers can't starve the reader.
func ExampleSeqLock_Read() {
	var p point
	p.move(3, 4)
	var x, y uint64
	retries := p.lock.Read(func() {
		x, y = p.x.Load(), p.y.Load()
		if x == 3 {
			p.move(1, 1) // stands for a writer that comes in between
		}
	})
	fmt.Println(x, y, "after", retries, "retry")
	// Output: 4 5 after 1 retry
}

// The functions work on a word that the caller keeps where it likes, such as
// beside the head of a hash bucket.
func ExampleBegin() {
	type bucket struct{ lock, head atomic.Uint64 }
	var b bucket

	seqlock.WriteLock(&b.lock)
	b.head.Store(42)
	seqlock.WriteUnlock(&b.lock)

	s := seqlock.Begin(&b.lock)
	head := b.head.Load()
	fmt.Println(head, seqlock.Retry(&b.lock, s))
	// Output: 42 false
}
