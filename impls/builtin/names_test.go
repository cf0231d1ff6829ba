package builtin

import (
	"math/rand/v2"
	"testing"

	"readmostly/impls"
	"readmostly/impls/slab"
)

// TestVariantsAreWhatTheyAreCalled: backends that differ in one choice only have
// made it, which their results would not tell.
func TestVariantsAreWhatTheyAreCalled(t *testing.T) {
	for _, v := range []struct {
		name string
		is   func(impls.Map) bool
		want bool
	}{
		{"hazard-fence", func(m impls.Map) bool { return m.(*hazardMap).domain.Fenced() }, true},
		{"seqlock-global", oneSequence, true},
		{"seqlock", oneSequence, false},
		{"rwlock", oneLock, true},
		{"rwlock-bucket", oneLock, false},
	} {
		m, err := newOf(v.name)(impls.Config{Buckets: 4, Capacity: 100})
		if err != nil {
			t.Fatal(err)
		}
		if got := v.is(m); got != v.want {
			t.Errorf("%s: %v, want %v", v.name, got, v.want)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

func oneSequence(m impls.Map) bool {
	s := m.(seqMap)
	x := sequences{s.global}
	return x.of(s.table.Bucket(0)) == x.of(s.table.Bucket(1))
}

func oneLock(m impls.Map) bool {
	l := m.(rwMap)
	x := rwlocks{l.global}
	return x.of(l.table.Bucket(0)) == x.of(l.table.Bucket(1))
}

// newOf returns what makes the maps of a backend.
func newOf(backend string) func(impls.Config) (impls.Map, error) {
	return func(c impls.Config) (impls.Map, error) {
		b, _ := impls.Find(backend)
		return b.New(c)
	}
}

// TestFillScatters: the elements of a chain that was filled don't lie in memory in
// the order of their links, which a processor would fetch ahead like an array's.
// Of the steps from one to the next half go up, and few to a neighbour. They lie
// among those that they will be exchanged for, too.
func TestFillScatters(t *testing.T) {
	const n = 8192
	s, err := newStore(impls.Config{Buckets: 1, Capacity: 2 * n})
	if err != nil {
		t.Fatal(err)
	}
	var elements []impls.Element
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		elements = append(elements, impls.MakeElement(rng.Uint64()&impls.MaxKey, 1))
	}
	if err := s.Fill(elements); err != nil {
		t.Fatal(err)
	}
	up, near, seen := 0, 0, 0
	last, lowest, highest := slab.Ref(0), ^slab.Ref(0), slab.Ref(0)
	for ref := s.table.Bucket(0).Head.Load(); !slab.IsEnd(ref); ref = slab.At(ref).Next.Load() {
		seen++
		lowest, highest = min(lowest, ref), max(highest, ref)
		if last != 0 && ref > last {
			up++
		}
		if d := int64(ref - last); -4*slab.ElemSize <= d && d <= 4*slab.ElemSize {
			near++
		}
		last = ref
	}
	if seen != n || up < n*45/100 || up > n*55/100 || near > n/100 {
		t.Errorf("of %d steps %d go up and %d to a neighbour", seen, up, near)
	}
	if among, want := (highest-lowest)/slab.ElemSize, uint64(slab.Spread(n)); among < want*99/100 || want < n+4096 {
		t.Errorf("%d elements lie among %d, want them among %d", n, among, want)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
