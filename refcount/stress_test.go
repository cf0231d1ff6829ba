package refcount

import (
	"runtime"
	"strconv"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

func atProcs(t *testing.T, test func(t *testing.T)) {
	for _, n := range []int{1, 2, 8} {
		t.Run("procs="+strconv.Itoa(n), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
			test(t)
		})
	}
}

// TestOneLastPut: whatever the goroutines do, one of them puts the last
// reference, and nobody gets one afterwards.
func TestOneLastPut(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		const goroutines, rounds = 4, 300
		for range rounds {
			var w, lasts, afterLast mem.Uint64
			Set(&w, goroutines)
			var wg sync.WaitGroup
			for range goroutines {
				wg.Go(func() {
					put := func() {
						if Put(&w) {
							lasts.Add(1)
						}
					}
					Get(&w)
					put()
					put() // from here on others may keep it alive, or not
					for range 3 {
						dead := lasts.Load() != 0
						if GetUnlessZero(&w) {
							if dead {
								afterLast.Add(1)
							}
							put()
						}
					}
				})
			}
			wg.Wait()
			if lasts.Load() != 1 || afterLast.Load() != 0 {
				t.Fatalf("%d last puts, %d references after one", lasts.Load(), afterLast.Load())
			}
		}
	})
}

// object is a counted object in type-stable memory.
type object struct {
	count    mem.Uint64
	key, val mem.Uint64
}

// TestReuse frees objects and starts them anew, as others, under readers that
// look for a key: one that has got a reference and then found the key right sees
// an object that doesn't change.
func TestReuse(t *testing.T) {
	atProcs(t, func(t *testing.T) {
		const objects, readers, rounds = 4, 4, 3000
		var objs [objects]object
		var freed, started, stop, hits mem.Uint64
		free := func(o *object) {
			o.key.Store(0) // poison
			o.val.Store(0)
			freed.Add(1)
		}
		var wg sync.WaitGroup
		wg.Go(func() { // the updater: lets an object go, and starts it when it is dead
			defer stop.Store(1)
			for i := range uint64(rounds) {
				o := &objs[i%objects]
				if i >= objects && Put(&o.count) {
					free(o)
				}
				// All the others are alive. A reader may have to free this one.
				for n := 0; freed.Load()+objects <= started.Load(); n++ {
					mem.Spin(n)
				}
				mem.StoreRelaxed(&o.val, ^i)
				mem.StoreRelaxed(&o.key, i+1)
				started.Add(1)
				Init(&o.count)
			}
		})
		for r := range readers {
			wg.Go(func() {
				for n := r; stop.Load() == 0; n++ {
					o := &objs[n%objects]
					key := o.key.Load() // the key looked for: a recent one
					if key == 0 || !GetUnlessZero(&o.count) {
						continue
					}
					if o.key.Load() == key { // the same, now that it can't change
						if got := o.val.Load(); got != ^(key-1) || o.key.Load() != key {
							t.Errorf("key %d with value %#x", key, got)
						}
						hits.Add(1)
					}
					if Put(&o.count) {
						free(o)
					}
				}
			})
		}
		wg.Wait()
		for i := range objs {
			if Read(&objs[i].count) == 1 && Put(&objs[i].count) {
				free(&objs[i])
			}
		}
		if started.Load() != rounds || freed.Load() != rounds {
			t.Errorf("%d started, %d freed, want %d each", started.Load(), freed.Load(), rounds)
		}
		t.Logf("%d hits", hits.Load())
	})
}
