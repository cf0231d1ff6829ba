package chain

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// A form is what an hlist and a list have in common.
type form interface {
	AddHead(ref slab.Ref)
	AddTail(ref slab.Ref)
	AddBefore(at, ref slab.Ref)
	AddBehind(at, ref slab.Ref)
	Replace(old, ref slab.Ref)
	Delete(ref slab.Ref)
	First() (slab.Ref, bool)
	All() iter.Seq2[slab.Ref, *slab.Elem]
}

var (
	_ form = (*Bucket)(nil)
	_ form = (*List)(nil)
)

// forms make an empty chain of each form in the fixture's memory, and name the
// marker that ends it.
var forms = []struct {
	name string
	make func(f *fixture) (form, slab.Ref)
}{
	{"hlist", func(f *fixture) (form, slab.Ref) {
		b := f.Bucket(0)
		mem.StoreRelaxed(&b.Head, f.End(0))
		return b, f.End(0)
	}},
	{"list", func(f *fixture) (form, slab.Ref) {
		l := NewList()
		return l, l.End()
	}},
}

// A member is an element on a chain, and the model's notion of it.
type member struct {
	ref slab.Ref
	val impls.Element
}

// An operation changes a chain and its model alike. Those that need an element
// as their place take the i-th.
type operation struct {
	name      string
	place     bool // needs an element as its place
	fresh     bool // publishes an element
	same      bool // of the same key as the one at its place
	retracts  bool // the one at its place
	do        func(c form, at, ref slab.Ref)
	insertion func(n, i int) int // the index of what is added
}

var operations = []operation{
	{name: "AddHead", fresh: true,
		do:        func(c form, _, ref slab.Ref) { c.AddHead(ref) },
		insertion: func(n, i int) int { return 0 }},
	{name: "AddTail", fresh: true,
		do:        func(c form, _, ref slab.Ref) { c.AddTail(ref) },
		insertion: func(n, i int) int { return n }},
	{name: "AddBefore", place: true, fresh: true,
		do:        func(c form, at, ref slab.Ref) { c.AddBefore(at, ref) },
		insertion: func(n, i int) int { return i }},
	{name: "AddBehind", place: true, fresh: true,
		do:        func(c form, at, ref slab.Ref) { c.AddBehind(at, ref) },
		insertion: func(n, i int) int { return i + 1 }},
	{name: "Replace", place: true, fresh: true, same: true, retracts: true,
		do:        func(c form, at, ref slab.Ref) { c.Replace(at, ref) },
		insertion: func(n, i int) int { return i }},
	{name: "Delete", place: true, retracts: true,
		do: func(c form, at, _ slab.Ref) { c.Delete(at) }},
}

// A chained is a chain, its model, and the model's past.
type chained struct {
	*fixture
	form
	end    slab.Ref
	keys   uint64   // given so far
	now    []member // what the chain must be
	orders [][]impls.Element

	started, done mem.Uint64 // steps, for readers beside
}

func newChained(f *fixture, make func(f *fixture) (form, slab.Ref)) *chained {
	c := &chained{fixture: f}
	c.form, c.end = make(f)
	c.remember()
	return c
}

// remember notes what the chain is after one more step.
func (c *chained) remember() {
	order := make([]impls.Element, len(c.now))
	for i, m := range c.now {
		order[i] = m.val
	}
	c.orders = append(c.orders, order)
}

// apply does one operation with the i-th element as its place, and returns the
// element that it took out, or 0.
func (c *chained) apply(op operation, i int) (out slab.Ref) {
	var at member
	if op.place {
		at = c.now[i]
	}
	var in member
	if op.fresh {
		c.keys++
		key := c.keys
		if op.same {
			key = at.val.Key
		}
		in = member{c.element(key), impls.MakeElement(key, c.keys)}
		Fill(slab.At(in.ref), in.val)
	}
	c.started.Store(uint64(len(c.orders)))
	op.do(c.form, at.ref, in.ref)
	c.done.Store(uint64(len(c.orders)))
	n := len(c.now)
	c.now = slices.Clone(c.now)
	if op.retracts {
		out = at.ref
		c.now = slices.Delete(c.now, i, i+1)
	}
	if op.fresh {
		c.now = slices.Insert(c.now, op.insertion(n, i), in)
	}
	c.remember()
	return out
}

// random applies an operation drawn by rng that keeps the population between
// least and most.
func (c *chained) random(rng *rand.Rand, least, most int) (out slab.Ref) {
	for {
		op := operations[rng.IntN(len(operations))]
		grows, shrinks := op.fresh && !op.retracts, op.retracts && !op.fresh
		if grows && len(c.now) >= most || shrinks && len(c.now) <= least || op.place && len(c.now) == 0 {
			continue
		}
		return c.apply(op, rng.IntN(max(1, len(c.now))))
	}
}

// A walk is what a reader saw: how many steps were surely done when it began, how
// many could have begun when it ended, and the elements as it came to them.
type walk struct {
	begin, end uint64
	seen       []impls.Element
}

// judge says what is wrong with a walk beside the steps that led through orders,
// or nothing: whatever is in the chain throughout is seen once, in the chain's
// order; a replaced element is there throughout, in one version or the other;
// nothing else is seen but what was there at some time meanwhile.
func judge(orders [][]impls.Element, w walk) error {
	during := orders[w.begin : w.end+1]
	possible := map[impls.Element]bool{}
	times := map[uint64]int{} // of each key among the orders
	for _, order := range during {
		for _, v := range order {
			possible[v] = true
			times[v.Key]++
		}
	}
	var want, got []uint64 // keys that were there throughout
	for _, v := range during[0] {
		if times[v.Key] == len(during) {
			want = append(want, v.Key)
		}
	}
	seen := map[uint64]bool{}
	for _, v := range w.seen {
		switch {
		case !v.Valid():
			return fmt.Errorf("the walk saw %+v, whose fields don't belong together", v)
		case !possible[v]:
			return fmt.Errorf("the walk saw %+v, which was not there at any time", v)
		case seen[v.Key]:
			return fmt.Errorf("the walk saw key %d twice", v.Key)
		}
		seen[v.Key] = true
		if times[v.Key] == len(during) {
			got = append(got, v.Key)
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("of what was there throughout the walk saw keys %v; want %v", got, want)
	}
	return nil
}
