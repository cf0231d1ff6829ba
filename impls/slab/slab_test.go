package slab

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"readmostly/internal/mem"
)

func newSlab(t *testing.T, elements int, reserve uintptr) *Slab {
	t.Helper()
	s, err := New(elements, reserve)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func alloc(t *testing.T, c *Cache) Ref {
	t.Helper()
	r, err := c.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestElementIsOneLine(t *testing.T) {
	if size := unsafe.Sizeof(Elem{}); size != ElemSize {
		t.Errorf("an element has %d bytes; want %d", size, ElemSize)
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	for _, n := range []int{0, -1} {
		if _, err := New(n, 0); err == nil {
			t.Errorf("New(%d, 0) made a slab", n)
		}
	}
}

// TestAllocUpToCapacity allocates every element once, checks that no two share
// memory, and that the error then says who holds them.
func TestAllocUpToCapacity(t *testing.T) {
	const elements, retired = 3*magazine + 5, 7
	s := newSlab(t, elements, 0)
	c := s.NewCache()
	seen := map[Ref]bool{}
	var refs []Ref
	for range elements {
		r := alloc(t, c)
		if r == 0 || IsEnd(r) || r%ElemSize != 0 || seen[r] {
			t.Fatalf("Alloc returned %#x, 0, odd, not aligned or not free", r)
		}
		seen[r] = true
		refs = append(refs, r)
		At(r).Link.Store(uint64(len(refs)))
	}
	for i, r := range refs {
		if got := At(r).Link.Load(); got != uint64(i+1) {
			t.Fatalf("element %d was overwritten by element %d", i+1, got)
		}
	}
	for _, r := range refs[:retired] {
		c.Retire(r)
	}
	_, err := c.Alloc()
	var full *FullError
	if !errors.As(err, &full) {
		t.Fatalf("Alloc from a full slab: %v; want a *FullError", err)
	}
	if full.Capacity != elements || full.Stats.Live() != elements || full.Stats.Retained() != retired {
		t.Errorf("FullError %+v; want capacity and live %d, retained %d", full, elements, retired)
	}
	for _, number := range []string{"of 197 elements", "190 are in use", "7 are retired"} {
		if !strings.Contains(err.Error(), number) {
			t.Errorf("error %q does not say %q", err, number)
		}
	}
	c.Free(refs[0])
	if again := alloc(t, c); again != refs[0] {
		t.Errorf("Alloc = %#x; want %#x, the only free one", again, refs[0])
	}
	c.FreeBulk(refs)
	c.Close()
	if err := s.Close(0); err != nil {
		t.Error(err)
	}
}

// TestFullCountsElementsOnly checks that reserved words are not taken for
// elements.
func TestFullCountsElementsOnly(t *testing.T) {
	s := newSlab(t, 100, 10_000)
	if _, err := s.Reserve(10_000 - 2*mem.FalseSharingRange); err != nil {
		t.Fatal(err)
	}
	c := s.NewCache()
	n := uint64(0)
	var err error
	for ; err == nil; n++ {
		_, err = c.Alloc()
	}
	var full *FullError
	if !errors.As(err, &full) || full.Capacity != n-1 || n-1 < 100 {
		t.Errorf("%d elements were allocated, then: %v", n-1, err)
	}
	if err := s.Close(n - 1); err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	for _, test := range []struct {
		name     string
		do       func(c *Cache, r Ref)
		resident uint64
		says     string // empty: no error
	}{
		{"resident", func(c *Cache, r Ref) {}, 1, ""},
		{"freed unpublished", func(c *Cache, r Ref) { c.Free(r) }, 0, ""},
		{"retired and freed", func(c *Cache, r Ref) { c.Retire(r); c.Free(r) }, 0, ""},
		{"leaked", func(c *Cache, r Ref) {}, 0, "1 elements are allocated, but the map holds 0"},
		{"lost", func(c *Cache, r Ref) { c.Free(r) }, 1, "0 elements are allocated, but the map holds 1"},
		{"never freed", func(c *Cache, r Ref) { c.Retire(r) }, 1, "1 retired elements were never freed"},
		{"double free", func(c *Cache, r Ref) { c.Free(r); c.Free(r) }, 0, "1 elements were freed or retired in the wrong state"},
		{"double retire", func(c *Cache, r Ref) { c.Retire(r); c.Retire(r); c.Free(r) }, 0, "1 elements were freed or retired in the wrong state"},
		{"retire after free", func(c *Cache, r Ref) { c.Free(r); c.Retire(r) }, 0, "1 elements were freed or retired in the wrong state"},
		{"free of what was never allocated", func(c *Cache, r Ref) { c.Free(r); c.Free(r + ElemSize) }, 0, "1 elements were freed or retired in the wrong state"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSlab(t, 100, 0)
			c := s.NewCache()
			test.do(c, alloc(t, c))
			c.Close()
			err := s.Close(test.resident)
			if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("Close: %v; want %q", err, test.says)
			}
		})
	}
}

// TestDoubleFreeIsNotHandedOutTwice checks that a violation is only counted and
// leaves the free elements in order.
func TestDoubleFreeIsNotHandedOutTwice(t *testing.T) {
	s := newSlab(t, 10, 0)
	c := s.NewCache()
	r := alloc(t, c)
	c.Free(r)
	c.Free(r)
	if a, b := alloc(t, c), alloc(t, c); a == b {
		t.Errorf("element %#x was handed out twice", a)
	}
	if err := s.Close(2); err == nil {
		t.Error("the double free was forgotten")
	}
}

func TestFreePoisons(t *testing.T) {
	s := newSlab(t, 1, 0)
	c := s.NewCache()
	r := alloc(t, c)
	e := At(r)
	for _, w := range []*mem.Uint64{&e.Next, &e.Key, &e.A, &e.B, &e.C} {
		w.Store(42)
	}
	c.Retire(r)
	if e.Key.Load() != 42 || e.Next.Load() != 42 {
		t.Error("Retire changed an element that readers may still hold")
	}
	c.Free(r)
	if got := e.Next.Load(); got != Dead || !IsEnd(got) {
		t.Errorf("the link of a free element is %#x; want Dead", got)
	}
	for name, w := range map[string]*mem.Uint64{"Key": &e.Key, "A": &e.A, "C": &e.C} {
		if got := w.Load(); got != poison {
			t.Errorf("%s of a free element is %#x; want the poison", name, got)
		}
	}
	if err := s.Close(0); err != nil {
		t.Error(err)
	}
}

// TestAllocTouchesNothing: a reader may stand on an element that is handed out
// again, so what readers load stays as it was until the new owner fills it.
func TestAllocTouchesNothing(t *testing.T) {
	s := newSlab(t, 10, 0)
	c := s.NewCache()
	r := alloc(t, c)
	e := At(r)
	words := []*mem.Uint64{&e.Next, &e.Key, &e.A, &e.B, &e.C, &e.Count}
	c.Free(r)
	var before []uint64
	for i, w := range words {
		if w != &e.Next && w != &e.Key {
			w.Store(uint64(100 + i))
		}
		before = append(before, w.Load())
	}
	if again := alloc(t, c); again != r {
		t.Fatalf("element %#x was handed out, not %#x", again, r)
	}
	for i, w := range words {
		if w.Load() != before[i] {
			t.Errorf("word %d of an element that was handed out is %#x; it was %#x", i, w.Load(), before[i])
		}
	}
	c.Free(r)
	if err := s.Close(0); err != nil {
		t.Error(err)
	}
}

// TestMagazinesAreDistinct: a magazine that was emptied is filled again, once: two
// that shared their storage would hand the same elements out twice.
func TestMagazinesAreDistinct(t *testing.T) {
	const n = 6 * magazine
	s := newSlab(t, n, 0)
	c := s.NewCache()
	for round := range 4 {
		var refs []Ref
		seen := map[Ref]bool{}
		for range n {
			r := alloc(t, c)
			if seen[r] {
				t.Fatalf("round %d: element %#x is handed out twice", round, r)
			}
			seen[r] = true
			refs = append(refs, r)
		}
		for _, r := range refs {
			c.Free(r)
		}
	}
	if err := s.Close(0); err != nil {
		t.Error(err)
	}
}

// TestMagazinesMove has one cache free what another one then allocates, while
// there is no other memory.
func TestMagazinesMove(t *testing.T) {
	const elements = 5 * magazine
	s := newSlab(t, elements, 0)
	giver, taker := s.NewCache(), s.NewCache()
	refs := map[Ref]bool{}
	for range elements {
		refs[alloc(t, giver)] = true
	}
	for r := range refs {
		giver.Free(r)
	}
	taken := 0
	for {
		r, err := taker.Alloc()
		if err != nil {
			break
		}
		if !refs[r] {
			t.Fatalf("%#x was handed out twice or never freed", r)
		}
		delete(refs, r)
		taken++
	}
	if kept := elements - taken; kept < 0 || kept >= 2*magazine {
		t.Errorf("the other cache got %d of %d elements; want all but less than two magazines", taken, elements)
	}
	giver.Close()
	for range elements - taken {
		delete(refs, alloc(t, taker))
	}
	if len(refs) != 0 {
		t.Errorf("%d elements were lost when their cache was closed", len(refs))
	}
	if _, err := taker.Alloc(); err == nil {
		t.Error("more elements than there is memory")
	}
	if err := s.Close(elements); err != nil {
		t.Error(err)
	}
}

func TestReserve(t *testing.T) {
	const size = 1000
	s := newSlab(t, 65, 3*(size+2*mem.FalseSharingRange)) // not aligned by chance
	c := s.NewCache()
	alloc(t, c)
	end := uintptr(0)
	for range 3 {
		p, err := s.Reserve(size)
		if err != nil {
			t.Fatal(err)
		}
		at := uintptr(p)
		if at%mem.FalseSharingRange != 0 || at < end {
			t.Errorf("reserved at %#x; want it aligned, and behind %#x", at, end)
		}
		for i, b := range unsafe.Slice((*byte)(p), size) {
			if b != 0 {
				t.Fatalf("byte %d is %d; want it zeroed", i, b)
			}
		}
		end = at + size
	}
	for range 63 {
		if r := alloc(t, c); uintptr(r) < end && uintptr(r)+ElemSize > end-size {
			t.Errorf("element %#x lies in reserved storage", r)
		}
	}
	if _, err := s.Reserve(1 << 20); err == nil {
		t.Error("reserved more than there is")
	}
	if err := s.Close(64); err != nil {
		t.Error(err)
	}
}

func TestEndsDiffer(t *testing.T) {
	var words [3]mem.Uint64
	seen := map[Ref]bool{Dead: true, Removed: true}
	for i := range words {
		end := EndAt(&words[i])
		if !IsEnd(end) || seen[end] {
			t.Errorf("the end at word %d is %#x: no end, or another's", i, end)
		}
		seen[end] = true
	}
}

// TestStatsInMotion checks that a sample whose parts don't fit together makes no
// huge numbers.
func TestStatsInMotion(t *testing.T) {
	s := Stats{Allocated: 1, Freed: 2, Retired: 3, Reclaimed: 4}
	if s.Live() != 0 || s.Retained() != 0 {
		t.Errorf("live %d, retained %d; want 0, 0", s.Live(), s.Retained())
	}
}

// TestManyCaches passes elements between workers that allocate and free, so that
// an element handed to two of them at once is seen by its stamp.
func TestManyCaches(t *testing.T) {
	const workers, rounds = 6, 8000
	s := newSlab(t, workers*4*magazine, 0)
	passing := make(chan Ref, magazine)
	var wg sync.WaitGroup
	for n := range uint64(workers) {
		wg.Go(func() {
			c := s.NewCache()
			defer c.Close()
			for i := range uint64(rounds) {
				r, err := c.Alloc()
				if err != nil {
					t.Error(err)
					return
				}
				stamp := n<<32 | i
				At(r).Link.Store(stamp)
				if i%64 == 0 {
					s.Stats()
				}
				if got := At(r).Link.Load(); got != stamp {
					t.Errorf("element %#x is held by workers %d and %d", r, n, got>>32)
				}
				select {
				case passing <- r:
				case other := <-passing:
					c.Retire(other)
					c.FreeBulk([]Ref{r, other})
				}
			}
		})
	}
	wg.Wait()
	close(passing)
	c := s.NewCache()
	for r := range passing {
		c.Free(r)
	}
	if err := s.Close(0); err != nil {
		t.Error(err)
	}
}
