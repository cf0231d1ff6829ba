package chain

import (
	"math/rand/v2"
	"testing"

	"readmostly/impls/slab"
)

// check compares a chain with its model: the elements, the end, the first, and
// what only updaters see.
func (c *chained) check(t *testing.T) {
	t.Helper()
	i, prev := 0, c.end
	l, _ := c.form.(*List)
	for ref, e := range c.All() {
		if i == len(c.now) || ref != c.now[i].ref || Load(e) != c.now[i].val {
			t.Fatalf("element %d is %#x with %+v; want %d elements %+v", i, ref, Load(e), len(c.now), c.now)
		}
		if l != nil && e.Link.Load() != prev {
			t.Fatalf("the back link of element %d is %#x; want %#x", i, e.Link.Load(), prev)
		}
		i, prev = i+1, ref
	}
	if i != len(c.now) {
		t.Fatalf("the chain has %d elements; want %d", i, len(c.now))
	}
	last, ok := c.First()
	for n := 0; n < i; n++ {
		if !ok || last != c.now[n].ref {
			t.Fatalf("First and Next led to %#x, %v; want %#x", last, ok, c.now[n].ref)
		}
		last, ok = Next(last)
	}
	if ok || last != c.end {
		t.Fatalf("behind the last element stands %#x; want the end %#x", last, c.end)
	}
	if l != nil && l.tail.Load() != prev {
		t.Fatalf("the tail is %#x; want %#x", l.tail.Load(), prev)
	}
}

func TestOperationsAgainstModel(t *testing.T) {
	const steps = 3000
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			f := newFixture(t, steps, 1)
			c := newChained(f, form.make)
			rng := rand.New(rand.NewPCG(3, 14))
			taken := 0
			for range steps {
				before := c.now
				out := c.random(rng, 0, 12)
				c.check(t)
				if out == 0 {
					continue
				}
				taken++
				for i, m := range before {
					if m.ref != out {
						continue
					}
					next := c.end
					if i+1 < len(before) {
						next = before[i+1].ref
					}
					if got := slab.At(out).Next.Load(); got != next {
						t.Fatalf("what was taken out leads to %#x; want %#x, as before", got, next)
					}
				}
			}
			if taken == 0 {
				t.Error("nothing was ever taken out")
			}
		})
	}
}

func TestDeleteInit(t *testing.T) {
	f := newFixture(t, 5, 1)
	b := f.Bucket(0)
	if b.DeleteInit(f.element(9)) {
		t.Error("DeleteInit deleted what was never added")
	}
	refs := [3]slab.Ref{}
	for i := range refs {
		refs[i] = f.element(uint64(i))
		b.AddTail(refs[i])
	}
	for n, i := range []int{1, 2, 0} {
		next := slab.At(refs[i]).Next.Load()
		if !b.DeleteInit(refs[i]) {
			t.Errorf("DeleteInit of element %d did nothing", i)
		}
		if b.DeleteInit(refs[i]) {
			t.Errorf("DeleteInit deleted element %d twice", i)
		}
		if got := slab.At(refs[i]).Next.Load(); got != next {
			t.Errorf("the deleted element leads to %#x; want %#x, as before", got, next)
		}
		if got := f.Count(); got != uint64(2-n) {
			t.Errorf("%d elements are left; want %d", got, 2-n)
		}
	}
}

// TestPlaceMustBeOnChain names places that are not on the chain.
func TestPlaceMustBeOnChain(t *testing.T) {
	f := newFixture(t, 8, 1)
	b, l, other := f.Bucket(0), NewList(), NewList()
	never, gone, alone, fresh := f.element(1), f.element(2), f.element(3), f.element(4)
	l.AddHead(gone)
	l.Delete(gone)
	other.AddHead(alone)
	waiting := f.element(5) // deleted, and chained to another by whoever reclaims
	l.AddHead(waiting)
	l.Delete(waiting)
	slab.At(waiting).Link.Store(never)
	for _, test := range []struct {
		name string
		do   func()
	}{
		{"hlist before", func() { b.AddBefore(never, fresh) }},
		{"hlist replace", func() { b.Replace(never, fresh) }},
		{"hlist delete", func() { b.Delete(never) }},
		{"list before", func() { l.AddBefore(never, fresh) }},
		{"list behind", func() { l.AddBehind(gone, fresh) }},
		{"list replace", func() { l.Replace(gone, fresh) }},
		{"list deletes twice", func() { l.Delete(gone) }},
		{"list deletes what waits", func() { l.Delete(waiting) }},
		{"list deletes another's", func() { l.Delete(alone) }},
		{"splice onto itself", func() { other.SpliceTail(other, func() {}) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			test.do()
		})
	}
	if _, ok := l.First(); ok {
		t.Error("something was linked into the list")
	}
	if ref, ok := other.First(); !ok || ref != alone {
		t.Errorf("the other list starts with %#x; want %#x", ref, alone)
	}
}

// TestWalkAcrossOperations has a reader stand at every place of a chain while any
// two operations happen, together or with steps between.
func TestWalkAcrossOperations(t *testing.T) {
	const population = 3
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			f := newFixture(t, 1<<17, 1)
			for first := 0; first <= population; first++ {
				for second := first; second <= population+1; second++ {
					eachOperation(population, func(op1 operation, i1 int) {
						n := population
						if op1.fresh {
							n++
						}
						if op1.retracts {
							n--
						}
						eachOperation(n, func(op2 operation, i2 int) {
							c := newChained(f, form.make)
							for range population {
								c.apply(operations[1], 0)
							}
							w := c.walkAcross(first, func() { c.apply(op1, i1) }, second, func() { c.apply(op2, i2) })
							if err := judge(c.orders, w); err != nil {
								t.Errorf("%s at %d after %d elements, %s at %d after %d: %v", op1.name, i1, first, op2.name, i2, second, err)
							}
						})
					})
					if t.Failed() {
						return
					}
				}
			}
		})
	}
}

// walkAcross walks the chain and calls each function when it stands on the
// element of that number, from 1; for 0, before it loads the head.
func (c *chained) walkAcross(first int, do1 func(), second int, do2 func()) walk {
	w := walk{begin: uint64(len(c.orders) - 1)}
	n := 0
	stand := func() {
		if n == first {
			do1()
		}
		if n == second {
			do2()
		}
		n++
	}
	stand()
	for _, e := range c.All() {
		stand()
		if n > 100 {
			c.t.Fatal("the walk goes on and on")
		}
		w.seen = append(w.seen, Load(e))
	}
	w.end = uint64(len(c.orders) - 1)
	return w
}

// eachOperation calls do with every operation and place of a chain of n elements.
func eachOperation(n int, do func(op operation, i int)) {
	for _, op := range operations {
		places := 1
		if op.place {
			places = n
		}
		for i := range places {
			do(op, i)
		}
	}
}
