package rcu_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"readmostly/rcu"
)

// A route table is replaced as a whole. The old one and its buffer are used again
// only when no reader can still see them.
func ExampleClassic() {
	type table struct{ buffer []byte }
	pool := sync.Pool{New: func() any { return new(table) }}
	build := func(route string) *table {
		t := pool.Get().(*table)
		t.buffer = append(t.buffer[:0], route...)
		return t
	}

	domain := rcu.NewClassic()
	var routes atomic.Pointer[table]
	routes.Store(build("10.0.0.0/8 via a"))

	var wg sync.WaitGroup
	wg.Go(func() { // a reader
		r := domain.Register()
		defer r.Unregister()
		for range 1000 {
			token := r.ReadLock()
			_ = string(routes.Load().buffer)
			r.ReadUnlock(token)
		}
	})

	old := routes.Swap(build("10.0.0.0/8 via b")) // unlink
	domain.Synchronize()                          // wait for the readers that may see it
	pool.Put(old)                                 // let go
	wg.Wait()
	fmt.Printf("%s\n", routes.Load().buffer)
	// Output: 10.0.0.0/8 via b
}

// Polling lets an updater go on with other work while readers leave.
func ExampleClassic_Poll() {
	domain := rcu.NewClassic()
	r := domain.Register()
	defer r.Unregister()

	token := r.ReadLock()
	cookie := domain.StartPoll() // after an unlink
	fmt.Println("reader inside:", domain.Poll(cookie))
	r.ReadUnlock(token)
	fmt.Println("reader gone:  ", domain.Poll(cookie))
	// Output:
	// reader inside: false
	// reader gone:   true
}

// A reader that runs with preemption disabled shares no memory at all, not even
// a word of its own. The section must be short and must not block.
func ExampleSched() {
	domain := rcu.NewSched()
	var limit atomic.Pointer[int]
	old := 10
	limit.Store(&old)

	domain.ReadLock()
	value := *limit.Load()
	domain.ReadUnlock()

	raised := 20
	limit.Store(&raised)
	domain.Synchronize()
	old = -1 // nobody can see it any more
	fmt.Println(value, *limit.Load())
	// Output: 10 20
}

// A loop over events announces after each one that it holds nothing, and goes
// offline while it waits for the next.
func ExampleQSBR() {
	domain := rcu.NewQSBR()
	var config atomic.Pointer[string]
	first := "debug=false"
	config.Store(&first)

	events := make(chan int)
	var wg sync.WaitGroup
	wg.Go(func() {
		r := domain.Register()
		defer r.Unregister()
		for {
			r.Offline()
			_, more := <-events
			if !more {
				return
			}
			r.Online()
			_ = *config.Load()
		}
	})
	events <- 1

	second := "debug=true"
	config.Store(&second)
	domain.Synchronize()
	first = "" // nobody can see it any more
	events <- 2
	close(events)
	wg.Wait()
	fmt.Println(*config.Load())
	// Output: debug=true
}

// A reader of SRCU may block inside, and its token may be returned by another
// goroutine. Only updaters of the same domain wait for it.
func ExampleSRCU() {
	domain := rcu.NewSRCU()
	token := domain.ReadLock()
	go func() {
		time.Sleep(time.Millisecond)
		domain.ReadUnlock(token)
	}()
	domain.Synchronize()
	fmt.Println("grace periods:", domain.Stats().GracePeriods)
	// Output: grace periods: 1
}
