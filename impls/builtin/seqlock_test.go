package builtin

import (
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
	const rounds, patience = 20, 10 * time.Second
	eachLook(t, func(t *testing.T, look func(w *seqWorker)) {
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
			// On one processor the reader has it until it is driven off, so this
			// yields once.
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

// TestSeqlockReaderIsNotStarved disturbs every attempt of a reader, which can't
// end one by itself as it goes in a circle. In the end it must take the lock
// (rule 31); only then is the circle broken.
func TestSeqlockReaderIsNotStarved(t *testing.T) {
	const patience = 10 * time.Second
	eachLook(t, func(t *testing.T, look func(w *seqWorker)) {
		w := newSeqWorker(t, 10)
		a := w.element(t, 1)
		slab.At(a).Next.Store(a)
		bucket := w.table.Bucket(0)
		bucket.Head.Store(a)
		left := make(chan bool)
		go func() {
			look(w)
			close(left)
		}()
		// Bit 0 of the word is the lock, bit 1 says that a writer has it.
		taken := func() bool { return bucket.Word.Load()&3 == 1 }
		end := time.Now().Add(patience)
		for !taken() && time.Now().Before(end) {
			seqlock.WriteLock(&bucket.Word)
			seqlock.WriteUnlock(&bucket.Word)
			time.Sleep(20 * time.Microsecond)
		}
		if !taken() {
			t.Errorf("a reader that was disturbed for %v hasn't taken the lock", patience)
			seqlock.WriteLock(&bucket.Word)
			mem.StoreRelease(&slab.At(a).Next, w.table.End(0))
			seqlock.WriteUnlock(&bucket.Word)
		} else {
			mem.StoreRelease(&slab.At(a).Next, w.table.End(0))
		}
		<-left
	})
}

// eachLook runs test for every way to look.
func eachLook(t *testing.T, test func(t *testing.T, look func(w *seqWorker))) {
	const absent = 99
	for name, look := range map[string]func(w *seqWorker){
		"lookup": func(w *seqWorker) { w.Lookup(absent) },
		"batch":  func(w *seqWorker) { w.Run([]impls.Op{impls.MakeOp(impls.Lookup, absent)}, new(impls.Tally)) },
		"walk":   func(w *seqWorker) { w.Walk(func(impls.Element) bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) { test(t, look) })
	}
}
