package chain

import (
	"iter"
	"runtime"
	"sync"
	"testing"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// One test for each rule of publication and lists.

// TestRule1PublishWhatIsFilled: on an add-only chain readers do nothing, and find
// every element whole, and whatever they have found once for ever. The memory
// was poisoned before, so that an element that is not filled shows.
func TestRule1PublishWhatIsFilled(t *testing.T) {
	const elements = 400
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			f := newFixture(t, elements, 1)
			refs := []slab.Ref{}
			for range elements {
				refs = append(refs, f.element(0))
			}
			f.cache.FreeBulk(refs)
			c, _ := form.make(f)
			var over mem.Uint64
			var readers sync.WaitGroup
			for range 3 {
				readers.Go(func() {
					for found := 0; ; runtime.Gosched() {
						last := over.Load() == 1
						n := 0
						for _, e := range c.All() {
							if v := Load(e); !v.Valid() {
								t.Errorf("found %+v, which is not filled", v)
								return
							}
							n++
						}
						if n < found || last && n != elements {
							t.Errorf("found %d elements after %d; at the end %v", n, found, last)
							return
						}
						if found = n; last {
							return
						}
					}
				})
			}
			for key := range uint64(elements) {
				ref := f.element(key)
				if key%2 == 0 {
					c.AddHead(ref)
				} else {
					c.AddTail(ref)
				}
				if key%16 == 0 {
					runtime.Gosched()
				}
			}
			over.Store(1)
			readers.Wait()
		})
	}
}

// TestRule2DeletionKeepsTheWay: a reader goes on from an element that was taken
// out under it; an updater that would go back from there can't.
func TestRule2DeletionKeepsTheWay(t *testing.T) {
	takeOut := map[string]func(c form, f *fixture, ref slab.Ref){
		"delete":  func(c form, _ *fixture, ref slab.Ref) { c.Delete(ref) },
		"replace": func(c form, f *fixture, ref slab.Ref) { c.Replace(ref, f.element(9)) },
	}
	for _, form := range forms {
		for name, out := range takeOut {
			t.Run(form.name+"/"+name, func(t *testing.T) {
				f := newFixture(t, 10, 1)
				c, end := form.make(f)
				for key := uint64(3); key > 0; key-- {
					c.AddHead(f.element(key))
				}
				next, stop := iter.Pull2(c.All())
				defer stop()
				ref, e, _ := next()
				out(c, f, ref)
				if v := Load(e); !v.Valid() || v.Key != 1 {
					t.Errorf("the reader stands on %+v; want the element as it was", v)
				}
				if back := e.Link.Load(); form.name == "list" && back != deleted {
					t.Errorf("the back link is %#x; want it poisoned", back)
				}
				for want := uint64(2); want <= 3; want++ {
					ref, e, ok := next()
					if !ok || e.Key.Load() != want {
						t.Fatalf("the reader went on to %#x, %v; want key %d", ref, ok, want)
					}
					if want == 3 && e.Next.Load() != end {
						t.Errorf("the last leads to %#x; want the end", e.Next.Load())
					}
				}
				if ref, _, ok := next(); ok {
					t.Errorf("the reader went past the end, to %#x", ref)
				}
			})
		}
	}
}

// TestRule3NoTestThenFetch: whatever First says, it has from one load, while the
// chain becomes empty again and again. It is always the same element that comes
// and goes, and always the last, so that no reader need be waited for.
func TestRule3NoTestThenFetch(t *testing.T) {
	const steps = 400_000
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			f := newFixture(t, 1, 1)
			c, end := form.make(f)
			var over mem.Uint64
			var readers sync.WaitGroup
			for range 2 {
				readers.Go(func() {
					for over.Load() == 0 {
						for range 50 {
							ref, ok := c.First()
							if ok == slab.IsEnd(ref) || !ok && ref != end || ok && !Load(slab.At(ref)).Valid() {
								t.Errorf("First = %#x, %v", ref, ok)
								over.Store(1)
							}
						}
						runtime.Gosched()
					}
				})
			}
			ref := f.element(1)
			c.AddHead(ref) // by hand from now on, as fast as can be
			head := &f.Bucket(0).Head
			if l, ok := c.(*List); ok {
				head = &l.head
			}
			for i := range steps {
				mem.StoreRelease(head, end)
				mem.Pause(1 + uint32(i)%8)
				mem.StoreRelease(head, ref)
				mem.Pause(1 + uint32(i)%5)
				if i%1024 == 0 {
					runtime.Gosched()
				}
			}
			over.Store(1)
			readers.Wait()
		})
	}
}

// TestRule4UnlinkThenWaitThenFree: what a reader holds stays whole and is not free
// until a grace period has passed, which is not before the reader has left.
func TestRule4UnlinkThenWaitThenFree(t *testing.T) {
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			f := newFixture(t, 4, 1)
			c, _ := form.make(f)
			ref := f.element(5)
			c.AddHead(ref)
			d := rcu.NewClassic()
			r := d.Register()
			defer r.Unregister()
			token := r.ReadLock()
			held, _ := c.First()
			c.Delete(ref)
			f.cache.Retire(ref)
			passed := d.StartPoll()
			for range 100 {
				if d.Poll(passed) {
					t.Fatal("the grace period is over while the reader holds the element")
				}
			}
			if v := Load(slab.At(held)); !v.Valid() || v.Key != 5 {
				t.Errorf("the reader holds %+v", v)
			}
			if _, ok := c.First(); ok {
				t.Error("a new reader finds the element")
			}
			r.ReadUnlock(token)
			d.Cond(passed)
			f.cache.Free(ref)
			if err := f.slab.Close(0); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRule5UpdatersExclude: updaters under a lock lose nothing of each other's
// work, and may update while they stand inside a reader; they wait outside.
func TestRule5UpdatersExclude(t *testing.T) {
	const updaters, each = 6, 100
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			f := newFixture(t, updaters*each+8*64*updaters, 1)
			c, _ := form.make(f)
			d := rcu.NewClassic()
			var lock sync.Mutex
			var wg sync.WaitGroup
			for n := range uint64(updaters) {
				cache := f.slab.NewCache()
				wg.Go(func() {
					r := d.Register()
					defer r.Unregister()
					for i := range uint64(each) {
						ref, err := cache.Alloc()
						if err != nil {
							t.Error(err)
							return
						}
						e := slab.At(ref)
						Fill(e, impls.MakeElement(n*each+i, 1))
						lock.Lock()
						if i%2 == 0 {
							c.AddHead(ref)
						} else {
							c.AddTail(ref)
						}
						lock.Unlock()
						runtime.Gosched()
					}
					unlinked := []slab.Ref{}
					token := r.ReadLock()
					for ref, e := range c.All() {
						if key := e.Key.Load(); key/each == n && key%2 == 1 {
							lock.Lock()
							c.Delete(ref)
							lock.Unlock()
							unlinked = append(unlinked, ref)
						}
					}
					r.ReadUnlock(token)
					d.Synchronize()
					cache.FreeBulk(unlinked)
				})
			}
			wg.Wait()
			seen := map[uint64]int{}
			for _, e := range c.All() {
				seen[e.Key.Load()]++
			}
			for key := range uint64(updaters * each) {
				if want := 1 - int(key%2); seen[key] != want {
					t.Errorf("key %d is there %d times; want %d", key, seen[key], want)
				}
			}
		})
	}
}
