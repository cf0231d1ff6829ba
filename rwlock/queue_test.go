package rwlock

import (
	"slices"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestRecursiveRead shows why a goroutine must not read again before it has
// finished: with a writer waiting in between, the second read is not granted
// until the first has ended.
func TestRecursiveRead(t *testing.T) {
	var w mem.Uint64
	RLock(&w)
	if !TryRLock(&w) {
		t.Fatal("a second reader isn't let in although no writer waits")
	}
	RUnlock(&w)

	written := make(chan bool)
	go func() {
		Lock(&w)
		close(written)
		Unlock(&w)
	}()
	await(func() bool { return w.Load()&writerWaiting != 0 })
	if TryRLock(&w) {
		t.Error("a reader overtakes the waiting writer")
		RUnlock(&w)
	}
	RUnlock(&w)
	<-written
	await(func() bool { return w.Load()&held == 0 })
	if !TryRLock(&w) {
		t.Error("a reader isn't let in although the writer has gone")
	}
	RUnlock(&w)
}

// TestWriterIsNotStarved: readers that come after a waiting writer get the lock
// after it, although another reader was inside when they came.
func TestWriterIsNotStarved(t *testing.T) {
	var w mem.Uint64
	var got []string // guarded by mu
	var mu sync.Mutex
	log := func(s string) {
		mu.Lock()
		got = append(got, s)
		mu.Unlock()
	}
	var wg sync.WaitGroup
	RLock(&w)
	wg.Go(func() {
		Lock(&w)
		log("writer")
		Unlock(&w)
	})
	await(func() bool { return w.Load()&writerWaiting != 0 })
	const late = 4
	for i := range uint64(late) {
		wg.Go(func() {
			RLock(&w)
			log("reader")
			RUnlock(&w)
		})
		await(func() bool { return waiting(&w) == 2+i })
	}
	RUnlock(&w)
	wg.Wait()
	if len(got) != 1+late || got[0] != "writer" {
		t.Errorf("order of entry: %v", got)
	}
}

// TestReaderIsNotStarved: a reader that comes before a second writer gets the
// lock before it.
func TestReaderIsNotStarved(t *testing.T) {
	// R and W are a reader and a writer; a run of readers may enter in any order.
	for _, queue := range []string{"RW", "WR", "RWRW", "RRWRRW", "WWWW", "WRRRW"} {
		t.Run(queue, func(t *testing.T) {
			var w mem.Uint64
			var got []byte
			var mu sync.Mutex
			var wg sync.WaitGroup
			Lock(&w)
			for i := range len(queue) {
				wg.Go(func() {
					enter, leave := Lock, Unlock
					if queue[i] == 'R' {
						enter, leave = RLock, RUnlock
					}
					enter(&w)
					mu.Lock()
					got = append(got, queue[i])
					mu.Unlock()
					leave(&w)
				})
				await(func() bool { return waiting(&w) == uint64(i)+1 })
			}
			Unlock(&w)
			wg.Wait()
			if string(got) != queue {
				t.Errorf("came as %s, entered as %s", queue, got)
			}
			if s := w.Load(); s&held != 0 || queued(s) {
				t.Errorf("word %#x at the end", s)
			}
		})
	}
}

// TestFairness: while all want the lock all the time, they get it in turns. A
// holder leaves only when all the others queue, so the shares must be equal.
func TestFairness(t *testing.T) {
	const goroutines, turns = 4, 50
	var w mem.Uint64
	var order []int // guarded by the lock
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for range turns {
				Lock(&w)
				order = append(order, g)
				if len(order) <= goroutines*(turns-1) {
					await(func() bool { return waiting(&w) == goroutines-1 })
				}
				Unlock(&w)
			}
		})
	}
	wg.Wait()
	for turn := range turns - 1 {
		round := slices.Clone(order[turn*goroutines : (turn+1)*goroutines])
		slices.Sort(round)
		for g, got := range round {
			if got != g {
				t.Fatalf("round %d was %v", turn, order[turn*goroutines:(turn+1)*goroutines])
			}
		}
	}
}

// TestReadersShare: readers are inside at the same time, and one that queued
// behind a writer lets the next in as soon as it is served.
func TestReadersShare(t *testing.T) {
	const n = 5
	var w mem.Uint64
	var wg sync.WaitGroup
	Lock(&w)
	for range n {
		wg.Go(func() {
			RLock(&w)
			await(func() bool { return inside(&w) == n })
		})
	}
	await(func() bool { return waiting(&w) == n })
	Unlock(&w)
	wg.Wait()
	for range n {
		RUnlock(&w)
	}
	if !TryLock(&w) {
		t.Errorf("word %#x at the end", w.Load())
	}
}
