package implstest

import (
	"runtime"
	"sync/atomic"

	"readmostly/impls"
)

// Few registers, so that an element is hit and reused all the time. The slow ones
// are toggled too, but seldom: they are there while others come and go before and
// behind them.
const (
	fewSteady  = 3
	fewToggled = 3
	fewSlow    = 2
	fewGhosts  = 2
	slowEvery  = 8 // stops, about
)

// yieldEvery is how many rounds a reader does before it lets others go first of
// its own accord: some ten microseconds, or the writer, once it has lost its
// processor, would wait for the runtime to take another one away.
const yieldEvery = 16

// stopped has a writer stop the world again and again. Who was reading is then
// at any instruction, and stays there, behind the others in the queue, while the
// writer goes on. So updates come between any two instructions of a reader: what
// it leaves out there, such as checking the key again, would cost it something
// about once in a day otherwise. Then a reader does the same to the writer.
//
// There are two processors, one for the writer and one for the readers in turn.
func stopped(t *trial) {
	c := &stopping{contest: contest{trial: t}}
	runtime.GOMAXPROCS(2)
	cycle := uint64(2)
	if t.b.Caps.Replace {
		cycle = 4
	}
	c.fast = append(c.add(fewSteady, 0), c.add(fewToggled, cycle)...)
	c.slow = c.add(fewSlow, cycle)
	c.add(fewGhosts, 0)
	var elements []impls.Element
	for _, r := range c.fast[:fewSteady] {
		r.begun.Store(1)
		r.ended.Store(1)
		elements = append(elements, impls.MakeElement(r.key, 1))
	}
	if !t.open() || !t.populate(elements) {
		return
	}
	stops := max(t.ops(60), 20)
	c.byWriter.Store(uint64(stops))
	c.byReader.Store(uint64(stops))
	c.start(&c.writers, 0, c.writeAndStop)
	for range 2 {
		c.start(&c.others, 0, c.insist)
		c.start(&c.others, 0, c.replay)
	}
	if t.b.Caps.Walk {
		c.start(&c.others, 0, c.walk)
	}
	c.writers.Wait()
	c.over.Store(true)
	c.others.Wait()
	c.finish()
}

// A stopping contest counts the stops that are left.
type stopping struct {
	contest
	fast, slow         []*register
	byWriter, byReader atomic.Uint64
}

// writeAndStop updates registers that nobody else does, until all stops are made.
func (c *stopping) writeAndStop(worker func() impls.Worker, participant int) {
	const most = 256 // writes between two stops
	rng := c.rng(participant)
	w := worker()
	for w != nil && c.byWriter.Load()+c.byReader.Load() > 0 {
		for range 1 + rng.IntN(most) {
			if c.failed() {
				return
			}
			c.fast[rng.IntN(len(c.fast))].write(c.trial, w, false)
		}
		if rng.IntN(slowEvery) == 0 {
			c.slow[rng.IntN(len(c.slow))].write(c.trial, w, false)
		}
		stop(&c.byWriter)
	}
}

// stopTheWorld stops all goroutines for a moment and lets others go on first.
func stopTheWorld() {
	runtime.Stack(nil, true) // stops them before it looks at the buffer
}

// stop stops the world if a stop is left.
func stop(left *atomic.Uint64) {
	if n := left.Load(); n > 0 && left.CompareAndSwap(n, n-1) {
		stopTheWorld()
	}
}

// insist looks each register up many times in a row and then sees what it found,
// so that most of its time is spent inside lookups. When the writer has made its
// stops, it makes its own.
func (c *stopping) insist(worker func() impls.Worker, participant int) {
	var found [32]struct {
		e  impls.Element
		ok bool
	}
	rng := c.rng(participant)
	seen := make([]uint64, len(c.registers))
	w := worker()
	for n := 0; w != nil && (n < leastRounds || !c.over.Load()) && !c.failed(); n++ {
		i := rng.IntN(len(c.registers))
		r := c.registers[i]
		from := max(r.ended.Load(), seen[i])
		for k := range found {
			found[k].e, found[k].ok = w.Lookup(r.key)
		}
		to := r.begun.Load()
		for k := range found {
			from = r.see(c.trial, "a lookup", found[k].e, found[k].ok, from, to)
		}
		seen[i] = from
		if n%yieldEvery == 0 {
			if c.byWriter.Load() == 0 {
				stop(&c.byReader)
			}
			runtime.Gosched()
		}
	}
}

// replay executes one batch over and over.
func (c *stopping) replay(worker func() impls.Worker, participant int) {
	const each = 16
	var tape []impls.Op
	stable := uint64(0)
	for range each {
		for _, r := range c.registers {
			tape = append(tape, impls.MakeOp(impls.Lookup, r.key))
			if r.cycle == 0 && r.ended.Load() > 0 {
				stable++
			}
		}
	}
	w := worker()
	for n := 0; w != nil && (n < leastRounds || !c.over.Load()) && !c.failed(); n++ {
		var t impls.Tally
		w.Run(tape, &t)
		c.checkBatch(len(tape), &t)
		if t.Hits < stable {
			c.failf("of %d lookups of keys that are always present, a batch found %d at most", stable, t.Hits)
		}
		if n%yieldEvery == 0 {
			runtime.Gosched()
		}
	}
}
