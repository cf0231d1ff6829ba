package implstest

import (
	"runtime"
	"sync"

	"readmostly/impls"
)

// updates is the mix of stages whose keys have many writers.
var updates = Mix{impls.Lookup: 4, impls.Insert: 6, impls.Delete: 5, impls.Replace: 4}

// rivals is the number of workers that update the same keys.
const rivals = 4

// contended has rivals update the same few keys. Each key must have been
// inserted as often as deleted, or once more if it is there at the end.
func contended(t *trial) { contend(t, 12, t.ops(15000), 0) }

// interrupted is contended where each rival stops the world now and then, which
// leaves another one in the middle of an update: see [stopped].
func interrupted(t *trial) {
	const between = 16 // operations between two stops, about
	runtime.GOMAXPROCS(2)
	contend(t, 4, max(t.ops(1500), 300), between)
}

// contend has each rival do n operations on so many keys. If between is not 0 it
// stops the world after about so many of them.
func contend(t *trial, population, n, between int) {
	if !t.open() {
		return
	}
	keys := Keys(t.rng(0), population)
	balance := make([][]int, rivals)
	mix := updates.Permitted(t.b.Caps)
	t.together(rivals, func(w impls.Worker, rival int) {
		rng := t.rng(1 + rival)
		balance[rival] = make([]int, len(keys))
		versions := impls.NewVersions(uint64(rival))
		for i := range n {
			if t.failed() {
				return
			}
			k := rng.IntN(len(keys))
			var ok bool
			var err error
			switch key := keys[k]; mix.Pick(rng) {
			case impls.Lookup:
				if e, found := w.Lookup(key); found && (e.Key != key || !e.Valid()) {
					t.failf("lookup of key %#x saw %+v", key, e)
				}
			case impls.Insert:
				ok, err = w.Insert(versions.Element(key))
				balance[rival][k] += int(count(ok))
			case impls.Delete:
				ok, err = w.Delete(key)
				balance[rival][k] -= int(count(ok))
			case impls.Replace:
				_, err = w.Replace(versions.Element(key))
			}
			if err != nil {
				t.failf("update of key %#x: %v", keys[k], err)
			}
			if between > 0 && rng.IntN(between) == 0 {
				stopTheWorld()
			}
			if i%16 == 15 {
				runtime.Gosched() // or short bursts would never meet on few cores
			}
		}
	})
	w := t.worker()
	if w == nil {
		return
	}
	resident := 0
	for k, key := range keys {
		sum := 0
		for n := range balance {
			sum += balance[n][k]
		}
		_, found := w.Lookup(key)
		if sum != int(count(found)) {
			t.failf("key %#x was inserted %d times more than deleted, and a lookup after the end found = %v", key, sum, found)
		}
		resident += int(count(found))
	}
	w.Close()
	t.close(resident)
}

// batches has rivals execute tapes on the same keys. What their tallies say was
// inserted and deleted must be what is there at the end.
func batches(t *trial) {
	if !t.open() {
		return
	}
	rng := t.rng(0)
	keys := Keys(rng, 48)
	mix := updates
	mix[impls.Walk] = 1
	mix = mix.Permitted(t.b.Caps)
	tallies := make([]impls.Tally, rivals)
	t.together(rivals, func(w impls.Worker, n int) {
		tape := mix.Tape(t.rng(1+n), keys, t.ops(15000))
		total := len(tape)
		for len(tape) > 0 && tallies[n].Err == nil {
			size := min(len(tape), 48)
			w.Run(tape[:size], &tallies[n])
			tape = tape[size:]
			runtime.Gosched()
		}
		t.checkBatch(total, &tallies[n])
	})
	var sum impls.Tally
	for n := range tallies {
		sum.Add(&tallies[n])
	}
	w := t.worker()
	if w == nil {
		return
	}
	var end impls.Tally
	for _, key := range keys {
		w.Run([]impls.Op{impls.MakeOp(impls.Lookup, key)}, &end)
	}
	if sum.Inserted-sum.Deleted != end.Hits {
		t.failf("%d elements were inserted and %d deleted, and %d are there at the end", sum.Inserted, sum.Deleted, end.Hits)
	}
	w.Close()
	t.close(int(end.Hits))
}

// together runs f on n goroutines, each with a worker, and waits for all.
func (t *trial) together(n int, f func(w impls.Worker, i int)) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range n {
		w := t.worker()
		if w == nil {
			return
		}
		wg.Go(func() {
			defer w.Close()
			f(w, i)
		})
	}
}
