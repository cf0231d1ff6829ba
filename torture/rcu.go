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

func (f Flavour) torture(t *trial) {
	for t.goesOn() {
		if t.round == 1 {
			f.storm(t)
			continue
		}
		r := &rcuRound{flavour: f, crew: t.newCrew("")}
		r.run()
		t.count("rounds", 1)
	}
}

// An rcuRound is one domain under torture.
type rcuRound struct {
	*crew
	flavour   Flavour
	domain    rcu.Domain
	newReader func() Reader
	pipes     []*pipe // one for each updater
	reclaimer *rcu.Reclaimer
	test      buffering
}

func (r *rcuRound) run() {
	r.domain, r.newReader = r.flavour.New()
	rng := r.rng(0)
	highWater := 16 << rng.IntN(6)
	r.reclaimer = rcu.NewReclaimer(r.domain, rcu.Options{HighWater: highWater, Batch: 1 + rng.IntN(64), Memory: rcu.NewBudget(rng.IntN(8))})
	r.shape = fmt.Sprintf("a reclaimer with a mark of %d", highWater)

	var jobs []job
	add := func(role string, do func(*member)) {
		jobs = append(jobs, job{r.add(role), do})
	}
	// The members of the litmus count as one worker, and so do those of the flood.
	updaters := max(1, r.Threads*2/5)
	for range updaters {
		m := r.add("updater")
		p := newPipe(m, len(r.pipes))
		r.pipes = append(r.pipes, p)
		jobs = append(jobs, job{m, func(m *member) { r.update(m, p) }})
	}
	for i := range max(1, r.Threads-updaters-1) {
		add("reader", func(m *member) { r.read(m, i%2*50) })
	}
	if rng.IntN(2) == 0 {
		add("flooder", r.flood)
		add("flooder", r.flood)
	} else {
		add("writer", r.litmusWrite)
		add("watcher", r.litmusRead)
	}
	add("disturber", (*member).disturb)
	if !r.work(r.roundTime(8), jobs) {
		return
	}
	after := r.newCrew(r.shape)
	r.crew = after
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
	for _, p := range r.pipes {
		p.mu.Lock()
		if n := len(p.free) + 1; n != len(p.elements) {
			m.fail(nil, "of %d elements %d have come back", len(p.elements), n)
		}
		p.mu.Unlock()
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
	t.count("grace periods", s.GracePeriods)
	t.count("waits", s.Synchronize)
}

// buffering is the litmus test of what a reader's plain store needs the updater's
// fence for: {y=i; synchronize; r2=x} against sections {x=n; r1=y}. Either the
// section comes first and r2 sees its store, or the updater and r1 sees i.
type buffering struct {
	_    mem.Pad
	y    mem.Uint64
	_    mem.Pad
	x    mem.Uint64
	_    mem.Pad
	done mem.Uint64 // the last section that has ended
	r1   [1024]mem.Uint64
}

// litmusRead is the sections' side.
func (r *rcuRound) litmusRead(m *member) {
	l := &r.test
	reader := r.newReader()
	defer reader.Unregister()
	m.at(inside, nothing)
	for n := uint64(1); m.goesOn(); n++ {
		token := reader.ReadLock()
		mem.StoreRelease(&l.x, n)
		r1 := l.y.Load()
		reader.ReadUnlock(token)
		mem.StoreRelease(&l.r1[n%uint64(len(l.r1))], r1)
		mem.StoreRelease(&l.done, n)
		if n%64 == 0 {
			reader.Rest()
			m.rest()
		}
	}
	m.count("litmus", l.done.Load())
}

// litmusWrite is the updater's side. It looks at the first section that it has
// not seen: that one must have seen it.
func (r *rcuRound) litmusWrite(m *member) {
	l := &r.test
	for i := uint64(1); m.goesOn(); i++ {
		m.at(waiting, nothing)
		mem.StoreRelease(&l.y, i)
		r.wait(m)
		next := l.x.Load() + 1
		for n := 0; l.done.Load() < next; n++ {
			if !m.goesOn() {
				return
			}
			mem.Spin(n)
		}
		r1 := l.r1[next%uint64(len(l.r1))].Load()
		if l.done.Load() > next+uint64(len(l.r1))/2 {
			continue // written over, maybe
		}
		if r1 < i {
			m.fail(nil, "a grace period that began after y=%d missed a section that read y=%d: neither saw the other's store (section %d)", i, r1, next)
		}
	}
}

// wait waits for the readers in one of the ways that there are.
func (r *rcuRound) wait(m *member) {
	d := r.domain
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
