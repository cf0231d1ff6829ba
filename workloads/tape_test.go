package workloads

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"readmostly/impls"
)

// shapes are workloads of all kinds.
func shapes() []Workload {
	var all []Workload
	add := func(w Workload) {
		w.Structure, w.Seed = List, 42
		if w.Validate() == nil {
			all = append(all, w)
		}
	}
	add(Workload{Size: 16, Threads: 2})
	for _, updates := range []float64{0.0001, 0.01, 0.5, 0.7, 1} {
		add(Workload{Size: 16, Threads: 1, Updates: updates})
	}
	add(Workload{Size: 1, Threads: 1, Updates: 0.3})
	add(Workload{Size: 3, Threads: 3, Updates: 0.3})
	add(Workload{Size: 1000, Threads: 3, Updates: 0.1})
	add(Workload{Size: 1000, Threads: 2, Updates: 0.1, Replace: true})
	add(Workload{Size: 70000, Threads: 1})
	add(Workload{Size: 70000, Threads: 1, Updates: 0.1})
	return all
}

func TestKeysAreDistinct(t *testing.T) {
	for _, seed := range []uint64{0, 1, 1<<63 + 12345} {
		keys := make([]uint64, 1<<18)
		for i := range keys {
			keys[i] = keyAt(seed, uint64(i))
			if keys[i] == 0 || keys[i] > impls.MaxKey {
				t.Fatalf("seed %d, index %d: key %#x", seed, i, keys[i])
			}
		}
		slices.Sort(keys)
		if distinct := slices.Compact(slices.Clone(keys)); len(distinct) != len(keys) {
			t.Errorf("seed %d: %d of %d keys are distinct", seed, len(distinct), len(keys))
		}
	}
}

// The one index whose key mix would make 0 gets the key that no index has.
func TestNoKeyIsZero(t *testing.T) {
	const seed = 5
	i := unmix(seed, 0) - 1
	if got := mix(seed, i+1); got != 0 {
		t.Fatalf("unmix is wrong: mix is %#x", got)
	}
	if got, want := keyAt(seed, i), mix(seed, 0); got != want || got == 0 {
		t.Errorf("key %#x, want %#x", got, want)
	}
}

// unmix undoes mix step by step, which shows that mix is a permutation.
func unmix(seed, y uint64) uint64 {
	inverse := func(odd uint64) uint64 { // by Newton's method, modulo 2^64
		x := odd
		for range 6 {
			x *= 2 - odd*x
		}
		return x
	}
	y ^= y >> 28
	y = y * inverse(0xC4CEB9FE1A85EC53) & impls.MaxKey
	y ^= y >> 28
	y = y * inverse(0xFF51AFD7ED558CCD) & impls.MaxKey
	y ^= y >> 28
	return (y ^ seed) & impls.MaxKey
}

func TestMixIsAPermutation(t *testing.T) {
	for i := range uint64(10000) {
		x := (i * 0x9E3779B97F4A7C15) & impls.MaxKey
		if got := unmix(i, mix(i, x)); got != x {
			t.Fatalf("seed %d: %#x became %#x", i, x, got)
		}
	}
}

func TestTapesDependOnTheSeedAlone(t *testing.T) {
	w := Workload{Structure: List, Size: 100, Updates: 0.1, Threads: 3, Seed: 1}
	make := func(w Workload) []tape { return tapesOf(w, newPopulation(w)) }
	first, hash, other := w, w, w
	hash.Structure, hash.Buckets = Hash, 8
	other.Seed = 2
	if !slices.EqualFunc(make(first), make(hash), slices.Equal[tape]) {
		t.Error("tapes differ between structures or between calls")
	}
	if slices.EqualFunc(make(first), make(other), slices.Equal[tape]) {
		t.Error("two seeds make the same tapes")
	}
	tapes := make(w)
	for i := range tapes {
		for j := range i {
			same := 0
			for k := range tapes[i] {
				if tapes[i][k] == tapes[j][k] {
					same++
				}
			}
			// By chance every 200th operation is the same.
			if same > len(tapes[i])/50 {
				t.Errorf("workers %d and %d do the same in %d of %d operations", i, j, same, len(tapes[i]))
			}
		}
	}
}

func TestTapeShape(t *testing.T) {
	for _, w := range shapes() {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			ops, updates := tapeShape(w)
			if math.Abs(float64(updates)-w.Updates*float64(ops)) > 1 {
				t.Errorf("%d updates of %d operations", updates, ops)
			}
			if w.Updates > 0 && (updates < 2 || updates%2 != 0) || (ops-updates)%2 != 0 {
				t.Errorf("%d updates and %d lookups: want even numbers", updates, ops-updates)
			}
			if w.Updates == 0 && ops%(2*w.Size) != 0 {
				t.Errorf("%d lookups are no whole number of permutations", ops)
			}
			if ops < minTape/2 || ops > 2*maxTape {
				t.Errorf("%d operations", ops)
			}
		})
	}
	for size, want := range map[int]int{1: minTape, 1 << 16: 1 << 17, 100_000: 200_000, 1 << 20: maxTape, 1 << 30: maxTape} {
		if ops, _ := tapeShape(Workload{Size: size}); ops != want {
			t.Errorf("size %d: %d operations, want %d", size, ops, want)
		}
	}
	if ops, updates := tapeShape(Workload{Size: 16, Updates: minShare}); updates != 2 || ops > maxTape {
		t.Errorf("least share: %d updates of %d operations", updates, ops)
	}
}

// In any prefix of a tape the updates have their share, and the lookups of keys
// that are there at the start theirs.
func TestSharesOfPrefixes(t *testing.T) {
	for _, w := range shapes() {
		p := newPopulation(w)
		present := keySet(p.present)
		for i, tape := range tapesOf(w, p) {
			length, total := tapeShape(w)
			if len(tape) != length {
				t.Fatalf("%v: %d operations, want %d", w, len(tape), length)
			}
			var lookups, hits, updates int
			for n, op := range tape {
				if op.Kind() != impls.Lookup {
					updates++
				} else if lookups++; present[op.Key()] {
					hits++
				}
				if d := 2*hits - lookups; d < -block/2 || d > block/2 || lookups%block == 0 && d != 0 {
					t.Fatalf("%v, worker %d: %d of the first %d lookups are hits", w, i, hits, lookups)
				}
				due := float64(n+1) * float64(total) / float64(length)
				if math.Abs(float64(updates)-due) > 2+1e-6 { // they come in pairs
					t.Fatalf("%v, worker %d: %d of the first %d operations are updates", w, i, updates, n+1)
				}
			}
			if updates != total {
				t.Errorf("%v, worker %d: %d updates, want %d", w, i, updates, total)
			}
		}
	}
}

func keySet(keys []uint64) map[uint64]bool {
	set := make(map[uint64]bool, len(keys))
	for _, key := range keys {
		set[key] = true
	}
	return set
}

// Of the keys that are there, and of those that aren't, every one is looked up
// once before any is looked up twice.
func TestLookupsCoverTheKeyRange(t *testing.T) {
	for _, size := range []int{16, 1000, 70000} {
		w := Workload{Structure: List, Size: size, Updates: 0.01, Threads: 1, Seed: 9}
		p := newPopulation(w)
		present, seen := keySet(p.present), map[uint64]int{}
		var dealt [2]int
		for _, op := range makeTape(w, p, 0) {
			if op.Kind() != impls.Lookup {
				continue
			}
			kind := 0
			if present[op.Key()] {
				kind = 1
			}
			round := dealt[kind]/size + 1
			if seen[op.Key()]++; seen[op.Key()] != round {
				t.Fatalf("size %d: lookup %d is number %d of its key, in round %d", size, dealt[kind], seen[op.Key()], round)
			}
			dealt[kind]++
		}
		if min(dealt[0], dealt[1]) < size {
			t.Errorf("size %d: the tape doesn't hold every key", size)
		}
	}
}

// Whatever the workers' speeds, every update finds what it expects, and the
// population stays within one a worker of the size.
func TestUpdatesSucceed(t *testing.T) {
	for _, w := range shapes() {
		if w.Updates == 0 || w.Size > 1000 {
			continue
		}
		p := newPopulation(w)
		in := keySet(p.present)
		tapes := tapesOf(w, p)
		random := newRand(3, 0)
		at := make([]int, w.Threads)
		for plays := 2; at[0] < plays*len(tapes[0]); {
			i := random.IntN(w.Threads)
			for range random.IntN(3000) {
				op := tapes[i][at[i]%len(tapes[i])]
				at[i]++
				switch key := op.Key(); op.Kind() {
				case impls.Insert:
					if in[key] {
						t.Fatalf("%v: worker %d inserts a key that is there", w, i)
					}
					in[key] = true
				case impls.Delete:
					if !in[key] {
						t.Fatalf("%v: worker %d deletes a key that isn't there", w, i)
					}
					delete(in, key)
				case impls.Replace:
					if !in[key] {
						t.Fatalf("%v: worker %d replaces a key that isn't there", w, i)
					}
				}
				if d := len(in) - w.Size; d < -w.Threads || d > w.Threads {
					t.Fatalf("%v: population %d", w, len(in))
				}
			}
		}
	}
}

// No lookup stands between the two updates of a pair, and they undo each other's
// effect on the number of keys.
func TestUpdatesComeInPairs(t *testing.T) {
	for _, w := range shapes() {
		if w.Replace || w.Updates == 0 {
			continue
		}
		for i, tape := range tapesOf(w, newPopulation(w)) {
			for n := 0; n < len(tape); n++ {
				first := tape[n].Kind()
				if first == impls.Lookup {
					continue
				}
				if n++; n == len(tape) || tape[n].Kind() == impls.Lookup || tape[n].Kind() == first {
					t.Fatalf("%v, worker %d: operation %d, a %v, has no counterpart behind it", w, i, n-1, first)
				}
			}
		}
	}
}

// After its last operation a worker's keys are as before its first, on the way
// they are on average as many, and the workers' keys are disjoint.
func TestTapesAreClosed(t *testing.T) {
	for _, w := range shapes() {
		if w.Replace || w.Updates == 0 {
			continue
		}
		p := newPopulation(w)
		present := keySet(p.present)
		owner := map[uint64]int{}
		for i, tape := range tapesOf(w, p) {
			own := map[uint64]bool{} // those that it has changed, as they are
			kinds := map[impls.Kind]int{}
			first := impls.Lookup
			sum := 0
			for _, op := range tape {
				sum += kinds[impls.Insert] - kinds[impls.Delete]
				if op.Kind() == impls.Lookup {
					continue
				}
				if first == impls.Lookup {
					first = op.Kind()
				}
				kinds[op.Kind()]++
				own[op.Key()] = op.Kind() == impls.Insert
				if o, ok := owner[op.Key()]; ok && o != i {
					t.Fatalf("%v: workers %d and %d both update key %#x", w, o, i, op.Key())
				}
				owner[op.Key()] = i
			}
			for key, in := range own {
				if in != present[key] {
					t.Fatalf("%v, worker %d: key %#x is not as at the start", w, i, key)
				}
			}
			if kinds[impls.Insert] != kinds[impls.Delete] {
				t.Errorf("%v, worker %d: %v", w, i, kinds)
			}
			if mean := float64(sum) / float64(len(tape)); w.Updates >= 0.01 && math.Abs(mean) > 0.02 {
				t.Errorf("%v, worker %d: %.3f keys more than at the start on average", w, i, mean)
			}
			if want := []impls.Kind{impls.Delete, impls.Insert}[i%2]; first != want {
				t.Errorf("%v, worker %d: starts with %v, want %v", w, i, first, want)
			}
		}
	}
}

func TestPopulation(t *testing.T) {
	w := Workload{Structure: Hash, Size: 1000, Threads: 3, Seed: 11}
	p := newPopulation(w)
	if len(p.present) != 1000 || len(p.absent) != 1000 {
		t.Fatalf("%d present and %d absent keys", len(p.present), len(p.absent))
	}
	if all := keySet(append(slices.Clone(p.present), p.absent...)); len(all) != 2000 {
		t.Errorf("%d keys are distinct", len(all))
	}
	for i, e := range p.elements() {
		if e.Key != p.present[i] || !e.Valid() {
			t.Fatalf("element %d is %v", i, e)
		}
	}
	if other := newPopulation(Workload{Size: 1000, Seed: 12}); slices.Equal(other.present, p.present) {
		t.Error("two seeds make the same population")
	}
	dealt := 0
	for i := range 3 {
		dealt += len(p.share(i, 3).present)
	}
	if dealt != 1000 {
		t.Errorf("%d of 1000 keys were dealt out", dealt)
	}
}

// tapesOf returns the tapes of a mix.
func tapesOf(w Workload, p population) []tape {
	tapes := make([]tape, w.Threads)
	for i := range tapes {
		tapes[i] = makeTape(w, p, i)
	}
	return tapes
}

// mostTold is the share of outcomes that may be foretold: a sequence of balanced
// blocks gives away a little, as they run out of one kind.
const mostTold = 0.53

// mostKnown is how many outcomes a predictor looks back at, at most. It has seen
// each history of so many a few times in a tape of the least length.
const mostKnown = 16

// Whether a lookup finds its key can't be told from the outcomes of up to 16
// lookups before it, by one who has seen another tape, with updates or without.
func TestHitsCannotBePredicted(t *testing.T) {
	for _, w := range []Workload{
		{Size: 16},
		{Size: 16, Updates: 0.01},
		{Size: 16, Updates: 0.1},
		{Size: 1000, Updates: 0.1},
		{Size: 1000, Updates: 0.1, Replace: true},
	} {
		w.Structure, w.Threads, w.Seed = List, 2, 5
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			p := newPopulation(w)
			tapes := tapesOf(w, p)
			seen, asked := outcomes(p, tapes[0]), outcomes(p, tapes[1])
			for k := 0; k <= mostKnown; k++ {
				if told := foretold(seen, asked, k); told > mostTold {
					t.Errorf("from %d lookups the next is told in %.1f %%", k, 100*told)
				}
			}
		})
	}
}

// The predictor sees what there is to see: that a pair's second outcome is the
// complement of the first, and a sequence that comes again after 16.
func TestPredictorLearns(t *testing.T) {
	random := newRand(1, 2)
	var pairs, period []bool
	once := make([]bool, mostKnown+1)
	for i := range once {
		once[i] = random.IntN(2) == 0
	}
	for range 1 << 15 {
		hit := random.IntN(2) == 0
		pairs = append(pairs, hit, !hit)
		period = append(period, once...)
	}
	// The second of each pair is told, once two outcomes that are alike have shown
	// where a pair begins.
	if told := foretold(pairs, pairs, mostKnown); told < 0.7 {
		t.Errorf("of pairs %.1f %% are told", 100*told)
	}
	if told := foretold(period, period, mostKnown); told < 0.99 {
		t.Errorf("of what comes again %.1f %% is told", 100*told)
	}
}

// outcomes returns whether the tape's lookups find their keys, if its worker is
// alone.
func outcomes(p population, t tape) (hits []bool) {
	there := keySet(p.present)
	for _, op := range t {
		switch op.Kind() {
		case impls.Lookup:
			hits = append(hits, there[op.Key()])
		case impls.Insert:
			there[op.Key()] = true
		case impls.Delete:
			delete(there, op.Key())
		}
	}
	return hits
}

// foretold returns the share of outcomes that a predictor tells which has noted,
// for each history of k outcomes, what followed in another sequence.
func foretold(seen, asked []bool, k int) float64 {
	mask := 1<<k - 1
	balance := make([]int, 1<<k) // more hits than misses after those
	history := 0
	shift := func(hit bool) {
		history <<= 1
		if hit {
			history |= 1
		}
	}
	for _, hit := range seen {
		if hit {
			balance[history&mask]++
		} else {
			balance[history&mask]--
		}
		shift(hit)
	}
	right := 0
	history = 0
	for _, hit := range asked {
		if (balance[history&mask] > 0) == hit {
			right++
		}
		shift(hit)
	}
	return float64(right) / float64(len(asked))
}

// Chained lookups are all of keys that are there, each before any comes again.
func TestChainedTapes(t *testing.T) {
	for _, w := range []Workload{{Size: 16}, {Size: 1000, Updates: 0.1, Replace: true}} {
		w.Structure, w.Threads, w.Seed, w.Chained = List, 2, 5, true
		p := newPopulation(w)
		for i, tape := range tapesOf(w, p) {
			hits := outcomes(p, tape)
			if slices.Contains(hits, false) || len(hits) < minTape/2 {
				t.Errorf("%v, worker %d: of %d lookups some miss", w, i, len(hits))
			}
		}
		if MakeTapes(w, false).fit(w) != nil {
			t.Errorf("%v: its own tapes don't fit", w)
		}
		other := w
		other.Chained = false
		if MakeTapes(other, false).fit(w) == nil {
			t.Errorf("%v: tapes with misses fit", w)
		}
	}
}
