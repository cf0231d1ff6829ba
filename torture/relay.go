package torture

import (
	"runtime"

	"readmostly/internal/mem"
)

// relay has readers who are always inside, as each enters the next section before
// it leaves the last, and one who rests. A grace period must end nonetheless, as
// every section does. One goroutine alone polls, so that each of its calls carries
// the grace period on, and between two calls it waits until all sections that it
// could wait for have ended: a few calls must do, however long they take.
func (f Flavour) relay(t *trial) {
	if !f.Yields || t.failed.Load() != 0 || t.hung {
		return // who is always pinned leaves no way to stop
	}
	const walkers, cookies, calls = 2, 50, 16
	type padded struct {
		mem.Uint64
		_ mem.Pad
	}
	d, newReader := f.New()
	c := t.newCrew("readers that are never all outside")
	entries := make([]padded, walkers)
	var jobs []job
	for i := range entries {
		jobs = append(jobs, job{c.add("reader"), func(m *member) {
			in, out := newReader(), newReader()
			out.Rest()
			m.at(inside, nothing)
			token := in.ReadLock()
			for n := uint64(1); m.goesOn(); n++ {
				next := out.ReadLock()
				in.ReadUnlock(token)
				in, out, token = out, in, next
				mem.StoreRelease(&entries[i].Uint64, n)
				if n%16 == 0 {
					runtime.Gosched()
				}
			}
			in.ReadUnlock(token)
			in.Unregister()
			out.Unregister()
		}})
	}
	jobs = append(jobs, job{c.add("updater"), func(m *member) {
		defer m.over.Store(1)
		m.at(waiting, nothing)
		resting := newReader() // whom nobody must wait for
		resting.Rest()
		defer resting.Unregister()
		for range cookies {
			cookie := d.StartPoll()
			for polls := 1; !d.Poll(cookie); polls++ {
				if polls > calls {
					m.fail(nil, "all sections have ended %d times since a cookie was taken, which has been polled in between, and it is not done", calls)
					return
				}
				for i := range entries {
					const both = 4 // sections of each of the reader's two
					from := entries[i].Load()
					for n := 0; entries[i].Load() < from+both; n++ {
						if m.over.Load() != 0 || m.failed.Load() != 0 {
							return
						}
						mem.Spin(n)
					}
				}
			}
			m.step()
		}
		m.count("relayed grace periods", cookies)
	}})
	c.work(t.Patience, jobs)
}
