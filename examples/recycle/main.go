// Recycle publishes pages that many goroutines read, and uses a page's buffer
// again only when no reader can still see it.
package main

import (
	"fmt"
	"sync"

	"readmostly/rcu"
)

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

// publish puts a new page in the place of the present one.
func publish(text string) {
	next := pool.Get().(*page)
	next.text = append(next.text[:0], text...)
	if old := current.Exchange(next); old != nil {
		// When no reader can still see it, its buffer is used again.
		reclaimer.Call(&old.Head, func(*rcu.Head) { pool.Put(old) })
	}
}

// read returns the length of what it read, which it must not keep.
func read(r *rcu.ClassicReader) int {
	r.ReadLock()
	defer r.ReadUnlock() // no blocking before this
	return len(current.DereferenceCheck(r).text)
}

func main() {
	publish("page 0")
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			r := domain.Register() // once for each goroutine
			defer r.Unregister()
			for range 100000 {
				if read(r) != len("page 0") {
					panic("a reader saw a page that is being written")
				}
			}
		})
	}
	for i := range 10000 {
		publish(fmt.Sprint("page ", i%10))
	}
	readers.Wait()
	reclaimer.Close()
	fmt.Println("10000 pages published, none written under a reader")
}
