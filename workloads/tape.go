package workloads

import (
	"errors"
	"math"
	"math/rand/v2"
	"sync"

	"readmostly/impls"
)

// A tape is what one worker does, over and over: operations that were drawn
// before the run, so that no random number is drawn in it.
//
//   - Lookups are uniform over the key range, and come in blocks of 64: 32 of keys
//     that are in the map at the start and 32 of keys that aren't, in random
//     order. So all parts of the tape have nearly the same hit rate, and whether a
//     lookup finds its key can't be told from those before it. Of the keys that
//     are there, and of those that aren't, each is looked up once before any is
//     looked up again. Chained lookups are all of keys that are there.
//   - Updates are spread evenly: a pair at a random place of each block of 2/share
//     operations. A pair is a delete and an insert, or the other way round, next to
//     each other: so a worker that loses its core is seldom caught between them,
//     and the others' hit rate does not depend on how long an update takes.
//   - Every update succeeds, whatever the other workers do: a worker inserts and
//     deletes only keys that it alone owns, and the tape knows where they are.
//     So its keys are never more than one from their number at the start, and on
//     average not at all.
//   - The tape is closed: the second half of its updates undoes the first half
//     from the last to the first, so that it can be played again.
//
// A tape does not depend on the backend or on the structure.
type tape []impls.Op

// Lengths of tapes, in operations. A tape is long enough for a branch predictor
// not to learn it on a list of 16 and holds every key of a map of 1M.
const (
	minTape = 1 << 17
	maxTape = 1 << 21
)

// minShare is the least share of updates, not counting none: a tape has two.
const minShare = 2.0 / maxTape

// tapeShape returns the length of the workload's tapes and how many of their
// operations are updates. Both are even: updates, so that they can be undone;
// lookups, so that half of them are of keys that are there.
func tapeShape(w Workload) (ops, updates int) {
	keys := 2 * w.Size
	lookups := maxTape
	if keys < maxTape {
		lookups = (minTape + keys - 1) / keys * keys
	}
	if w.Updates == 0 {
		return lookups, 0
	}
	long := float64(min(2*lookups, maxTape))
	if w.Updates < 1 {
		long = min(long, float64(lookups)/(1-w.Updates))
	}
	half := math.Ceil(long*w.Updates/2 - 1e-6)
	return int(2 * math.Round(half/w.Updates)), int(2 * half)
}

// Tapes are the tapes of one workload's workers, and the keys that they are drawn
// from. They are not changed once they are made: any number of trials share them.
type Tapes struct {
	population population
	elements   []impls.Element // of the population
	tapes      map[tapeKind][]tape
}

// A tapeKind tells tapes of one worker apart.
type tapeKind struct {
	updates float64
	replace bool
	chained bool
}

// MakeTapes makes the keys and the tapes of a workload. If its trials include
// some of backends that can't update, tapes without updates are made as well.
func MakeTapes(w Workload, readOnly bool) *Tapes {
	all := &Tapes{population: newPopulation(w), tapes: map[tapeKind][]tape{}}
	all.elements = all.population.elements()
	scene := w.Scene()
	var making sync.WaitGroup
	make1 := func(kind tapeKind, worker int) {
		if all.tapes[kind] == nil {
			all.tapes[kind] = make([]tape, w.Threads)
		}
		made := all.tapes[kind]
		making.Go(func() { made[worker] = makeTape(w.with(kind), all.population, worker) })
	}
	for i := range w.Threads {
		kind := w.tapeOf(scene.role(w, i))
		make1(kind, i)
		if readOnly && kind.updates > 0 && scene.role(w.ReadOnly(), i) != resting {
			make1(tapeKind{chained: w.Chained}, i)
		}
	}
	making.Wait()
	return all
}

// with returns the workload with a tape's updates.
func (w Workload) with(kind tapeKind) Workload {
	w.Updates, w.Replace, w.Chained = kind.updates, kind.replace, kind.chained
	return w
}

// fit says what is wrong with the tapes for a workload.
func (t *Tapes) fit(w Workload) error {
	fits := len(t.population.present) == w.Size
	for i := range w.Threads {
		if r := w.Scene().role(w, i); r != resting {
			tapes := t.tapes[w.tapeOf(r)]
			fits = fits && i < len(tapes) && tapes[i] != nil
		}
	}
	if !fits {
		return errors.New("the tapes are those of another workload")
	}
	return nil
}

// of returns a worker's tape. One that rests has none.
func (t *Tapes) of(w Workload, r role, worker int) tape {
	if r == resting {
		return nil
	}
	return t.tapes[w.tapeOf(r)][worker]
}

func makeTape(w Workload, p population, worker int) tape {
	random := newRand(w.Seed, streamTapes+uint64(worker))
	length, n := tapeShape(w)
	lookups := newBlocks(p, length-n, random)
	lookups.hitting = w.Chained
	if n == 0 {
		t := make(tape, length)
		for i := range t {
			t[i] = lookups.next()
		}
		return t
	}
	var updates []impls.Op
	if w.Replace {
		updates = replaces(p, n, random)
	} else {
		owner, owners := w.owner(worker)
		updates = insertsAndDeletes(p.share(owner, owners), owner%2 == 1, n, random)
	}
	together := 2
	if w.Replace {
		together = 1
	}
	t := make(tape, 0, length)
	for k := 0; k < n; k += together {
		first, end := k*length/n, (k+together)*length/n
		at := first + random.IntN(end-first-together+1)
		for i := first; i < end-together+1; i++ {
			if i == at {
				t = append(t, updates[k:k+together]...)
			} else {
				t = append(t, lookups.next())
			}
		}
	}
	return t
}

// insertsAndDeletes draws n updates, of which the second half undoes the first.
// They delete and insert in the order D I I D, or I D D I.
func insertsAndDeletes(own population, insertFirst bool, n int, random *rand.Rand) []impls.Op {
	updates := make([]impls.Op, n)
	for k := range n / 2 {
		kind, back := impls.Delete, impls.Insert
		from, to := &own.present, &own.absent
		if ((k+1)/2%2 == 1) != insertFirst {
			kind, back = back, kind
			from, to = to, from
		}
		key := move(from, to, random)
		updates[k] = impls.MakeOp(kind, key)
		updates[n-1-k] = impls.MakeOp(back, key)
	}
	return updates
}

// move takes a random key out of one set and puts it into another.
func move(from, to *[]uint64, random *rand.Rand) uint64 {
	keys := *from
	i, last := random.IntN(len(keys)), len(keys)-1
	key := keys[i]
	keys[i] = keys[last]
	*from = keys[:last]
	*to = append(*to, key)
	return key
}

// replaces draws n keys that are in the map all the time.
func replaces(p population, n int, random *rand.Rand) []impls.Op {
	updates := make([]impls.Op, n)
	for k := range updates {
		updates[k] = impls.MakeOp(impls.Replace, p.present[random.IntN(len(p.present))])
	}
	return updates
}

// block is how many lookups a block has. It is even.
const block = 64

// blocks draws lookups in blocks: half of each of present keys and half of absent
// keys, in random order. The last block is shorter if not all are whole.
type blocks struct {
	present, absent deck
	random          *rand.Rand
	left            int  // lookups that are not in a block yet
	hits, misses    int  // left in this one
	hitting         bool // there are none of absent keys
}

func newBlocks(p population, lookups int, random *rand.Rand) *blocks {
	return &blocks{present: newDeck(p.present), absent: newDeck(p.absent), random: random, left: lookups}
}

func (b *blocks) next() impls.Op {
	if b.hits+b.misses == 0 {
		n := min(block, b.left)
		b.left -= n
		b.hits, b.misses = n/2, n/2
		if b.hitting {
			b.hits, b.misses = n, 0
		}
	}
	if b.random.IntN(b.hits+b.misses) < b.hits {
		b.hits--
		return impls.MakeOp(impls.Lookup, b.present.draw(b.random))
	}
	b.misses--
	return impls.MakeOp(impls.Lookup, b.absent.draw(b.random))
}

// A deck deals its keys in random order, all of them before any comes again.
type deck struct {
	keys  []uint64
	dealt int
}

func newDeck(keys []uint64) deck { return deck{keys: append([]uint64(nil), keys...)} }

func (d *deck) draw(random *rand.Rand) uint64 {
	if d.dealt == len(d.keys) {
		d.dealt = 0
	}
	i := d.dealt + random.IntN(len(d.keys)-d.dealt)
	d.keys[d.dealt], d.keys[i] = d.keys[i], d.keys[d.dealt]
	d.dealt++
	return d.keys[d.dealt-1]
}

// TapeOps returns how many operations a tape of the workload has.
func TapeOps(w Workload) int {
	ops, _ := tapeShape(w)
	return ops
}
