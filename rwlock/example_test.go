package rwlock_test

import (
	"fmt"
	"sync/atomic"

	"readmostly/rwlock"
)

// Readers share the lock, and may follow links: nothing changes meanwhile.
func Example() {
	var lock rwlock.RWLock
	prices := map[string]int{"tea": 3}

	lock.Lock()
	prices["coffee"] = 4
	lock.Unlock()

	lock.RLock()
	fmt.Println(prices["tea"], prices["coffee"])
	lock.RUnlock()
	// Output: 3 4
}

// A lock takes one word, so each bucket of a hash can have its own: writers of
// one bucket don't disturb the readers of another.
func ExampleRLock() {
	type bucket struct{ lock, head atomic.Uint64 }
	buckets := make([]bucket, 8)

	b := &buckets[3]
	rwlock.Lock(&b.lock)
	b.head.Store(42)
	fmt.Println("other buckets can be read:", rwlock.TryRLock(&buckets[4].lock))
	fmt.Println("this one can't:", rwlock.TryRLock(&b.lock))
	rwlock.Unlock(&b.lock)
	// Output:
	// other buckets can be read: true
	// this one can't: false
}

// The small spinlock is for updaters that exclude each other while readers are
// protected in some other way.
func ExampleSpinLock() {
	var lock, head atomic.Uint64
	rwlock.SpinLock(&lock)
	head.Store(head.Load() + 1)
	rwlock.SpinUnlock(&lock)
	fmt.Println(head.Load())
	// Output: 1
}
