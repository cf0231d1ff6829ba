package chain

import (
	"iter"
	"slices"
	"testing"

	"readmostly/impls/slab"
	"readmostly/rcu"
)

// keysOf returns the keys of the elements that a walk yields.
func keysOf(walk iter.Seq2[slab.Ref, *slab.Elem]) (keys []uint64) {
	for _, e := range walk {
		keys = append(keys, e.Key.Load())
	}
	return keys
}

func TestWalks(t *testing.T) {
	for _, form := range forms {
		t.Run(form.name, func(t *testing.T) {
			f := newFixture(t, 4, 1)
			c, end := form.make(f)
			refs := [4]slab.Ref{}
			for key := range uint64(4) {
				refs[key] = f.element(key)
				c.AddTail(refs[key])
			}
			for _, test := range []struct {
				name string
				walk iter.Seq2[slab.Ref, *slab.Elem]
				want []uint64
			}{
				{"All", c.All(), []uint64{0, 1, 2, 3}},
				{"From the first", From(refs[0]), []uint64{0, 1, 2, 3}},
				{"From the third", From(refs[2]), []uint64{2, 3}},
				{"From the end", From(end), nil},
				{"Behind the second", Behind(refs[1]), []uint64{2, 3}},
				{"Behind the last", Behind(refs[3]), nil},
			} {
				for range 2 { // a walk can be made again
					if got := keysOf(test.walk); !slices.Equal(got, test.want) {
						t.Errorf("%s yielded %v; want %v", test.name, got, test.want)
					}
				}
				for leave := 1; leave <= len(test.want); leave++ {
					n := 0
					for range test.walk {
						if n++; n == leave {
							break
						}
					}
					if n != leave {
						t.Errorf("%s went on after the loop was left", test.name)
					}
				}
			}
			all := c.All()
			c.Delete(refs[0])
			if got := keysOf(all); !slices.Equal(got, []uint64{1, 2, 3}) {
				t.Errorf("a walk made before a deletion and begun after it yielded %v", got)
			}
		})
	}
}

// TestNulls: rules 23 and 24 as a reader meets them. The element under it is
// reused in another chain, in its own, or not at all.
func TestNulls(t *testing.T) {
	own := func(f *fixture) slab.Ref { return f.End(0) }
	for _, test := range []struct {
		name  string
		reuse func(f *fixture, b *Bucket, ref slab.Ref)
		want  []uint64
		end   func(f *fixture) slab.Ref
	}{
		{"untouched", func(f *fixture, b *Bucket, ref slab.Ref) {}, []uint64{1, 2, 3}, own},
		{"freed", func(f *fixture, b *Bucket, ref slab.Ref) { b.Delete(ref); f.cache.Free(ref) },
			[]uint64{1, 2}, func(*fixture) slab.Ref { return slab.Dead }},
		{"in another chain", func(f *fixture, b *Bucket, ref slab.Ref) { b.Delete(ref); f.Bucket(1).AddHead(ref) },
			[]uint64{1, 2, 11, 12}, func(f *fixture) slab.Ref { return f.End(1) }},
		{"at the head", func(f *fixture, b *Bucket, ref slab.Ref) { b.Delete(ref); b.AddHead(ref) },
			[]uint64{1, 2, 1, 3}, own},
		// What the rule is for: the reader misses 3 and can't know it.
		{"at the tail", func(f *fixture, b *Bucket, ref slab.Ref) { b.Delete(ref); b.AddTail(ref) },
			[]uint64{1, 2}, own},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, 8, 2)
			for i, keys := range [][]uint64{{3, 2, 1}, {12, 11}} {
				for _, key := range keys {
					f.Bucket(uint64(i)).AddHead(f.element(key))
				}
			}
			var end slab.Ref
			var keys []uint64
			for ref, e := range f.Bucket(0).Nulls(&end) {
				if keys = append(keys, e.Key.Load()); len(keys) == 2 {
					test.reuse(f, f.Bucket(0), ref)
				}
			}
			if want := test.end(f); !slices.Equal(keys, test.want) || end != want {
				t.Errorf("the walk saw %v and ended on %#x; want %v and %#x", keys, end, test.want, want)
			}
		})
	}
	f := newFixture(t, 2, 1)
	var end slab.Ref
	ref := f.element(1)
	f.Bucket(0).AddHead(ref)
	for range f.Bucket(0).Nulls(&end) {
		break
	}
	if end != ref {
		t.Errorf("a walk that was left at %#x ended on %#x", ref, end)
	}
}

// TestSplice has readers stand in either list while one is spliced onto the
// other.
func TestSplice(t *testing.T) {
	for _, test := range []struct {
		name   string
		splice func(dst, src *List, sync func())
		want   []uint64
	}{
		{"head", (*List).SpliceHead, []uint64{1, 2, 3, 11, 12}},
		{"tail", (*List).SpliceTail, []uint64{11, 12, 1, 2, 3}},
	} {
		for stand := 0; stand <= 3; stand++ {
			f := newFixture(t, 5, 1)
			src, dst := NewList(), NewList()
			for key := range uint64(3) {
				src.AddTail(f.element(key + 1))
			}
			for key := range uint64(2) {
				dst.AddTail(f.element(key + 11))
			}
			next, stop := iter.Pull2(src.All())
			seen := []uint64{}
			step := func() bool {
				_, e, ok := next()
				if ok {
					seen = append(seen, e.Key.Load())
				}
				return ok
			}
			for range stand {
				step()
			}
			waits := 0
			test.splice(dst, src, func() {
				waits++
				if got := keysOf(src.All()); stand > 0 && got != nil {
					t.Errorf("%s: a new reader of the source sees %v", test.name, got)
				}
				if got := keysOf(dst.All()); !slices.Equal(got, []uint64{11, 12}) {
					t.Errorf("%s: a reader of the destination sees %v during the wait", test.name, got)
				}
				for step() {
				}
			})
			stop()
			want := []uint64{1, 2, 3}
			if stand == 0 { // the walk began when the source was empty
				want = []uint64{}
			}
			if !slices.Equal(seen, want) || waits != 1 {
				t.Errorf("%s: the reader on place %d saw %v with %d waits; want %v with one", test.name, stand, seen, waits, want)
			}
			if got := keysOf(dst.All()); !slices.Equal(got, test.want) {
				t.Errorf("%s: the destination is %v; want %v", test.name, got, test.want)
			}
			test.splice(dst, src, func() { t.Errorf("%s: waited for an empty list", test.name) })
			last := f.element(99)
			src.AddTail(last) // the source can be used again
			if first, ok := src.First(); !ok || first != last {
				t.Errorf("%s: the source starts with %#x; want %#x", test.name, first, last)
			}
		}
	}
}

// leaving is a reader that counts how often it was asked.
type leaving struct{ asked int }

func (l *leaving) Held() bool { l.asked++; return l.asked <= 2 }

func TestChecked(t *testing.T) {
	told := 0
	previous := rcu.OnViolation(func(v rcu.Violation) {
		if told++; v.Kind != rcu.DereferenceOutsideReader {
			t.Errorf("told of %v", v.Kind)
		}
	})
	t.Cleanup(func() { rcu.OnViolation(previous) })
	f := newFixture(t, 3, 1)
	for key := uint64(3); key > 0; key-- {
		f.Bucket(0).AddHead(f.element(key))
	}
	w := &leaving{}
	if got := keysOf(Checked(w, f.Bucket(0).All())); !slices.Equal(got, []uint64{1, 2, 3}) {
		t.Errorf("a checked walk yielded %v", got)
	}
	// Two of the four loads were inside, that of the head included.
	wantAsked, wantTold := 0, 0
	if checkedMode {
		wantAsked, wantTold = 4, 2
	}
	if w.asked != wantAsked || told != wantTold {
		t.Errorf("the witness was asked %d times and %d violations were told; want %d and %d", w.asked, told, wantAsked, wantTold)
	}
	for range Checked(w, f.Bucket(0).All()) {
		break
	}
}
