// Recycle publishes pages that many goroutines read, and uses a page's buffer
// again only when no reader can still see it.
package main

import (
	"fmt"
	"sync"

	"readmostly/rcu"
)

// A page is full of one letter.
type page struct {
	rcu.Head
	text []byte
}

var (
	domain    = rcu.NewClassic()
	reclaimer = rcu.NewReclaimer(domain, rcu.Options{})
	current   rcu.Pointer[page] // what readers see
	pool      = sync.Pool{New: func() any { return new(page) }}
)

// publish puts the n-th page in the place of the present one.
func publish(n int) {
	next := pool.Get().(*page)
	next.text = next.text[:0]
	for range 500 + n%100 {
		next.text = append(next.text, 'a'+byte(n%26))
	}
	if old := current.Exchange(next); old != nil {
		// When no reader can still see it, its buffer is used again.
		reclaimer.Call(&old.Head, func(*rcu.Head) { pool.Put(old) })
	}
}

// read reports whether all letters of the page are the same. It must not keep the
// page.
func read(r *rcu.ClassicReader) bool {
	defer r.ReadUnlock(r.ReadLock()) // no blocking before this
	text := current.DereferenceCheck(r).text
	for _, c := range text {
		if c != text[0] {
			return false
		}
	}
	return true
}

func main() {
	publish(0)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			r := domain.Register() // once for each goroutine
			defer r.Unregister()
			for range 100000 {
				if !read(r) {
					panic("a reader saw a page that is being written")
				}
			}
		})
	}
	for i := range 10000 {
		publish(i)
	}
	readers.Wait()
	reclaimer.Close()
	fmt.Println("10000 pages published, none written under a reader")
}
