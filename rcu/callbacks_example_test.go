package rcu_test

import (
	"bytes"
	"fmt"
	"os"
	"sync"

	"readmostly/rcu"
)

// Buffers are used again instead of being left to the collector, but only when
// no reader can still see them.
func ExampleReclaimer_Call() {
	type buffer struct {
		rcu.Head
		bytes.Buffer
		recycle func(*rcu.Head) // made once in a buffer's life
	}
	var pool sync.Pool
	recycled := 0
	pool.New = func() any {
		b := new(buffer)
		b.recycle = func(*rcu.Head) {
			b.Reset()
			recycled++
			pool.Put(b)
		}
		return b
	}

	domain := rcu.NewClassic()
	reclaimer := rcu.NewReclaimer(domain, rcu.Options{})
	var page rcu.Pointer[buffer] // what readers serve

	publish := func(text string) {
		b := pool.Get().(*buffer)
		b.WriteString(text)
		if old := page.Exchange(b); old != nil {
			reclaimer.Call(&old.Head, old.recycle)
		}
	}

	reader := domain.Register()
	publish("first")
	token := reader.ReadLock()
	b := page.DereferenceCheck(reader)
	publish("second")
	publish("third")
	fmt.Println("reader still has:", b.String())
	reader.ReadUnlock(token)

	reclaimer.Barrier()
	fmt.Println("recycled:", recycled)
	reader.Unregister()
	reclaimer.Close()
	// Output:
	// reader still has: first
	// recycled: 2
}

// A log file is rotated: writers go on with the new one, and the old one is
// closed when none of them can be in the middle of a write to it. Writing is a
// system call and may block, so the readers of the pointer are SRCU's.
func ExampleReclaimer_Retire() {
	domain := rcu.NewSRCU()
	reclaimer := rcu.NewReclaimer(domain, rcu.Options{})
	var log rcu.Pointer[os.File]

	open := func() *os.File {
		f, err := os.CreateTemp("", "log")
		if err != nil {
			panic(err)
		}
		return f
	}
	log.Assign(open())
	write := func(line string) error {
		section := domain.ReadLock()
		defer domain.ReadUnlock(section)
		_, err := log.DereferenceCheck(domain).WriteString(line)
		return err
	}
	rotate := func() {
		old := log.Exchange(open())
		reclaimer.Retire(func() {
			old.Close()
			os.Remove(old.Name())
			fmt.Println("closed the old file")
		})
	}

	fmt.Println(write("before\n"))
	rotate()
	reclaimer.Barrier()
	fmt.Println(write("after\n"))

	last := log.Exchange(nil)
	reclaimer.Close()
	last.Close()
	os.Remove(last.Name())
	// Output:
	// <nil>
	// closed the old file
	// <nil>
}

// A goroutine that updates a lot keeps a queue of its own, which costs neither a
// lock nor an allocation.
func ExampleCallbacks() {
	type node struct {
		rcu.Head
		name string
	}
	domain := rcu.NewClassic()
	queue := rcu.NewCallbacks(domain, rcu.Heads{}, rcu.Options{})

	nodes := []*node{{name: "a"}, {name: "b"}}
	for _, n := range nodes {
		// Here n would be unlinked from whatever readers walk.
		queue.Call(n.With(func(*rcu.Head) { fmt.Println("free", n.name) }))
	}
	fmt.Println("waiting:", queue.Len())
	queue.Close()
	fmt.Println("waiting:", queue.Len())
	// Output:
	// waiting: 2
	// free a
	// free b
	// waiting: 0
}

// arena hands out slots of an array by index.
type arena struct{ free []int }

func (a *arena) ReclaimBulk(slots []int) { a.free = append(a.free, slots...) }

// Objects that are only to be freed go to pages of handles: here indices, of
// slots that have no link of their own.
func ExampleBulk() {
	domain := rcu.NewClassic()
	a := &arena{}
	queue := rcu.NewBulk[int](domain, a, rcu.Options{})
	for slot := range 1000 {
		queue.Free(slot)
	}
	queue.Close()
	fmt.Println("free slots:", len(a.free))
	// Output: free slots: 1000
}

// With the lock held until readers have left, there are never more than two
// versions: the current one, and the one that readers may still have.
func ExampleClassic_Synchronize_twoVersions() {
	domain := rcu.NewClassic()
	var mu sync.Mutex
	var config rcu.Pointer[string]
	alive, most := 0, 0
	update := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		alive++
		most = max(most, alive)
		if old := config.Exchange(&s); old != nil {
			domain.Synchronize()
			alive-- // old is free
		}
	}
	for i := range 10 {
		update(fmt.Sprint("version ", i))
	}
	fmt.Println("versions at once:", most)
	// Output: versions at once: 2
}

// With the lock dropped before readers have left, each of them may have another
// version, and they pile up while one reader stays.
func ExampleReclaimer_manyVersions() {
	domain := rcu.NewClassic()
	reclaimer := rcu.NewReclaimer(domain, rcu.Options{})
	var config rcu.Pointer[string]
	update := func(s string) {
		if old := config.Exchange(&s); old != nil {
			reclaimer.Retire(func() { *old = "freed" })
		}
	}
	versions := make([]*string, 4)
	readers := make([]*rcu.ClassicReader, 4)
	tokens := make([]rcu.Token, 4)
	for i := range readers {
		update(fmt.Sprint("version ", i))
		readers[i] = domain.Register()
		tokens[i] = readers[i].ReadLock()
		versions[i] = config.DereferenceCheck(readers[i])
	}
	for i, r := range readers {
		fmt.Println("reader", i, "has", *versions[i])
		r.ReadUnlock(tokens[i])
		r.Unregister()
	}
	reclaimer.Close()
	// Output:
	// reader 0 has version 0
	// reader 1 has version 1
	// reader 2 has version 2
	// reader 3 has version 3
}

// A configuration that is replaced as a whole and dropped: the collector alone
// is enough, and no domain is needed.
func ExamplePointer() {
	type config struct{ limit int }
	var current rcu.Pointer[config]
	current.Assign(&config{limit: 10})

	c := current.Dereference() // one load for all that is done with one version
	fmt.Println(c.limit)

	changed := *c // read, copy, update
	changed.limit = 20
	fmt.Println(current.CompareAndExchange(c, &changed), current.Dereference().limit)
	// Output:
	// 10
	// true 20
}
