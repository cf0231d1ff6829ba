package chain_test

import (
	"fmt"
	"iter"
	"sync"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/rcu"
)

// memory is where the examples' elements come from.
func memory() (*slab.Slab, *slab.Cache) {
	s, err := slab.New(64, 1<<12)
	if err != nil {
		panic(err)
	}
	return s, s.NewCache()
}

// element makes a filled element that is not yet published.
func element(c *slab.Cache, key, a, b uint64) slab.Ref {
	ref, err := c.Alloc()
	if err != nil {
		panic(err)
	}
	chain.Fill(slab.At(ref), impls.Element{Key: key, A: a, B: b, C: impls.Derive(key, a, b)})
	return ref
}

// show prints the triples that a walk yields.
func show(when string, walk iter.Seq2[slab.Ref, *slab.Elem]) {
	fmt.Print(when, ":")
	for _, e := range walk {
		v := chain.Load(e)
		fmt.Printf(" %d,%d,%d", v.Key, v.A, v.B)
	}
	fmt.Println()
}

// search returns the element with the key, for an updater that excludes others.
func search(l *chain.List, key uint64) (slab.Ref, bool) {
	for ref, e := range l.All() {
		if e.Key.Load() == key {
			return ref, true
		}
	}
	return 0, false
}

// The read-copy-update that RCU is named after: copy the element, change the copy,
// put it in the original's place, wait for the readers that may hold the
// original, free it.
func Example_replacement() {
	_, cache := memory()
	var updaters sync.Mutex
	domain := rcu.NewClassic()

	head := chain.NewList()
	head.AddTail(element(cache, 1, 2, 3))
	head.AddTail(element(cache, 5, 6, 7))
	head.AddTail(element(cache, 11, 4, 8))
	show("before", head.All())

	updaters.Lock()
	if p, ok := search(head, 5); ok {
		q := element(cache, 5, 2, 3)
		head.Replace(p, q)
		cache.Retire(p)
		domain.Synchronize()
		cache.Free(p)
	}
	updaters.Unlock()
	show("after", head.All())

	// Output:
	// before: 1,2,3 5,6,7 11,4,8
	// after: 1,2,3 5,2,3 11,4,8
}

// Deletion, the most common use: a reader that stands on the deleted element goes
// on from there as if nothing had happened; new readers don't find it.
func Example_deletion() {
	_, cache := memory()
	domain := rcu.NewClassic()
	reader := domain.Register()
	defer reader.Unregister()

	head := chain.NewList()
	head.AddTail(element(cache, 1, 2, 3))
	head.AddTail(element(cache, 5, 6, 7))
	head.AddTail(element(cache, 11, 4, 8))

	token := reader.ReadLock()
	p, _ := search(head, 5)
	head.Delete(p)
	cache.Retire(p)
	show("the reader's rest", chain.From(p))
	show("a new reader", head.All())
	reader.ReadUnlock(token)

	domain.Synchronize() // outside the reader: it would wait for itself
	cache.Free(p)

	// Output:
	// the reader's rest: 5,6,7 11,4,8
	// a new reader: 1,2,3 11,4,8
}

// While the updater waits with its lock held there are two versions of the list
// and no more: that of the readers who were there before, and the present one.
// An updater that gives up its lock before it waits lets others make a third.
func Example_twoVersions() {
	_, cache := memory()
	var updaters sync.Mutex
	domain := rcu.NewClassic()
	old := domain.Register()
	defer old.Unregister()

	head := chain.NewList()
	head.AddTail(element(cache, 1, 2, 3))
	head.AddTail(element(cache, 5, 6, 7))
	head.AddTail(element(cache, 11, 4, 8))

	token := old.ReadLock()
	next, stop := iter.Pull2(head.All())
	next()
	held, _, _ := next() // the old reader stands on 5,6,7

	updaters.Lock()
	head.Replace(held, element(cache, 5, 2, 3))
	cache.Retire(held)
	gracePeriod := domain.StartPoll()

	show("old reader", chain.From(held))
	show("new reader", head.All())
	fmt.Println("may be freed:", domain.Poll(gracePeriod))

	stop()
	old.ReadUnlock(token)
	domain.Cond(gracePeriod)
	fmt.Println("may be freed:", domain.Poll(gracePeriod))
	cache.Free(held)
	updaters.Unlock()
	show("any reader", head.All())

	// Output:
	// old reader: 5,6,7 11,4,8
	// new reader: 1,2,3 5,2,3 11,4,8
	// may be freed: false
	// may be freed: true
	// any reader: 1,2,3 5,2,3 11,4,8
}

// Adding to an hlist, at every place there is.
func ExampleBucket_AddHead() {
	s, cache := memory()
	table, err := chain.New(s, 1)
	if err != nil {
		panic(err)
	}
	head := table.Bucket(0)
	two := element(cache, 2, 0, 0)
	head.AddHead(two)
	head.AddTail(element(cache, 4, 0, 0))
	head.AddBefore(two, element(cache, 1, 0, 0))
	head.AddBehind(two, element(cache, 3, 0, 0))
	show("hlist", head.All())
	// Output:
	// hlist: 1,0,0 2,0,0 3,0,0 4,0,0
}

// An updater that seeks by key gets the link that leads to the element, and needs
// no second search to change what stands there.
func ExampleUnlink() {
	s, cache := memory()
	table, err := chain.New(s, 1)
	if err != nil {
		panic(err)
	}
	head := table.Bucket(0)
	for key := uint64(3); key > 0; key-- {
		head.AddHead(element(cache, key, 0, 0))
	}
	link, p := table.Seek(head, 1)
	chain.Replace(link, p, element(cache, 1, 1, 1))
	link, p = table.Seek(head, 2)
	chain.Unlink(link, p)
	link, _ = table.Seek(head, 9) // absent: the link that holds the end
	chain.Publish(link, element(cache, 9, 0, 0))
	show("hlist", head.All())
	// Output:
	// hlist: 1,1,1 3,0,0 9,0,0
}

// Of two updaters that both find an element outdated, one deletes it and lets it
// go.
func ExampleBucket_DeleteInit() {
	s, cache := memory()
	table, err := chain.New(s, 1)
	if err != nil {
		panic(err)
	}
	p := element(cache, 1, 0, 0)
	table.Bucket(0).AddHead(p)
	fmt.Println(table.Bucket(0).DeleteInit(p))
	fmt.Println(table.Bucket(0).DeleteInit(p))
	// Output:
	// true
	// false
}

// Over memory that is reused at once, a walk that ends on another chain's marker
// is made again.
func ExampleBucket_Nulls() {
	s, cache := memory()
	table, err := chain.New(s, 2)
	if err != nil {
		panic(err)
	}
	table.Bucket(0).AddHead(element(cache, 2, 0, 0))
	table.Bucket(0).AddHead(element(cache, 1, 0, 0))
	disturb := true
	for end := slab.Ref(0); end != table.End(0); {
		n := 0
		for ref := range table.Bucket(0).Nulls(&end) {
			n++
			if disturb { // an updater moves the element under the reader
				disturb = false
				table.Bucket(0).Delete(ref)
				table.Bucket(1).AddHead(ref)
			}
		}
		fmt.Println(n, "elements, on the own chain's end:", end == table.End(0))
	}
	// Output:
	// 1 elements, on the own chain's end: false
	// 1 elements, on the own chain's end: true
}

// Adding to a list at every place there is, and deleting without a search.
func ExampleList() {
	_, cache := memory()
	head := chain.NewList()
	two, gone := element(cache, 2, 0, 0), element(cache, 9, 0, 0)
	head.AddHead(gone)
	head.AddHead(two)
	head.AddTail(element(cache, 4, 0, 0))
	head.AddBefore(two, element(cache, 1, 0, 0))
	head.AddBehind(two, element(cache, 3, 0, 0))
	head.Delete(gone)
	show("list", head.All())
	// Output:
	// list: 1,0,0 2,0,0 3,0,0 4,0,0
}

// A batch of elements is gathered on a list of its own and appended at once.
func ExampleList_SpliceTail() {
	_, cache := memory()
	domain := rcu.NewClassic()
	gathered, all := chain.NewList(), chain.NewList()
	all.AddTail(element(cache, 1, 0, 0))
	gathered.AddTail(element(cache, 2, 0, 0))
	gathered.AddTail(element(cache, 3, 0, 0))
	all.SpliceTail(gathered, domain.Synchronize)
	show("all", all.All())
	_, some := gathered.First()
	fmt.Println("still gathered:", some)
	// Output:
	// all: 1,0,0 2,0,0 3,0,0
	// still gathered: false
}

// A walk that was left goes on behind the element where it stopped.
func ExampleBehind() {
	_, cache := memory()
	head := chain.NewList()
	for key := range uint64(4) {
		head.AddTail(element(cache, key, 0, 0))
	}
	var at slab.Ref
	for ref, e := range head.All() {
		if at = ref; e.Key.Load() == 1 {
			break
		}
	}
	show("the rest", chain.Behind(at))
	// Output:
	// the rest: 2,0,0 3,0,0
}

// There is no test for emptiness to be wrong a moment later: First says what it
// found in one load.
func ExampleList_First() {
	_, cache := memory()
	head := chain.NewList()
	if _, ok := head.First(); !ok {
		fmt.Println("empty")
	}
	head.AddHead(element(cache, 5, 6, 7))
	if ref, ok := head.First(); ok {
		fmt.Println(slab.At(ref).Key.Load())
	}
	// Output:
	// empty
	// 5
}

// In checked mode (-tags rcudebug) this walk complains if the reader is not in a
// critical section, or leaves it on the way.
func ExampleChecked() {
	_, cache := memory()
	head := chain.NewList()
	head.AddHead(element(cache, 5, 6, 7))
	reader := rcu.NewClassic().Register()
	defer reader.Unregister()
	token := reader.ReadLock()
	show("checked", chain.Checked(reader, head.All()))
	reader.ReadUnlock(token)
	// Output:
	// checked: 5,6,7
}
