package torture

import (
	"fmt"
	"runtime"

	"readmostly/internal/litmus"
	"readmostly/internal/mem"
	"readmostly/rcu"
)

// An orderRound is two litmus tests of the order that a grace period promises,
// in loops as tight as they can be, so that readers and updater meet within
// nanoseconds: of what a reader's plain store needs the updater's fence for,
//
//	updater {y=i; synchronize; r2=x}   section {x=n; r1=y}
//
// where the section comes first and r2 sees its store, or the updater does and r1
// sees i; and of the order at both ends, as in a [pipe]'s mailbox, here with
// sections that are about as long as a grace period and hardly ever pause
// between two:
//
//	updater {sent=i; synchronize; done=i}   section {r1=sent; r2=done}
//
// With more threads than cores the system preempts readers anywhere, even where
// the Go scheduler does not: between the load of an index and the count. A reader
// who finds that grace periods went by while it entered stays for several more.
//
// Both sides fill a [litmus.Backlog], so that the next store, a mark of its entry
// perhaps, is seen late.
//
// Source: kernel/rcu/rcutorture.c, the mailbox; J. Alglave et al., "Frightening
// Small Children and Disconcerting Grown-ups", ASPLOS 2018.
type orderRound struct {
	*crew
	domain    rcu.Domain
	newReader func() Reader
	procs     int
	readers   int
	meeter    bool // one of the readers meets
	short     bool // sections are short: readers mostly enter

	_    mem.Pad
	y    mem.Uint64
	sent mem.Uint64
	_    mem.Pad
	done mem.Uint64
	_    mem.Pad
	x    mem.Uint64
	_    mem.Pad
	r2   [4096]mem.Uint64 // by i

	backlog litmus.Backlog // of stores that wait for their lines
}

func newOrderRound(t *trial, f Flavour) *orderRound {
	r := &orderRound{}
	r.domain, r.newReader = f.New()
	cores := runtime.NumCPU()
	r.procs = max(2, []int{cores, 4 * cores}[t.round/3%2])
	r.readers, r.meeter = max(1, min(t.Threads, r.procs)-1), true
	switch t.round / 3 % 4 {
	case 1:
		// One more than cores: while one who was about to enter is preempted,
		// all others run, and grace periods go by.
		r.readers, r.meeter, r.short = min(cores, t.Threads-1), false, true
	case 2:
		r.meeter = false
	}
	r.crew = t.newCrew(fmt.Sprintf("orders, GOMAXPROCS %d throughout", r.procs))
	return r
}

func (r *orderRound) run() {
	runtime.GOMAXPROCS(r.procs)
	jobs := []job{{r.add("writer"), r.write}}
	readers := r.readers
	// Where each has a core of its own, as few as are needed meet most often.
	if r.meeter {
		jobs = append(jobs, job{r.add("meeter"), r.meet})
		readers--
	}
	for range readers {
		jobs = append(jobs, job{r.add("reader"), r.read})
	}
	r.work(r.roundTime(6), jobs)
}

// write is the updater's side of both.
func (r *orderRound) write(m *member) {
	d := r.domain
	for i := uint64(1); m.goesOn(); i++ {
		m.at(waiting, nothing)
		switch {
		case r.short: // for those who come between two grace periods, not in one
			mem.Pause(uint32(i % 256))
		case i%4 != 0:
			r.backlog.Fill(i)
			mem.Pause(uint32(i / 4 % 8))
		}
		mem.StoreRelease(&r.y, i)
		mem.StoreRelease(&r.sent, i)
		if i%64 == 0 {
			m.wait(d)
		} else {
			d.Synchronize()
		}
		mem.StoreRelease(&r.r2[i%uint64(len(r.r2))], r.x.Load())
		mem.StoreRelease(&r.done, i)
	}
}

// meet is the sections that store. The last one that does not see the updater's
// i-th store is the one that the i-th grace period must have waited for; whether
// it has is looked up when that has ended, and nobody waits for anybody.
func (r *orderRound) meet(m *member) {
	reader := r.newReader()
	defer reader.Unregister()
	m.at(inside, nothing)
	var seen, i, section, met uint64
	for n := uint64(1); m.goesOn(); n++ {
		if n%4 != 0 {
			r.backlog.Fill(n)
		}
		token := reader.ReadLock()
		mem.StoreRelease(&r.x, n)
		r1 := r.y.Load()
		reader.ReadUnlock(token)
		if r1 != seen && i == 0 {
			i, section = seen+1, n-1
		}
		seen = r1
		if i != 0 {
			if done := r.done.Load(); done >= i {
				r2 := r.r2[i%uint64(len(r.r2))].Load()
				whole := r.done.Load()-i < uint64(len(r.r2))
				if whole && r2 < section {
					m.fail(nil, "grace period %d missed section %d: the section read y=%d, and x was %d after the grace period: neither saw the other's store", i, section, i-1, r2)
				}
				if whole {
					met++
				}
				i = 0
			}
		}
		if n%4096 == 0 {
			reader.Rest()
			m.rest()
		}
	}
	m.count("stores met", met)
}

// read is the sections that only load.
func (r *orderRound) read(m *member) {
	reader := r.newReader()
	defer reader.Unregister()
	m.at(inside, nothing)
	n, late := uint64(0), uint64(0)
	for ; m.goesOn(); n++ {
		before := r.sent.Load()
		token := reader.ReadLock()
		r1 := r.sent.Load()
		if r1 > before+1 {
			late++
			mem.Pause(uint32(1 << (8 + late%5)))
		} else if pauses := n % 64; pauses != 0 && !r.short {
			mem.Pause(uint32(pauses))
		}
		r2 := r.done.Load()
		reader.ReadUnlock(token)
		if r2 > r1 {
			m.fail(nil, "a section saw %d, stored after a grace period, and %d, of before it", r2, r1)
		}
		if n%1024 == 0 {
			reader.Rest()
			m.rest()
		}
	}
	m.count("orders", n)
	m.count("late entries", late)
}
