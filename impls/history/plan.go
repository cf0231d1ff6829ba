package history

import (
	"fmt"
	"math/rand/v2"

	"readmostly/impls"
	"readmostly/impls/implstest"
)

// A Plan says what the workers of one history do, but not when: the same plan
// gives another history each time it is recorded.
type Plan struct {
	Seed       uint64
	Workers    int    // 2 to 4
	Ops        int    // operations of each worker
	Keys       int    // that operations are about
	Bystanders int    // keys that are there throughout, and that lookups and walks are about
	Ballast    int    // further elements in the chains, so that operations last
	Buckets    int    // chains
	Procs      int    // GOMAXPROCS while it is recorded
	Meet       int    // after how many operations the workers wait for each other
	Churn      int    // unrecorded updates before a worker's first operation; 0: none in between either
	Collect    bool   // whether the Go collector runs meanwhile
	Reclaim    string // one of the backend's Reclaims, or empty
	Section    int    // lookups per section, with as many bystanders' in a batch; 0 or 1: a batch is one lookup
}

// minOps is what every history has more operations than.
const minOps = 100

// NewPlan draws a plan from the seed: few keys and chains, so that the workers
// meet, and other keys in between, so that they stay for a while.
func NewPlan(seed uint64) Plan {
	rng := rand.New(rand.NewPCG(seed, 0))
	p := Plan{
		Seed:       seed,
		Workers:    2 + rng.IntN(3),
		Keys:       1 + rng.IntN(4),
		Bystanders: rng.IntN(24),
		Buckets:    1 + rng.IntN(2),
		Meet:       2 + rng.IntN(8),
		Collect:    rng.IntN(16) == 0,
	}
	// Short operations meet within nanoseconds, but only on cores of their own.
	// Long ones are where a worker is most of the time, and hence where it is when
	// the system preempts it.
	if rng.IntN(4) > 0 {
		p.Ballast = 256 << rng.IntN(4)
		p.Meet = 4 * minOps
	}
	// Half of the plans begin with memory that was never used. In the others
	// reclamation is on its way: it goes by the batch, and the next one is due
	// early in the history, or late, or not at all.
	if rng.IntN(2) == 0 {
		p.Churn = 1 + rng.IntN(512)<<rng.IntN(3)
	}
	p.Ops = (minOps+rng.IntN(minOps))/p.Workers + 1
	// With more processors than cores, the system preempts a worker anywhere.
	p.Procs = max(2, p.Workers+rng.IntN(4)-2)
	return p
}

// String names the parameters.
func (p Plan) String() string {
	s := fmt.Sprintf("seed=%d workers=%d ops=%d keys=%d bystanders=%d ballast=%d buckets=%d procs=%d meet=%d churn=%d collect=%v",
		p.Seed, p.Workers, p.Ops, p.Keys, p.Bystanders, p.Ballast, p.Buckets, p.Procs, p.Meet, p.Churn, p.Collect)
	if p.Reclaim != "" {
		s += " reclaim=" + p.Reclaim
	}
	if p.Section > 1 {
		s += fmt.Sprintf(" section=%d", p.Section)
	}
	return s
}

// A disturbance is what a worker does between two operations.
type disturbance uint8

const (
	nothing disturbance = iota
	pause               // for some hundred nanoseconds
	yield               // to another goroutine
	nap                 // of some 50 µs, whose end preempts somebody
	churn               // updates that aren't recorded
	stop                // of the world, which preempts the others where they are
	collect             // garbage
)

// A step is one operation of a worker and what comes before it.
type step struct {
	before  disturbance
	length  uint32 // of a pause or of churn
	kind    impls.Kind
	key     uint64
	version uint64 // that it writes
	batch   bool   // a lookup in a batch of its own
	stop    int    // how many elements end a walk; 0: all
	yieldAt int    // after how many elements a walk yields its processor
}

// A script is a plan worked out.
type script struct {
	initial map[uint64]uint64        // version by key; 0: absent
	steps   [][]step                 // by worker
	names   map[impls.Element]uint64 // the version of every element that is written
	walks   bool
	churns  bool // whether the workers churn

	beside []impls.Op // lookups of bystanders, in each batch half before and half behind the one that is recorded
}

// Weights of the operations, of a worker that updates and of one that reads.
var (
	updating = implstest.Mix{impls.Lookup: 40, impls.Insert: 22, impls.Delete: 16, impls.Replace: 16, impls.Walk: 5}
	reading  = implstest.Mix{impls.Lookup: 80, impls.Insert: 2, impls.Delete: 2, impls.Replace: 2, impls.Walk: 10}
)

// script works the plan out for a backend.
func (p Plan) script(c impls.Caps) *script {
	s := &script{initial: map[uint64]uint64{}, names: map[impls.Element]uint64{}, walks: c.Walk,
		churns: c.Updates()}
	version := uint64(0)
	write := func(key uint64) uint64 {
		version++
		s.names[impls.MakeElement(key, version)] = version
		return version
	}
	rng := rand.New(rand.NewPCG(p.Seed, 1))
	for key := range uint64(p.Keys) {
		s.initial[key] = 0
		if rng.IntN(2) == 0 {
			s.initial[key] = write(key)
		}
	}
	for i := range p.Bystanders {
		key := uint64(p.Keys + i)
		s.initial[key] = write(key)
	}
	if p.Section > 1 && p.Bystanders > 0 {
		for i := range p.Section {
			s.beside = append(s.beside, impls.MakeOp(impls.Lookup, uint64(p.Keys+i%p.Bystanders)))
		}
	}
	for worker := range p.Workers {
		mix := updating
		if worker > 0 && rng.IntN(3) == 0 {
			mix = reading
		}
		mix = mix.Permitted(c)
		steps := make([]step, p.Ops)
		for i := range steps {
			st := p.step(rng, mix.Pick(rng))
			if i%p.Meet == 0 && st.kind != impls.Walk {
				// All go on at once, on the same key.
				st.before, st.key = nothing, impls.Hash(uint64(i))>>32%uint64(p.Keys)
			}
			if st.kind == impls.Insert || st.kind == impls.Replace {
				st.version = write(st.key)
			}
			steps[i] = st
		}
		s.steps = append(s.steps, steps)
	}
	return s
}

// step draws a step of the kind.
func (p Plan) step(rng *rand.Rand, kind impls.Kind) step {
	st := step{kind: kind, key: rng.Uint64N(uint64(p.Keys))}
	switch n := rng.IntN(1000); {
	case n < 150:
		st.before, st.length = pause, 1+rng.Uint32N(64)
	case n < 300:
		st.before = yield
	case n < 308, n < 450 && p.Ballast > 0:
		st.before = nap
	case n < 454:
		st.before = stop
	case n < 500 && p.Churn > 0:
		st.before, st.length = churn, 1+rng.Uint32N(32)
	case n < 508 && p.Collect:
		st.before = collect
	}
	switch elements := p.Keys + p.Bystanders; kind {
	case impls.Lookup:
		st.batch = rng.IntN(4) == 0
		if p.Bystanders > 0 && rng.IntN(8) == 0 {
			st.key += rng.Uint64N(uint64(p.Bystanders)) + 1
		}
	case impls.Walk:
		st.key = 0
		if rng.IntN(5) == 0 {
			st.stop = 1 + rng.IntN(elements)
		}
		if rng.IntN(3) == 0 {
			st.yieldAt = 1 + rng.IntN(elements)
		}
	}
	return st
}
