package rcu

import (
	"testing"

	"readmostly/internal/mem"
)

// doneDomain is a domain without readers, whose grace periods take no time.
type doneDomain struct{}

func (doneDomain) Synchronize()          {}
func (doneDomain) SynchronizeExpedited() {}
func (doneDomain) GetState() Cookie      { return Completed }
func (doneDomain) StartPoll() Cookie     { return Completed }
func (doneDomain) Poll(Cookie) bool      { return true }
func (doneDomain) Cond(Cookie)           {}
func (doneDomain) Stats() Stats          { return Stats{} }

// line is an object that fills a cache line, as the elements of a table do.
type line struct {
	link, state mem.Uint64
	_           [48]byte
}

// lines are named by index. Freeing one stores to it.
type lines []line

func (l *lines) Next(h uint64) uint64   { return (*l)[h].link.Load() }
func (l *lines) SetNext(h, next uint64) { mem.StoreRelaxed(&(*l)[h].link, next) }
func (l *lines) Reclaim(h uint64)       { mem.StoreRelaxed(&(*l)[h].state, 0) }
func (l *lines) ReclaimBulk(hs []uint64) {
	for _, h := range hs {
		mem.StoreRelaxed(&(*l)[h].state, 0)
	}
}

var benchDomains = []struct {
	name string
	make func() Domain
}{
	{"done", func() Domain { return doneDomain{} }},
	{"classic", func() Domain { return NewClassic() }},
	{"sched", func() Domain { return NewSched() }},
}

// benchObjects is many enough for each to be cold when it comes round.
const benchObjects = 1 << 17

func benchEachDomain(b *testing.B, bench func(b *testing.B, d Domain, l *lines)) {
	for _, d := range benchDomains {
		b.Run("domain="+d.name, func(b *testing.B) {
			l := make(lines, benchObjects)
			domain := d.make()
			b.ResetTimer()
			bench(b, domain, &l)
		})
	}
}

func BenchmarkCall(b *testing.B) {
	benchEachDomain(b, func(b *testing.B, d Domain, l *lines) {
		c := NewCallbacks(d, l, Options{})
		for i := range b.N {
			h := uint64(i) * 7919 % benchObjects
			mem.StoreRelaxed(&(*l)[h].state, 1)
			c.Call(h)
		}
		c.Close()
	})
}

func BenchmarkFree(b *testing.B) {
	benchEachDomain(b, func(b *testing.B, d Domain, l *lines) {
		q := NewBulk(d, l, Options{})
		for i := range b.N {
			h := uint64(i) * 7919 % benchObjects
			mem.StoreRelaxed(&(*l)[h].state, 1)
			q.Free(h)
		}
		q.Close()
	})
}

// BenchmarkNoQueue is what the objects themselves cost in the two above.
func BenchmarkNoQueue(b *testing.B) {
	l := make(lines, benchObjects)
	for i := range b.N {
		h := uint64(i) * 7919 % benchObjects
		mem.StoreRelaxed(&l[h].state, 1)
	}
}

func BenchmarkSynchronize(b *testing.B) {
	benchEachDomain(b, func(b *testing.B, d Domain, l *lines) {
		for i := range b.N {
			h := uint64(i) * 7919 % benchObjects
			mem.StoreRelaxed(&(*l)[h].state, 1)
			d.Synchronize()
			l.Reclaim(h)
		}
	})
}

func BenchmarkReclaimer(b *testing.B) {
	r := NewReclaimer(NewClassic(), Options{})
	b.Run("Call", func(b *testing.B) {
		heads := make([]Head, b.N)
		free := func(*Head) {}
		b.ResetTimer()
		for i := range heads {
			r.Call(&heads[i], free)
		}
		r.Barrier()
	})
	b.Run("Retire", func(b *testing.B) {
		b.ReportAllocs()
		free := func() {}
		for range b.N {
			r.Retire(free)
		}
		r.Barrier()
	})
	r.Close()
}
