package implstest

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"readmostly/impls"
)

// A contest is a map that goroutines in different roles use at the same time.
// The writers do a fixed number of operations; the others go on until the
// writers are done, and at least for a while.
type contest struct {
	*trial
	registers []*register
	writers   sync.WaitGroup
	others    sync.WaitGroup
	over      atomic.Bool // the writers are done
	started   int         // participants so far
	idlers    []impls.Worker
}

// A lineup says how many goroutines there are in each role.
type lineup struct {
	writers  int // update registers of their own
	visitors int // the same, but register anew every few operations
	readers  int // look up everybody's registers
	guests   int // the same, but register anew every few operations
	walkers  int // walk, and place all that they see
	idlers   int // register, do one operation, and stay
	disturb  bool
	procs    int // GOMAXPROCS, or 0 to leave it
	writes   int // for each writer
}

// Registers for each writer, and those that no one ever writes.
const (
	steady  = 24 // present from the beginning, replaced where that can be done
	toggled = 24 // inserted, replaced and deleted in turn
	fresh   = 96 // inserted at some time and never deleted
	ghosts  = 32 // never there
)

func readers(t *trial) {
	play(t, lineup{writers: 2, readers: 3, walkers: 1, writes: t.ops(40000)})
}

// oneProc has readers preempted anywhere: more workers than processors.
func oneProc(t *trial) {
	play(t, lineup{writers: 2, readers: 2, walkers: 1, procs: 1, writes: t.ops(5000)})
}

// crowd has many workers, the collector running and GOMAXPROCS changing.
func crowd(t *trial) {
	play(t, lineup{writers: 4, readers: 6, walkers: 2, disturb: true, procs: 8, writes: t.ops(1000)})
}

// visitors has workers come and go, and idle, while others read and update.
func visitors(t *trial) {
	play(t, lineup{writers: 1, visitors: 2, readers: 1, guests: 1, walkers: 1, idlers: 2, writes: t.ops(5000)})
}

// play runs a contest.
func play(t *trial, l lineup) {
	c := &contest{trial: t}
	if l.procs > 0 {
		runtime.GOMAXPROCS(l.procs)
	}
	if !t.b.Caps.Insert {
		l.writers, l.visitors = 1, 0
	}
	shares := make([][]*register, l.writers+l.visitors)
	for i := range shares {
		shares[i] = c.share()
	}
	c.add(ghosts, 0)
	if !t.open() || !t.populate(c.initial(shares)) {
		return
	}
	for i := range l.idlers {
		w := t.worker()
		if w == nil {
			return
		}
		c.idlers = append(c.idlers, w)
		if i == 0 && t.b.Caps.Insert {
			shares[0][steady].write(t, w, false) // what it retires is not anybody's burden
		}
		w.Lookup(c.registers[0].key)
	}
	for i, regs := range shares {
		period := 0
		if i >= l.writers {
			period = 24
		}
		c.start(&c.writers, period, func(w func() impls.Worker, n int) { c.write(w, n, regs, l.writes) })
	}
	for i := range l.readers + l.guests {
		period := 0
		if i >= l.readers {
			period = 3
		}
		c.start(&c.others, period, c.read)
	}
	for range l.walkers {
		if t.b.Caps.Walk {
			c.start(&c.others, 0, c.walk)
		}
	}
	if l.disturb {
		c.others.Go(c.disturb)
	}
	c.others.Go(c.sample)
	c.writers.Wait()
	c.over.Store(true)
	c.others.Wait()
	c.finish()
}

// add makes n registers.
func (c *contest) add(n int, cycle uint64) []*register {
	regs := make([]*register, n)
	for i := range regs {
		regs[i] = &register{key: uint64(len(c.registers)), cycle: cycle}
		c.registers = append(c.registers, regs[i])
	}
	return regs
}

// share makes the registers of one writer: the steady ones, then the others.
func (c *contest) share() []*register {
	regs := c.add(steady, 0)
	switch caps := c.b.Caps; {
	case !caps.Insert:
	case !caps.Delete:
		regs = append(regs, c.add(fresh, 0)...)
	case caps.Replace:
		regs = append(regs, c.add(toggled, 4)...)
	default:
		regs = append(regs, c.add(toggled, 2)...)
	}
	return regs
}

// initial returns the elements of the steady registers, their first write.
func (c *contest) initial(shares [][]*register) []impls.Element {
	var elements []impls.Element
	for _, regs := range shares {
		for _, r := range regs[:steady] {
			r.begun.Store(1)
			r.ended.Store(1)
			elements = append(elements, impls.MakeElement(r.key, 1))
		}
	}
	return elements
}

// start starts a participant. The function that it gives to the role returns the
// worker to use next: the same always, or, with a period, a new one after that
// many uses.
func (c *contest) start(wg *sync.WaitGroup, period int, role func(worker func() impls.Worker, participant int)) {
	c.started++
	participant := c.started
	wg.Go(func() {
		var w impls.Worker
		uses := 0
		defer func() {
			if w != nil {
				w.Close()
			}
		}()
		role(func() impls.Worker {
			if uses++; w != nil && period > 0 && uses%period == 0 {
				w.Close()
				w = nil
			}
			if w == nil {
				w = c.worker()
			}
			return w
		}, participant)
	})
}

// disturb collects garbage and changes GOMAXPROCS.
func (c *contest) disturb() {
	for n := 0; !c.over.Load(); n++ {
		runtime.GC()
		runtime.GOMAXPROCS(1 + (n*5+7)%8)
		time.Sleep(time.Millisecond)
	}
}

// sample calls what may be called at any time.
func (c *contest) sample() {
	for !c.over.Load() {
		c.m.Stats()
		if g, ok := c.m.(impls.GracePeriodTimer); ok {
			if h := g.GracePeriods(); h != nil && h.TotalCount() > 0 && h.Min() < 0 {
				c.failf("a grace period took %d ns", h.Min())
			}
		}
		time.Sleep(time.Millisecond)
	}
}

// finish checks the state that the writers have left.
func (c *contest) finish() {
	w := c.worker()
	if w == nil {
		return
	}
	resident := 0
	for _, r := range c.registers {
		v := r.ended.Load()
		e, ok := w.Lookup(r.key)
		r.see(c.trial, "a lookup after the end", e, ok, v, v)
		resident += int(count(r.present(v)))
	}
	if c.b.Caps.Walk {
		newWalker(c).walk(w)
	}
	for _, idler := range append(c.idlers, w) {
		idler.Close()
	}
	c.close(resident)
}
