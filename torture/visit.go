package torture

import "sync"

// visit is what many do at the beginning of a round: they join in numbers while a
// section of theirs holds up a grace period, so that the registry grows under the
// one who scans it, and leave in another order.
func (r *rcuRound) visit(m *member) {
	const visits, most = 4, 24
	how := manner{yield: r.flavour.Yields, sleep: r.flavour.Sleeps}
	var moved sync.WaitGroup
	sections, near := uint64(0), uint64(0)
	defer func() {
		moved.Wait()
		m.count("sections", sections)
		m.count("near misses", near)
	}()
	for n := 0; n < visits && (m.goesOn() || n == 0); n++ {
		p := r.pipes[m.IntN(len(r.pipes))]
		host := r.newReader()
		entered := m.now()
		token := host.ReadLock()
		sections++
		h := p.hold()
		h.entered = entered
		m.at(inside, h.e.id)
		c := r.domain.StartPoll()
		early := r.domain.Poll(c) // begins it, if nobody else has
		if !how.yield {           // who is pinned should not be for so long
			host.ReadUnlock(token)
		}
		readers := make([]Reader, 8+m.IntN(most-8))
		for i := range readers {
			readers[i] = r.newReader()
			readers[i].Rest()
		}
		for range 2 {
			for _, reader := range readers {
				m.step()
				near += r.section(m, reader, &moved, false)
				sections++
				reader.Rest()
			}
		}
		if how.yield {
			after := h.look()
			early = early || r.domain.Poll(c)
			host.ReadUnlock(token)
			near += h.judge(m, after)
		}
		if early {
			h.tell(m)
			m.fail([]uint64{h.e.id}, "a cookie that was taken inside a section was done before the section ended, while others joined")
		}
		m.at(leaving, nothing)
		moved.Wait()
		host.Unregister()
		for _, i := range m.Perm(len(readers)) {
			readers[i].Unregister()
		}
		m.count("registrations", uint64(1+len(readers)))
	}
}
