package rcu

import (
	"testing"
	"unsafe"
)

// Rule (20): without a page the chain, without a link a wait.

func TestBulkFallsBackToTheChain(t *testing.T) {
	d, o := newFake(false), newObjects(2000)
	budget := NewBudget(1)
	b := NewBulk(d, o, Options{Memory: budget})
	for h := range 1000 {
		b.Free(h)
	}
	if got, want := b.Stats().Chained, uint64(1000-512); got != want {
		t.Errorf("%d objects chained, want %d: all that don't go on one page", got, want)
	}
	o.wantReclaimed(t, 0)
	d.onWait = d.end
	b.Barrier()
	o.wantReclaimed(t, 1000)
	// With memory at hand again, pages are used again.
	budget.SetLimit(10)
	for h := 1000; h < 2000; h++ {
		b.Free(h)
	}
	if got := b.Stats().Chained; got != 1000-512 {
		t.Errorf("%d objects chained, though there were pages", got)
	}
	b.Close()
	o.wantReclaimed(t, 2000)
	if budget.Used() != 0 {
		t.Errorf("%d pages in use after Close", budget.Used())
	}
}

func TestBulkFallsBackToWaiting(t *testing.T) {
	d, o := newFake(false), newObjects(600)
	b := NewBulk(d, headless{o}, Options{Memory: NewBudget(1)})
	for h := range 512 {
		b.Free(h)
	}
	if d.waits != 0 {
		t.Errorf("%d waits while there was a page", d.waits)
	}
	d.onWait = func() {
		if b.Len() != 512 {
			t.Errorf("Len() = %d during the wait", b.Len())
		}
		d.end()
	}
	b.Free(512)
	if s := b.Stats(); d.waits != 1 || s.Synchronized != 1 || o.reclaimed[512] != 1 {
		t.Errorf("%d waits, %d objects reclaimed on the spot (counted: %d), want 1 each", d.waits, o.reclaimed[512], s.Synchronized)
	}
	// Where waiting is not allowed, the budget must give way.
	waits := d.waits
	for h := 513; h < 600; h++ {
		b.Add(h)
	}
	if d.waits != waits {
		t.Error("Add waits")
	}
	d.onWait = d.end
	b.Close()
	o.wantReclaimed(t, 600)
}

func TestBudgetTakesPagesBack(t *testing.T) {
	const page = pageBytes / int(unsafe.Sizeof(0)) // handles
	d, o := newFake(true), newObjects(10*page)
	budget := NewBudget(100)
	b := NewBulk(d, o, Options{Gather: 4 * page, Memory: budget})
	for h := range 4 * page {
		b.Free(h)
	}
	b.Barrier()
	if budget.Used() < 4 {
		t.Fatalf("%d pages kept, want at least 4", budget.Used())
	}
	budget.SetLimit(1)
	for h := 4 * page; h < 10*page; h++ {
		b.Free(h)
	}
	b.Barrier()
	if budget.Used() > 1 {
		t.Errorf("%d pages kept under a limit of 1", budget.Used())
	}
	b.Close()
	o.wantReclaimed(t, 10*page)
	if budget.Used() != 0 {
		t.Errorf("%d pages in use after Close", budget.Used())
	}
}

// TestPagesInUseAreGivenBack: a budget that shrinks is obeyed when the pages in use
// fall empty, not when somebody asks for the next.
func TestPagesInUseAreGivenBack(t *testing.T) {
	d, o := newFake(false), newObjects(2000)
	d.onWait = d.end
	budget := NewBudget(100)
	b := NewBulk(d, o, Options{Gather: 2000, Memory: budget})
	for h := range 2000 {
		b.Free(h)
	}
	const page = pageBytes / int(unsafe.Sizeof(0)) // handles
	if want := (2000 + page - 1) / page; budget.Used() != want {
		t.Fatalf("%d pages in use, want %d", budget.Used(), want)
	}
	budget.SetLimit(1)
	b.Barrier()
	o.wantReclaimed(t, 2000)
	if budget.Used() > 1 {
		t.Errorf("%d pages kept under a limit of 1", budget.Used())
	}
	b.Close()
}

func TestBulkReclaimsInBulk(t *testing.T) {
	d, o := newFake(true), newObjects(5120)
	b := NewBulk(d, o, Options{})
	for h := range 5120 {
		b.Free(h)
	}
	if len(o.bulks) != 10 || o.bulks[0] != 512 {
		t.Errorf("bulk frees of %v objects, want pages of 512", o.bulks)
	}
	b.Close()
	o.wantReclaimed(t, 5120)
}

func TestBulkObeysSmallBatches(t *testing.T) {
	d, o := newFake(false), newObjects(1000)
	b := NewBulk(d, o, Options{Batch: 100})
	for h := range 1000 {
		b.Free(h)
	}
	d.onWait = d.end
	b.Close()
	o.wantReclaimed(t, 1000)
	d2, o2 := newFake(false), newObjects(600)
	b = NewBulk(d2, o2, Options{Batch: 100, Gather: 600})
	for h := range 600 {
		b.Free(h)
	}
	d2.end()
	for range 6 {
		b.Poll()
	}
	for _, n := range o2.bulks {
		if n > 100 {
			t.Errorf("bulk of %d objects, limit 100", n)
		}
	}
	o2.wantReclaimed(t, 600)
	b.Close()
}

// TestFreeInsideReclaim lets each bulk free let more objects go, as the freeing
// of a tree does, on every path.
func TestFreeInsideReclaim(t *testing.T) {
	for _, pages := range []int{0, 1, 100} {
		for _, linked := range []bool{true, false} {
			d, o := newFake(true), newObjects(1023)
			var f BulkFreer[int] = o
			if !linked {
				f = headless{o}
			}
			b := NewBulk(d, f, Options{HighWater: 100, Batch: 3, Memory: NewBudget(pages)})
			o.onReclaim = func(h int) {
				if h < 511 {
					b.Free(2*h + 1)
					b.Free(2*h + 2)
				}
			}
			b.Free(0)
			for range 2000 {
				b.Poll()
			}
			o.wantReclaimed(t, 1023)
			b.Close()
		}
	}
}
