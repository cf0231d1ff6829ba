package implstest

import (
	"runtime"

	"readmostly/impls"
)

// leastRounds is how many rounds a reader or walker does at least.
const leastRounds = 10

// write updates registers that nobody else does.
func (c *contest) write(worker func() impls.Worker, participant int, regs []*register, writes int) {
	rng := c.rng(participant)
	for n := range writes {
		w := worker()
		if w == nil || c.failed() {
			return
		}
		r := regs[rng.IntN(len(regs))]
		r.write(c.trial, w, n%8 == 7)
		if n%4 == 3 {
			v := r.ended.Load()
			e, ok := w.Lookup(r.key)
			r.see(c.trial, "its writer's lookup", e, ok, v, v)
		}
		if n%64 == 63 {
			runtime.Gosched()
		}
	}
}

// read looks registers up, one by one and in batches.
func (c *contest) read(worker func() impls.Worker, participant int) {
	rng := c.rng(participant)
	seen := make([]uint64, len(c.registers))
	var stable, all []uint64
	for _, r := range c.registers {
		all = append(all, r.key)
		if r.cycle == 0 && r.ended.Load() > 0 {
			stable = append(stable, r.key)
		}
	}
	lookups := Mix{impls.Lookup: 1}
	for n := 0; n < leastRounds || !c.over.Load(); n++ {
		w := worker()
		if w == nil || c.failed() {
			return
		}
		for range 32 {
			i := rng.IntN(len(c.registers))
			r := c.registers[i]
			from := max(r.ended.Load(), seen[i])
			e, ok := w.Lookup(r.key)
			seen[i] = r.see(c.trial, "a lookup", e, ok, from, r.begun.Load())
		}
		var t impls.Tally
		if n%2 == 0 {
			w.Run(lookups.Tape(rng, stable, 64), &t)
			if t.Hits != 64 {
				c.failf("of 64 lookups of keys that are always present, a batch found %d", t.Hits)
			}
		} else {
			w.Run(lookups.Tape(rng, all, 64), &t)
		}
		c.checkBatch(64, &t)
		runtime.Gosched()
	}
}

// checkBatch checks the tally of n operations on a map that others update.
func (c *trial) checkBatch(n int, t *impls.Tally) {
	if t.Bad != 0 {
		c.failf("%d of %d operations failed the element check, first: %v", t.Bad, n, t.FirstBad)
	}
	if t.Ops() != uint64(n) || t.Err != nil {
		c.failf("a batch of %d operations tallied %d, error %v", n, t.Ops(), t.Err)
	}
}

// walk walks.
func (c *contest) walk(worker func() impls.Worker, participant int) {
	k := newWalker(c)
	for n := 0; n < leastRounds || !c.over.Load(); n++ {
		w := worker()
		if w == nil || c.failed() {
			return
		}
		k.walk(w)
		runtime.Gosched()
	}
}

// A walker checks walks against the registers. What it has seen of each one
// bounds what it may see later.
type walker struct {
	*contest
	byKey map[uint64]int
	saw   []uint64        // the last write seen of each register
	from  []uint64        // the last write that had ended, or was seen, before the walk
	seen  []impls.Element // in the order of the last walk
	times []int
}

func newWalker(c *contest) *walker {
	n := len(c.registers)
	k := &walker{contest: c, byKey: make(map[uint64]int, n), saw: make([]uint64, n), from: make([]uint64, n), times: make([]int, n)}
	for i, r := range c.registers {
		k.byKey[r.key] = i
	}
	return k
}

// limit is the length at which a walk counts as endless.
func (k *walker) limit() int { return 1000 * len(k.registers) }

func (k *walker) walk(w impls.Worker) {
	k.seen = k.seen[:0]
	for i, r := range k.registers {
		k.from[i] = max(k.saw[i], r.ended.Load())
		k.times[i] = 0
	}
	sleepy := k.b.Caps.SleepInReader
	w.Walk(func(e impls.Element) bool {
		k.seen = append(k.seen, e)
		if sleepy && len(k.seen)%16 == 0 {
			runtime.Gosched()
		}
		return len(k.seen) < k.limit()
	})
	if len(k.seen) >= k.limit() {
		k.failf("a walk of a map with at most %d elements yielded %d", len(k.registers), len(k.seen))
		return
	}
	for _, e := range k.seen {
		i, known := k.byKey[e.Key]
		if !known {
			k.failf("a walk saw key %#x, which was never inserted: %+v", e.Key, e)
			return
		}
		k.times[i]++
		k.saw[i] = max(k.saw[i], k.registers[i].see(k.trial, "a walk", e, true, k.from[i], k.registers[i].begun.Load()))
	}
	for i, r := range k.registers {
		to := r.begun.Load()
		_, gone := r.absence(k.from[i], to)
		switch {
		case !gone && k.times[i] == 0:
			k.failf("a walk missed key %#x, which was present throughout writes %d to %d", r.key, k.from[i], to)
		case !gone && k.times[i] > 1 && !k.b.Caps.WalkRepeats:
			k.failf("a walk saw key %#x, present throughout writes %d to %d, %d times", r.key, k.from[i], to, k.times[i])
		}
	}
}
