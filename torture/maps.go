package torture

import (
	"fmt"
	"runtime"
	"time"

	"readmostly/impls"
	"readmostly/internal/mem"
	"readmostly/workloads"
)

// Keys of a round, for each updater or for all.
const (
	steadyKeys  = 3 // there from the beginning, replaced where that can be done
	toggledKeys = 6 // inserted, replaced and deleted in turn
	freshKeys   = 64
	sharedKeys  = 8 // updated by everybody
	ghostKeys   = 8 // never there
)

// An arena is one map under torture.
type arena struct {
	*crew
	backend impls.Backend
	config  impls.Config
	m       impls.Map
	bound   uint64 // elements that may be retained at once; 0 if there is no bound
	stops   bool   // workers stop the world: see stop

	registers              []*register // by number
	byKey                  map[uint64]int
	steady, shared, ghosts []uint64 // keys
	all                    []uint64

	updated mem.Uint64 // updates so far, as the updaters report them now and then
	stopped mem.Uint64 // how often the world was

	tallies []impls.Tally // of the shared keys, one a member
	peak    uint64        // of retained elements
}

// tortureMap is the trial of a backend in one structure.
func tortureMap(t *trial, b impls.Backend, s workloads.Structure) {
	reclaims := b.Reclaims
	if len(reclaims) == 0 {
		reclaims = []string{""}
	}
	d := t.roundTime(4 * len(reclaims))
	for t.goesOn() {
		a := &arena{backend: b}
		a.config = impls.Config{Buckets: 1, Reclaim: reclaims[(t.round-1)%len(reclaims)]}
		rng := t.rng(0)
		if s == workloads.Hash {
			a.config.Buckets = 2 << rng.IntN(6)
		}
		a.stops = t.round%2 == 0
		roomy := rng.IntN(3) == 0
		if b.Caps.Section && rng.IntN(2) == 0 {
			a.config.Section = 2 << rng.IntN(6)
		}
		a.plan(t, roomy)
		a.run(min(d, t.roundTime(1)))
		a.report()
	}
}

// plan decides how many work at what and how much memory there is.
func (a *arena) plan(t *trial, roomy bool) {
	population := a.makeKeys(t)
	// Memory is short, so that it is used again at once: a worker may have a
	// magazine of free elements while others have none.
	room := population + 64*(t.Threads+2)
	if a.backend.Caps.BoundedGarbage {
		a.bound = boundFor(t.Threads + 2)
		room += 4 * int(a.bound) // enough to tell when it is exceeded
	} else if roomy {
		room += 4096
	}
	a.config.Capacity = room
	shape := fmt.Sprintf("%d chains, room for %d elements", a.config.Buckets, room)
	if a.stops {
		shape += ", the world is stopped often"
	}
	if a.config.Reclaim != "" {
		shape += ", reclaim=" + a.config.Reclaim
	}
	if a.config.Section > 1 {
		shape += fmt.Sprintf(", %d lookups per section", a.config.Section)
	}
	a.crew = t.newCrew(shape)
}

// boundFor is the number of elements that a backend with bounded garbage may
// retain at once: each worker gathers some before it looks which ones it can
// reclaim, and then keeps those that others still use, of which each may hold a
// few. It is generous, as the contract names no number, and still far from what
// piles up behind one reader that stalls.
func boundFor(workers int) uint64 { return uint64(workers * (6*workers + 128)) }

// makeKeys chooses the keys, and returns how many elements there can be at once.
func (a *arena) makeKeys(t *trial) (population int) {
	rng := t.rng(-1)
	known := map[uint64]bool{}
	key := func() uint64 {
		for {
			k := rng.Uint64() & impls.MaxKey
			if rng.IntN(2) == 0 {
				k &= 1<<rng.IntN(12) - 1 // neighbours, too
			}
			if !known[k] && k != nothing {
				known[k] = true
				a.all = append(a.all, k)
				return k
			}
		}
	}
	keys := func(n int) []uint64 {
		list := make([]uint64, n)
		for i := range list {
			list[i] = key()
		}
		return list
	}
	caps := a.backend.Caps
	a.byKey = map[uint64]int{}
	add := func(n int, cycle uint64) {
		for range n {
			r := &register{key: key(), cycle: cycle}
			a.byKey[r.key] = len(a.registers)
			a.registers = append(a.registers, r)
		}
	}
	for range a.updaters(t) {
		for _, k := range keys(steadyKeys) {
			r := &register{key: k}
			r.begun.Store(1)
			r.ended.Store(1)
			a.byKey[k] = len(a.registers)
			a.registers = append(a.registers, r)
			a.steady = append(a.steady, k)
		}
		switch {
		case !caps.Insert:
		case !caps.Delete:
			add(freshKeys, 0)
		case caps.Replace:
			add(toggledKeys, uint64(2+rng.IntN(3)))
		default:
			add(toggledKeys, 2)
		}
	}
	if caps.Insert {
		a.shared = keys(sharedKeys)
	}
	a.ghosts = keys(ghostKeys)
	return len(a.registers) + len(a.shared)
}

// updaters returns how many of the workers update. Even a backend that can't has
// somebody who tries in vain.
func (a *arena) updaters(t *trial) int { return t.some(2, 5) }

// share returns the registers of the i-th updater.
func (a *arena) share(i int) []*register {
	n := len(a.registers) / a.updaters(a.trial)
	return a.registers[i*n : (i+1)*n]
}

// run makes the map, has the crew work on it, and checks what is left.
func (a *arena) run(d time.Duration) {
	m, err := a.backend.New(a.config)
	if err != nil {
		a.fail(nil, "New(%+v): %v", a.config, err)
		return
	}
	a.m = m
	jobs := a.jobs()
	a.tallies = make([]impls.Tally, len(a.members)+1)
	if a.populate() && a.work(d, jobs) {
		after := a.newCrew(a.shape)
		a.crew = after
		inspector := after.add("inspector")
		after.work(a.Patience, []job{{inspector, a.inspect}})
	}
}

// jobs lists who does what.
func (a *arena) jobs() []job {
	var jobs []job
	add := func(role string, do func(*member)) {
		jobs = append(jobs, job{a.add(role), do})
	}
	updaters := a.updaters(a.trial)
	for i := range updaters {
		regs := a.share(i)
		period := 0
		if i%3 == 1 {
			period = 40
		}
		add("updater", func(m *member) { a.update(m, regs, period) })
	}
	for i := range a.Threads - updaters {
		switch {
		case i%4 == 1:
			add("visitor", func(m *member) { a.read(m, 3) })
		case i%4 == 2 && a.backend.Caps.Walk:
			add("staller", a.stall)
		default:
			add("reader", func(m *member) { a.read(m, 0) })
		}
	}
	add("idler", a.idle)
	add("sampler", a.sample)
	if a.stops {
		// One processor for whoever has stopped the world, one for all others in
		// turn: they stay where they are the longer.
		runtime.GOMAXPROCS(2)
		add("disturber", func(m *member) { m.disturbWith(2) })
	} else {
		add("disturber", (*member).disturb)
	}
	return jobs
}

// populate puts the steady elements in, before any worker runs.
func (a *arena) populate() bool {
	var elements []impls.Element
	for _, k := range a.steady {
		elements = append(elements, impls.MakeElement(k, 1))
	}
	if f, ok := a.m.(impls.Filler); ok {
		if err := f.Fill(elements); err != nil {
			a.fail(nil, "Fill of %d elements: %v", len(elements), err)
			return false
		}
		return true
	}
	w, err := a.m.NewWorker()
	if err != nil {
		a.fail(nil, "NewWorker: %v", err)
		return false
	}
	defer w.Close()
	for _, e := range elements {
		if ok, err := w.Insert(e); !ok || err != nil {
			a.fail(nil, "Insert of absent key %#x returned %v, %v; want true", e.Key, ok, err)
			return false
		}
	}
	return true
}
