package builtin

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/internal/mem"
	"readmostly/seqlock"
)

func newSeqWorker(t *testing.T, elements int) *seqWorker {
	t.Helper()
	m, err := newSeqMap(impls.Config{Buckets: 1, Capacity: elements}, false)
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.NewWorker()
	if err != nil {
		t.Fatal(err)
	}
	return w.(*seqWorker)
}

// element makes an element that is in no chain.
func (w *seqWorker) element(t *testing.T, key uint64) slab.Ref {
	t.Helper()
	ref, err := w.cache.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	chain.Fill(slab.At(ref), impls.MakeElement(key, 1))
	return ref
}

// TestSeqlockWalkIsBounded leads a reader into a circle, as reuse under its feet
// may, and then makes the circle unreachable: the reader must notice (rule 29).
func TestSeqlockWalkIsBounded(t *testing.T) {
	const absent, rounds, patience = 99, 20, 10 * time.Second
	var tally impls.Tally
	for name, look := range map[string]func(w *seqWorker){
		"single": func(w *seqWorker) { w.Lookup(absent) },
		"batch":  func(w *seqWorker) { w.Run([]impls.Op{impls.MakeOp(impls.Lookup, absent)}, &tally) },
		"walk":   func(w *seqWorker) { w.Walk(func(impls.Element) bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newSeqWorker(t, 10)
			a, b := w.element(t, 1), w.element(t, 2)
			slab.At(a).Next.Store(b)
			slab.At(b).Next.Store(a)
			bucket := w.table.Bucket(0)
			for range rounds {
				seqlock.WriteLock(&bucket.Word)
				mem.StoreRelease(&bucket.Head, a)
				seqlock.WriteUnlock(&bucket.Word)
				left := make(chan bool)
				go func() {
					look(w)
					close(left)
				}()
				for range 20 {
					runtime.Gosched()
				}
				time.Sleep(100 * time.Microsecond)
				select {
				case <-left:
					t.Fatal("a reader left a circle that nobody had broken")
				default:
				}
				seqlock.WriteLock(&bucket.Word)
				mem.StoreRelease(&bucket.Head, w.table.End(0))
				seqlock.WriteUnlock(&bucket.Word)
				select {
				case <-left:
				case <-time.After(patience):
					t.Fatalf("a reader has gone in a circle for %v", patience)
				}
			}
		})
	}
}

// TestSeqlockReaderIsNotStarved has a reader walk so long a chain that a writer
// always comes between: it must take the lock in the end (rule 31).
func TestSeqlockReaderIsNotStarved(t *testing.T) {
	const elements, lookups, breath = 4000, 60, 200000
	w := newSeqWorker(t, elements)
	bucket := w.table.Bucket(0)
	for key := range uint64(elements) {
		bucket.AddHead(w.element(t, key))
	}
	var done mem.Uint64
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 1; done.Load() == 0; n++ {
			seqlock.WriteLock(&bucket.Word)
			seqlock.WriteUnlock(&bucket.Word)
			if n%breath == 0 {
				time.Sleep(time.Millisecond) // what would let a starving reader through
			}
		}
	})
	locked := 0
	for range lookups {
		_, hit, f := w.find(elements)
		if hit || f.retries > maxRedos {
			t.Errorf("found %v after %d redos; want absent after at most %d", hit, f.retries, maxRedos)
			break
		}
		if f.retries == maxRedos {
			locked++
		}
	}
	done.Store(1)
	writer.Wait()
	t.Logf("of %d lookups %d took the lock", lookups, locked)
}
