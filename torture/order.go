package torture

import (
	"fmt"
	"runtime"

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
// the Go scheduler does not: between the load of an index and the count.
//
// Source: kernel/rcu/rcutorture.c, the mailbox; J. Alglave et al., "Frightening
// Small Children and Disconcerting Grown-ups", ASPLOS 2018.
type orderRound struct {
	*crew
	domain    rcu.Domain
	newReader func() Reader
	procs     int

	_    mem.Pad
	y    mem.Uint64
	sent mem.Uint64
	_    mem.Pad
	done mem.Uint64
	_    mem.Pad
	x    mem.Uint64
	_    mem.Pad
	r2   [4096]mem.Uint64 // by i
}

func newOrderRound(t *trial, f Flavour) *orderRound {
	r := &orderRound{}
	r.domain, r.newReader = f.New()
	cores := runtime.NumCPU()
	r.procs = max(2, []int{cores, 4 * cores}[t.round/3%2])
	r.crew = t.newCrew(fmt.Sprintf("orders, GOMAXPROCS %d throughout", r.procs))
	return r
}

func (r *orderRound) run() {
	runtime.GOMAXPROCS(r.procs)
	// Where each has a core of its own, as few as are needed meet most often.
	jobs := []job{{r.add("writer"), r.write}}
	readers := min(r.Threads, r.procs) - 1
	if r.procs > runtime.NumCPU() || r.round/3%4 < 2 {
		jobs = append(jobs, job{r.add("meeter"), r.meet})
		readers--
	}
	for range max(readers, 2-len(jobs)) {
		jobs = append(jobs, job{r.add("reader"), r.read})
	}
	r.work(r.roundTime(6), jobs)
}

// write is the updater's side of both.
func (r *orderRound) write(m *member) {
	d := r.domain
	for i := uint64(1); m.goesOn(); i++ {
		m.at(waiting, nothing)
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
	s := d.Stats()
	m.count("grace periods", s.GracePeriods)
	m.count("waits", s.Synchronize)
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
	n := uint64(0)
	for ; m.goesOn(); n++ {
		token := reader.ReadLock()
		r1 := r.sent.Load()
		if pauses := n % 64; pauses != 0 {
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
}
