package chain

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// A watcher is a reader beside an updater. It notes its walks, to be judged when
// the updater's history is complete.
type watcher struct {
	t             *testing.T
	started, done *mem.Uint64 // the updater's steps
	rng           *rand.Rand
	reader        *rcu.ClassicReader
	walks         []walk
}

// longest is more than any chain of these tests has elements.
const longest = 200

// walk walks the chain that head leads to, in a read-side critical section, with
// a rest here and there that lets the updater in. It reports whether the walk
// came to an end, and to the right one.
func (w *watcher) walk(head *mem.Uint64, end slab.Ref) bool {
	defer w.reader.ReadUnlock(w.reader.ReadLock())
	got := walk{begin: w.done.Load()}
	came := follow(head.Load(), func(_ slab.Ref, e *slab.Elem) bool {
		if w.rng.IntN(8) == 0 {
			runtime.Gosched()
		}
		got.seen = append(got.seen, Load(e))
		return len(got.seen) < longest
	})
	got.end = w.started.Load()
	if came != end {
		w.t.Errorf("a walk came to %#x after %d elements; want the end %#x", came, len(got.seen), end)
		return false
	}
	// What saw the same as before at the same time needs no second judgement.
	if n := len(w.walks); n == 0 || w.walks[n-1].begin != got.begin || got.end != got.begin || !slices.Equal(w.walks[n-1].seen, got.seen) {
		w.walks = append(w.walks, got)
	}
	return true
}

// watch has the watchers walk again and again while update runs, at least once.
func watch(watchers []*watcher, walk func(w *watcher) bool, update func()) {
	var over mem.Uint64
	var wg sync.WaitGroup
	for _, w := range watchers {
		wg.Go(func() {
			for walk(w) && over.Load() == 0 {
				runtime.Gosched()
			}
		})
	}
	update()
	over.Store(1)
	wg.Wait()
}

func newWatchers(t *testing.T, d *rcu.Classic, started, done *mem.Uint64) []*watcher {
	watchers := make([]*watcher, 3)
	for i := range watchers {
		watchers[i] = &watcher{t: t, started: started, done: done, rng: rand.New(rand.NewPCG(uint64(i), 5)), reader: d.Register()}
		t.Cleanup(watchers[i].reader.Unregister)
	}
	return watchers
}

// A pile is what an updater has unlinked and not yet freed.
type pile struct {
	domain *rcu.Classic
	cache  *slab.Cache
	refs   []slab.Ref
}

// add frees the pile after a grace period when it has become high.
func (p *pile) add(ref slab.Ref) {
	p.cache.Retire(ref)
	if p.refs = append(p.refs, ref); len(p.refs) >= 8 {
		p.domain.Synchronize()
		p.cache.FreeBulk(p.refs)
		p.refs = p.refs[:0]
	}
}

// TestWalksBesideUpdates has readers walk while one updater does all operations
// at random places, in memory that is reused after a grace period.
func TestWalksBesideUpdates(t *testing.T) {
	const steps, least, most = 1200, 4, 16
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			f := newFixture(t, 64, 1) // reused many times over
			c := newChained(f, form.make)
			d := rcu.NewClassic()
			unlinked := pile{domain: d, cache: f.cache}
			rng := rand.New(rand.NewPCG(2, 71))
			watchers := newWatchers(t, d, &c.started, &c.done)
			head := &f.Bucket(0).Head
			if l, ok := c.form.(*List); ok {
				head = &l.head
			}
			watch(watchers, func(w *watcher) bool { return w.walk(head, c.end) }, func() {
				for range steps {
					if out := c.random(rng, least, most); out != 0 {
						unlinked.add(out)
					}
					if rng.IntN(4) == 0 {
						runtime.Gosched()
					}
				}
			})
			c.check(t)
			walks, across := 0, 0
			for _, w := range watchers {
				for _, walk := range w.walks {
					walks++
					if walk.end > walk.begin {
						across++
					}
					if err := judge(c.orders, walk); err != nil {
						t.Fatalf("steps %d to %d: %v", walk.begin, walk.end, err)
					}
				}
			}
			t.Logf("%d different walks, %d of them across updates", walks, across)
			if v := f.slab.Stats().Violations; v != 0 {
				t.Errorf("%d elements were freed in the wrong state", v)
			}
		})
	}
}

// TestSplicesBesideWalks has readers walk two lists while one updater adds to the
// first, splices it to either end of the second, and deletes from that.
func TestSplicesBesideWalks(t *testing.T) {
	const steps = 400
	f := newFixture(t, 64, 1)
	d := rcu.NewClassic()
	lists := [2]*List{NewList(), NewList()}
	var started, done mem.Uint64
	var now [2][]member
	var orders [2][][]impls.Element
	remember := func() {
		for i := range lists {
			order := []impls.Element{}
			for _, m := range now[i] {
				order = append(order, m.val)
			}
			orders[i] = append(orders[i], order)
		}
	}
	remember()
	step := func(do func()) {
		started.Store(uint64(len(orders[0])))
		do()
		remember()
		done.Store(uint64(len(orders[0]) - 1))
	}
	// splice is two steps: the first list is emptied, the second one grows.
	splice := func(onto func(src *List, sync func()), join func(dst, src []member) []member) {
		moving := now[0]
		started.Store(uint64(len(orders[0])))
		onto(lists[0], func() {
			now[0] = nil
			remember()
			done.Store(uint64(len(orders[0]) - 1))
			if _, ok := lists[0].First(); ok {
				t.Error("the source is not empty while it is spliced")
			}
			d.Synchronize()
			started.Store(uint64(len(orders[0])))
		})
		now[1] = join(now[1], moving)
		remember()
		done.Store(uint64(len(orders[0]) - 1))
	}
	unlinked := pile{domain: d, cache: f.cache}
	rng := rand.New(rand.NewPCG(1, 61))
	keys, splices := uint64(0), 0
	// Each watcher walks the two lists in turn and notes them apart.
	first, second := newWatchers(t, d, &started, &done), newWatchers(t, d, &started, &done)
	of := map[*watcher]*watcher{}
	for i, w := range first {
		of[w] = second[i]
	}
	watch(first, func(w *watcher) bool {
		return w.walk(&lists[0].head, lists[0].end) && of[w].walk(&lists[1].head, lists[1].end)
	}, func() {
		for range steps {
			switch {
			case len(now[1]) > 20:
				step(func() {
					i := rng.IntN(len(now[1]))
					lists[1].Delete(now[1][i].ref)
					unlinked.add(now[1][i].ref)
					now[1] = slices.Delete(slices.Clone(now[1]), i, i+1)
				})
			case len(now[0]) > 0 && rng.IntN(8) == 0:
				splices++
				if rng.IntN(2) == 0 {
					splice(lists[1].SpliceHead, func(dst, src []member) []member { return slices.Concat(src, dst) })
				} else {
					splice(lists[1].SpliceTail, func(dst, src []member) []member { return slices.Concat(dst, src) })
				}
			default:
				step(func() {
					keys++
					m := member{f.element(keys), impls.MakeElement(keys, keys)}
					lists[0].AddTail(m.ref)
					now[0] = append(slices.Clone(now[0]), m)
				})
			}
			runtime.Gosched()
		}
	})
	for i, l := range lists {
		c := chained{fixture: f, form: l, end: l.end, now: now[i]}
		c.check(t)
		for _, w := range [][]*watcher{first, second}[i] {
			for _, walk := range w.walks {
				if err := judge(orders[i], walk); err != nil {
					t.Fatalf("list %d, steps %d to %d: %v", i, walk.begin, walk.end, err)
				}
			}
		}
	}
	if splices == 0 {
		t.Error("nothing was spliced")
	}
}
