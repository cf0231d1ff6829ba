package torture

import (
	"fmt"

	"readmostly/internal/mem"
	"readmostly/rcu"
)

// A Flavour is a kind of RCU to torture: what its readers may do inside a
// section, and how to make a domain with its readers.
type Flavour struct {
	Name     string
	Doc      string
	Backends []string // that rest on it
	Yields   bool     // a section may let other goroutines run
	Sleeps   bool     // a section may block
	Moves    bool     // a section may end on another goroutine
	New      func() (d rcu.Domain, newReader func() Reader)
}

// A Reader is one registered reader of a flavour, which one goroutine uses at a
// time. Sections nest. What ReadLock returns goes to the ReadUnlock that ends
// the same section.
type Reader interface {
	ReadLock() rcu.Token
	ReadUnlock(rcu.Token)
	Rest() // outside any section, which may be for long
	Unregister()
}

// OfFlavour returns the torture of a flavour of RCU.
func OfFlavour(f Flavour) Library {
	return Library{Name: f.Name, Doc: f.Doc, Backends: f.Backends, torture: f.torture}
}

// The first round has some of everything but the orders, for the sake of trials
// that are short.
func (f Flavour) torture(t *trial) {
	for t.goesOn() {
		switch t.round % 3 {
		case 1:
			if t.round == 1 {
				f.storm(t)
				f.relay(t)
			}
			f.pipes(t)
		case 2:
			newOrderRound(t, f).run()
		default:
			f.pipes(t)
		}
		t.count("rounds", 1)
	}
}

// An rcuRound is one domain under torture: pipes, floods, and in some rounds
// readers that come and go.
type rcuRound struct {
	*crew
	flavour   Flavour
	domain    rcu.Domain
	newReader func() Reader
	pipes     []*pipe // one for each updater

	reclaimer *rcu.Reclaimer // shared by all
	highWater int            // of the reclaimer
	most      int            // that may wait in it, if none hands itself over again
	heads     *rcu.Budget    // for what has none
	noHeads   bool           // the budget is 0
	reposts   bool           // elements go there again until they are old
}

func (f Flavour) pipes(t *trial) {
	if t.failed.Load() != 0 || t.hung {
		return
	}
	r := &rcuRound{flavour: f, crew: t.newCrew("")}
	r.run()
}

func (r *rcuRound) run() {
	r.domain, r.newReader = r.flavour.New()
	r.lore = r.tellLife
	rng := r.rng(0)
	first := r.round == 1
	r.highWater = 16 << rng.IntN(6)
	r.reposts = !first && rng.IntN(2) == 0
	heads := []int{0, 1, 3, 8}[rng.IntN(4)]
	r.heads, r.noHeads = rcu.NewBudget(heads), heads == 0
	r.reclaimer = rcu.NewReclaimer(r.domain, rcu.Options{HighWater: r.highWater, Batch: 1 + rng.IntN(64), Memory: r.heads})
	r.shape = fmt.Sprintf("a reclaimer with a mark of %d and %d heads", r.highWater, heads)

	var jobs []job
	add := func(role string, do func(*member)) {
		jobs = append(jobs, job{r.add(role), do})
	}
	// The floods count as one worker, and so do those who come and go.
	updaters := r.some(2, 5)
	for range updaters {
		m := r.add("updater")
		p := r.newPipe(m)
		jobs = append(jobs, job{m, func(m *member) { r.update(m, p) }})
	}
	for i := range max(1, r.Threads-updaters-1) {
		long := i == 0 && (first || rng.IntN(4) == 0)
		add("reader", func(m *member) { r.read(m, i%2*50, long) })
	}
	if first || rng.IntN(2) == 0 {
		add("flooder", r.flood)
		add("flooder", r.flood)
	}
	r.most = mostWaiting(r.highWater, updaters+2*2)
	if r.round%3 == 1 {
		for range 4 {
			add("visitor", r.visit)
		}
	}
	add("disturber", (*member).disturb)
	if !r.work(r.roundTime(8), jobs) {
		return
	}
	after := r.newCrew(r.shape)
	// Callbacks still run, and know the crew of the round.
	after.lore = r.tellLife
	inspector := after.add("inspector")
	after.work(r.Patience, []job{{inspector, r.inspect}})
}

// inspect checks that every element has come back.
func (r *rcuRound) inspect(m *member) {
	m.at(draining, nothing)
	r.reclaimer.Close()
	if n := r.reclaimer.Len(); n != 0 {
		m.fail(nil, "%d callbacks wait after Close", n)
	}
	if n := r.heads.Used(); n != 0 {
		m.fail(nil, "after Close %d heads of the reclaimer's budget are in use", n)
	}
	for _, p := range r.pipes {
		p.mu.Lock()
		back, freed := len(p.free), p.freed
		p.mu.Unlock()
		if back+1 != len(p.elements) {
			m.fail(nil, "of %d elements %d have come back", len(p.elements), back+1)
		}
		m.count("freed", freed)
	}
	s := r.domain.Stats()
	if s.Readers != 0 {
		m.fail(nil, "%d readers are registered after all have left", s.Readers)
	}
	m.count("grace periods", s.GracePeriods)
	m.count("waits", s.Synchronize)
}

// storm has many goroutines wait at the same time, who must share grace periods.
func (f Flavour) storm(t *trial) {
	const goroutines, waits = 64, 100
	d, _ := f.New()
	c := t.newCrew(fmt.Sprintf("%d goroutines wait %d times each", goroutines, waits))
	var jobs []job
	var there mem.Uint64
	for range goroutines {
		jobs = append(jobs, job{c.add("updater"), func(m *member) {
			// Or the first would be done before the last is there.
			there.Add(1)
			for n := 0; there.Load() < goroutines; n++ {
				mem.Spin(n)
			}
			m.at(waiting, nothing)
			for range waits {
				d.Synchronize()
				m.step()
			}
		}})
	}
	if !c.work(t.Patience, jobs) {
		return
	}
	s := d.Stats()
	if s.GracePeriods > goroutines*waits/2 {
		t.fail(nil, "%d grace periods for %d calls that overlap: want half as many at most", s.GracePeriods, goroutines*waits)
	}
}

func (r *rcuRound) wait(m *member) { m.wait(r.domain) }

// wait waits for the readers in one of the ways that there are.
func (m *member) wait(d rcu.Domain) {
	before := d.GetState()
	switch m.IntN(5) {
	case 0:
		d.Synchronize()
	case 1:
		d.SynchronizeExpedited()
	case 2:
		c := d.GetState()
		m.rest()
		d.Cond(c)
	case 3:
		c := d.StartPoll()
		for n := 0; !d.Poll(c); n++ {
			mem.Spin(n)
		}
	case 4:
		c := d.GetState() // somebody else's grace periods will do
		for range 8 {
			if d.Poll(c) {
				return
			}
			m.rest()
		}
		d.Synchronize()
		if !d.Poll(c) {
			m.fail(nil, "a cookie that was taken before Synchronize is not done after it")
		}
	}
	if !d.Poll(before) {
		m.fail(nil, "a cookie that was taken before a grace period is not done after it")
	}
}
