package refcount_test

import (
	"fmt"
	"sync/atomic"

	"readmostly/refcount"
)

// object stays an object in memory that is reused, so its count may be looked at
// even after it was freed.
type object struct {
	count refcount.Count
	key   atomic.Uint64
}

// start makes o an object with a key: the key first, the count last.
func (o *object) start(key uint64) {
	o.key.Store(key)
	o.count.Init()
}

// get returns whether it got a reference to the object with that key.
func (o *object) get(key uint64) bool {
	if !o.count.GetUnlessZero() {
		return false // dead
	}
	if o.key.Load() != key { // checked now, as it can't change any more
		o.put()
		return false // reused for another object
	}
	return true
}

func (o *object) put() {
	if o.count.Put() {
		fmt.Println("free", o.key.Load())
	}
}

// The object lives until the last reference is put, and can't be got afterwards.
func Example() {
	var o object
	o.start(7)
	fmt.Println("got 7:", o.get(7))
	o.put()
	o.put()
	fmt.Println("got 7 again:", o.get(7))

	o.start(8)
	fmt.Println("got 7 where 8 is now:", o.get(7))
	// Output:
	// got 7: true
	// free 7
	// got 7 again: false
	// got 7 where 8 is now: false
}

// The functions work on a word inside an object of any layout.
func ExampleGetUnlessZero() {
	var word atomic.Uint64
	fmt.Println(refcount.GetUnlessZero(&word))
	refcount.Init(&word)
	fmt.Println(refcount.GetUnlessZero(&word), refcount.Read(&word))
	// Output:
	// false
	// true 2
}
