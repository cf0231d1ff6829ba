package chain

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
)

// fixture is a table with its memory.
type fixture struct {
	t     *testing.T
	slab  *slab.Slab
	cache *slab.Cache
	Table
}

func newFixture(t *testing.T, elements, buckets int) *fixture {
	t.Helper()
	s, err := slab.New(elements, ReserveFor(buckets))
	if err != nil {
		t.Fatal(err)
	}
	table, err := New(s, buckets)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{t, s, s.NewCache(), table}
}

// element makes an element that is not yet published.
func (f *fixture) element(key uint64) slab.Ref {
	f.t.Helper()
	ref, err := f.cache.Alloc()
	if err != nil {
		f.t.Fatal(err)
	}
	Fill(slab.At(ref), impls.MakeElement(key, key))
	return ref
}

// keys returns the keys of a chain from its head, and its end marker.
func (f *fixture) keys(i uint64) ([]uint64, slab.Ref) {
	keys := []uint64{}
	ref := f.Bucket(i).Head.Load()
	for !slab.IsEnd(ref) {
		keys = append(keys, slab.At(ref).Key.Load())
		ref = slab.At(ref).Next.Load()
	}
	return keys, ref
}

func (f *fixture) want(keys ...uint64) {
	f.t.Helper()
	got, end := f.keys(0)
	if !slices.Equal(got, keys) || end != f.End(0) {
		f.t.Errorf("the chain is %v with end %#x; want %v with end %#x", got, end, keys, f.End(0))
	}
	if n := f.Count(); n != uint64(len(keys)) {
		f.t.Errorf("Count = %d; want %d", n, len(keys))
	}
}

// TestListKeepsApart: what updaters of a list store at each change of its tail is
// not within a pair of cache lines of what readers load (rule 45).
func TestListKeepsApart(t *testing.T) {
	var l List
	if gap := unsafe.Offsetof(l.tail) - unsafe.Offsetof(l.end) - unsafe.Sizeof(l.end); gap < mem.FalseSharingRange {
		t.Errorf("%d bytes between what readers load and the tail; want %d", gap, mem.FalseSharingRange)
	}
	if gap := unsafe.Sizeof(l) - unsafe.Offsetof(l.tail) - unsafe.Sizeof(l.tail); gap < mem.FalseSharingRange {
		t.Errorf("%d bytes behind the tail; want %d", gap, mem.FalseSharingRange)
	}
}

func TestNewRefuses(t *testing.T) {
	s, err := slab.New(1, 1<<16)
	if err != nil {
		t.Fatal(err)
	}
	for _, buckets := range []int{-1, 0, 3, 1000, 1<<31 + 1, 1 << 32} {
		if _, err := New(s, buckets); err == nil {
			t.Errorf("New made a table of %d buckets", buckets)
		}
	}
	if _, err := New(s, 1<<20); err == nil {
		t.Error("New made a table that does not fit")
	}
	if err := s.Close(0); err != nil {
		t.Error(err)
	}
}

// TestReserveForSuffices checks that a table leaves all elements their memory.
func TestReserveForSuffices(t *testing.T) {
	for buckets := 1; buckets <= 1<<12; buckets *= 2 {
		f := newFixture(t, 10, buckets)
		for range 10 {
			f.element(1)
		}
		if err := f.slab.Close(10); err != nil {
			t.Error(err)
		}
	}
}

func TestPublish(t *testing.T) {
	f := newFixture(t, 10, 1)
	head := &f.Bucket(0).Head
	f.want()
	Publish(head, f.element(1))
	f.want(1)
	two := f.element(2)
	Publish(head, two)
	f.want(2, 1)
	Publish(&slab.At(two).Next, f.element(3)) // behind two
	f.want(2, 3, 1)
	link, _ := f.Seek(f.Bucket(0), 1)
	Publish(link, f.element(4)) // before one
	f.want(2, 3, 4, 1)
	link, _ = f.Seek(f.Bucket(0), 99)
	Publish(link, f.element(5)) // at the end
	f.want(2, 3, 4, 1, 5)
}

func TestUnlink(t *testing.T) {
	for _, test := range []struct {
		name string
		key  uint64
		want []uint64
	}{
		{"head", 3, []uint64{2, 1}},
		{"middle", 2, []uint64{3, 1}},
		{"last", 1, []uint64{3, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, 3, 1)
			for key := uint64(1); key <= 3; key++ {
				f.Bucket(0).AddHead(f.element(key))
			}
			link, ref := f.Seek(f.Bucket(0), test.key)
			next := slab.At(ref).Next.Load()
			Unlink(link, ref)
			f.want(test.want...)
			if got := slab.At(ref).Next.Load(); got != next {
				t.Errorf("the unlinked element's Next is %#x; want %#x, as readers may stand on it", got, next)
			}
			MarkRemoved(ref)
			if got := slab.At(ref).Next.Load(); got != slab.Removed || !slab.IsEnd(got) {
				t.Errorf("the marked element's Next is %#x; want Removed", got)
			}
			f.want(test.want...)
		})
	}
}

func TestReplace(t *testing.T) {
	for key := uint64(1); key <= 3; key++ {
		f := newFixture(t, 4, 1)
		for k := uint64(1); k <= 3; k++ {
			f.Bucket(0).AddHead(f.element(k))
		}
		link, old := f.Seek(f.Bucket(0), key)
		next := slab.At(old).Next.Load()
		Replace(link, old, f.element(10+key))
		want := []uint64{3, 2, 1}
		want[3-key] = 10 + key
		f.want(want...)
		if got := slab.At(old).Next.Load(); got != next {
			t.Errorf("the replaced element's Next is %#x; want %#x, as readers may stand on it", got, next)
		}
	}
}

func TestSeekAndFind(t *testing.T) {
	f := newFixture(t, 10, 4)
	for key := range uint64(8) {
		f.Of(key).AddHead(f.element(key))
	}
	for key := range uint64(8) {
		link, ref := f.Seek(f.Of(key), key)
		if slab.IsEnd(ref) || link.Load() != ref || slab.At(ref).Key.Load() != key {
			t.Errorf("Seek of key %d = link to %#x, %#x", key, link.Load(), ref)
		}
		e, ok := f.Find(key)
		if !ok || e != impls.MakeElement(key, key) || !Valid(slab.At(ref), key) {
			t.Errorf("Find of key %d = %+v, %v", key, e, ok)
		}
		if Valid(slab.At(ref), key+1) {
			t.Errorf("the element of key %d is valid for another key", key)
		}
	}
	absent := uint64(8)
	link, ref := f.Seek(f.Of(absent), absent)
	if want := f.End(f.Index(absent)); ref != want || link.Load() != want {
		t.Errorf("Seek of an absent key = link to %#x, %#x; want the end %#x", link.Load(), ref, want)
	}
	if e, ok := f.Find(absent); ok {
		t.Errorf("Find of an absent key = %+v", e)
	}
	seen := map[uint64]int{}
	for _, e := range f.All() {
		seen[e.Key.Load()]++
	}
	if len(seen) != 8 {
		t.Errorf("All yielded keys %v; want 0 to 7, once each", seen)
	}
	n := 0
	for range f.All() {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("All went on after the loop had ended")
	}
}

// TestEndsAreUnique checks the markers over tables that share a slab: rule 23.
func TestEndsAreUnique(t *testing.T) {
	const buckets, tables = 256, 5
	s, err := slab.New(1, tables*ReserveFor(buckets))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[slab.Ref]bool{slab.Dead: true, slab.Removed: true}
	for range tables {
		table, err := New(s, buckets)
		if err != nil {
			t.Fatal(err)
		}
		if table.Len() != buckets {
			t.Errorf("Len = %d; want %d", table.Len(), buckets)
		}
		for i := range table.Len() {
			end := table.End(i)
			if !slab.IsEnd(end) || seen[end] {
				t.Fatalf("the end of chain %d is %#x: even, or not its own", i, end)
			}
			seen[end] = true
			if got := table.Bucket(i).Head.Load(); got != end {
				t.Errorf("a new chain starts with %#x; want its end %#x", got, end)
			}
		}
	}
	if err := s.Close(0); err != nil {
		t.Error(err)
	}
}

// TestIndexSpreads checks that chains have about the same length for the keys
// that the harness draws: consecutive ones, strided ones and random ones.
func TestIndexSpreads(t *testing.T) {
	const buckets, mean = 1 << 10, 64
	f := newFixture(t, 1, buckets)
	rng := rand.New(rand.NewPCG(1, 2))
	for name, key := range map[string]func(i uint64) uint64{
		"consecutive": func(i uint64) uint64 { return i },
		"even":        func(i uint64) uint64 { return 2 * i },
		"by 1024":     func(i uint64) uint64 { return i << 10 },
		"random":      func(uint64) uint64 { return rng.Uint64() & impls.MaxKey },
	} {
		lengths := make([]int, buckets)
		for i := range uint64(buckets * mean) {
			index := f.Index(key(i))
			if index >= buckets {
				t.Fatalf("%s: key %#x has chain %d of %d", name, key(i), index, buckets)
			}
			lengths[index]++
		}
		if longest := slices.Max(lengths); longest > 2*mean {
			t.Errorf("%s: the longest chain has %d elements; want at most %d, twice the mean", name, longest, 2*mean)
		}
	}
}

// TestReadersAlongUpdates has readers walk a chain while one updater replaces and
// moves elements: each of those that stay must be found whole.
func TestReadersAlongUpdates(t *testing.T) {
	const staying, moving, rounds = 8, 8, 4000
	f := newFixture(t, 2*staying+2*moving+rounds*2, 1)
	b := f.Bucket(0)
	for key := range uint64(staying + moving) {
		b.AddHead(f.element(key))
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				for key := range uint64(staying) {
					if e, ok := f.Find(key); !ok || !e.Valid() || e.Key != key {
						t.Errorf("Find of key %d = %+v, %v", key, e, ok)
						return
					}
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range uint64(rounds) {
		// Nothing is freed here, so that readers may stand anywhere.
		stay, move := i%staying, staying+i%moving
		link, old := f.Seek(b, stay)
		Replace(link, old, f.element(stay))
		link, old = f.Seek(b, move)
		Unlink(link, old)
		b.AddHead(f.element(move))
	}
	close(done)
	readers.Wait()
	if n := f.Count(); n != staying+moving {
		t.Errorf("%d elements are in the chain; want %d", n, staying+moving)
	}
}

// A folded table finds the same chains.
func TestFoldedFindsTheSame(t *testing.T) {
	f := newFixture(t, 1, 64)
	for key := range uint64(1000) {
		if got, want := f.Folded().Of(key), f.Of(key); got != want {
			t.Fatalf("key %d is in the chain at %p; folded, in that at %p", key, want, got)
		}
	}
}
