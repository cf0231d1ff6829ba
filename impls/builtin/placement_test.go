package builtin

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"readmostly/impls"
	"readmostly/impls/slab"
)

// addresses returns where the elements of the first chain lie, in the chain's
// order, while nobody updates.
func (s *store) addresses() (all []uint64) {
	for ref := s.table.Bucket(0).Head.Load(); !slab.IsEnd(ref); ref = slab.At(ref).Next.Load() {
		all = append(all, ref)
	}
	return all
}

func (m *gcMap) addresses() (all []uint64) {
	for e := m.buckets[0].head.Load(); e != nil; e = e.next.Load() {
		all = append(all, uint64(uintptr(unsafe.Pointer(e))))
	}
	return all
}

// An order is what a processor could make use of in the addresses along a chain.
type order struct {
	near int     // steps to at most two lines away
	same int     // steps that go on in the direction of the last
	rank float64 // Spearman's correlation of place and address
}

func orderOf(addresses []uint64) (o order) {
	n := float64(len(addresses))
	sorted := slices.Sorted(slices.Values(addresses))
	squares, last := 0.0, int64(0)
	for i, a := range addresses {
		rank, _ := slices.BinarySearch(sorted, a)
		squares += float64(i-rank) * float64(i-rank)
		if i == 0 {
			continue
		}
		step := int64(a - addresses[i-1])
		if -2*slab.ElemSize <= step && step <= 2*slab.ElemSize {
			o.near++
		}
		if i > 1 && (step > 0) == (last > 0) {
			o.same++
		}
		last = step
	}
	o.rank = 1 - 6*squares/(n*(n*n-1))
	return o
}

// drifts says what is not random in the order of a chain of n elements. Of random
// addresses one step in a thousand is to a neighbour, a third of the steps go on in
// the direction of the last, and ranks are not correlated; the bounds are five
// standard deviations away.
func (o order) drifts(n int, ranked bool) bool {
	root := math.Sqrt(float64(n))
	return o.near > n/64 ||
		math.Abs(float64(o.same)-float64(n)/3) > 5*0.42*root ||
		ranked && math.Abs(o.rank) > 5/root
}

// TestPlacement: whatever the way to reclaim, the addresses along a chain stay as
// random as they were when the map was filled: soon after the beginning, when
// memory is handed out for the first time, and in the long run. Half of the updates
// undo the others from the last to the first, as on a tape that is closed.
//
// In the heap of the collector, whose next free node moves on through memory, that
// is so from element to element, but not of the ends of a chain.
func TestPlacement(t *testing.T) {
	const n = 512
	for _, b := range impls.Backends() {
		if !b.Caps.Updates() || b.Caps.Floor {
			continue
		}
		ways := b.Reclaims
		if len(ways) == 0 {
			ways = []string{""}
		}
		for _, reclaim := range ways {
			t.Run(b.Name+"/"+reclaim, func(t *testing.T) {
				m, err := b.New(impls.Config{Buckets: 1, Capacity: 1 << 16, Reclaim: reclaim})
				if err != nil {
					t.Fatal(err)
				}
				ops := fillAndExchange(t, m, n, 20000)
				if reclaim == reclaimSync {
					ops = ops[:5000] // a grace period each
				}
				w, err := m.NewWorker()
				if err != nil {
					t.Fatal(err)
				}
				done := 0
				for _, until := range []int{0, n / 2, n, 4 * n, len(ops) / 2, len(ops)} {
					var tally impls.Tally
					w.Run(ops[done:until], &tally)
					done = until
					o := orderOf(m.(interface{ addresses() []uint64 }).addresses())
					if o.drifts(n, !b.Caps.NeedsGC) {
						t.Errorf("after %d updates the addresses of %d elements along the chain are in an order: %+v", done, n, o)
					}
				}
				w.Close()
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// fillAndExchange fills a map and returns so many updates that each replace an
// element by one of another key, and then undo that.
func fillAndExchange(t *testing.T, m impls.Map, n, updates int) []impls.Op {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	var elements []impls.Element
	for _, key := range random.Perm(2 * n) {
		elements = append(elements, impls.MakeElement(uint64(key), 1))
	}
	if err := m.(impls.Filler).Fill(elements[:n]); err != nil {
		t.Fatal(err)
	}
	exchange := func(out, in uint64) []impls.Op {
		return []impls.Op{impls.MakeOp(impls.Delete, out), impls.MakeOp(impls.Insert, in)}
	}
	var ops []impls.Op
	for range updates / 4 {
		i, j := random.IntN(n), n+random.IntN(n)
		ops = append(ops, exchange(elements[i].Key, elements[j].Key)...)
		elements[i], elements[j] = elements[j], elements[i]
	}
	for k := len(ops) - 2; k >= 0; k -= 2 {
		ops = append(ops, exchange(ops[k+1].Key(), ops[k].Key())...)
	}
	return ops
}
