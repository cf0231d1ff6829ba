package torture

import (
	"runtime"

	"readmostly/hazard"
	"readmostly/internal/mem"
)

// A meeting is the litmus test of what a hazard pointer's publication needs the
// scan's fence for. A reader publishes references and validates them while an
// updater unlinks them and scans, both as fast as they can: a reference that the
// reader still found linked must not be reclaimed before the reader lets go, even
// if it hands the protection over to another slot.
type meeting struct {
	*crew
	domain *hazard.Domain

	_         mem.Pad
	src       mem.Uint64 // the reference that is linked
	_         mem.Pad
	reclaimed [4096]mem.Uint64 // by reference: the last that was
}

func newMeeting(t *trial, d *hazard.Domain) *meeting {
	return &meeting{crew: t.newCrew("a reader and a scan meet"), domain: d}
}

func (r *meeting) run() {
	runtime.GOMAXPROCS(max(2, runtime.NumCPU()))
	r.work(r.roundTime(4), []job{{r.add("updater"), r.scan}, {r.add("reader"), r.validate}})
	if r.failed.Load() == 0 {
		if err := r.domain.Close(); err != nil {
			r.fail(nil, "Close: %v", err)
		}
		r.count("scans", r.domain.Stats().Scans)
	}
}

func (r *meeting) of(ref uint64) *mem.Uint64 { return &r.reclaimed[ref%uint64(len(r.reclaimed))] }

func (r *meeting) scan(m *member) {
	p := r.domain.Register(func(refs []uint64) {
		for _, ref := range refs {
			mem.StoreRelease(r.of(ref), ref)
		}
	})
	defer p.Unregister()
	for i := uint64(1); m.goesOn(); i++ {
		m.at(removing, i)
		mem.StoreRelease(&r.src, i+1)
		p.Retire(i)
		p.Flush()
		if i%4 == 0 { // or the reader never finds one linked
			mem.Pause(uint32(1 + m.IntN(16)))
		}
	}
}

func (r *meeting) validate(m *member) {
	p := r.domain.Register(func([]uint64) {})
	defer p.Unregister()
	valid := uint64(0)
	for n := uint32(0); m.goesOn(); n++ {
		ref := r.src.Load()
		p.Protect(0, ref)
		if ref == 0 || r.src.Load() != ref {
			continue
		}
		valid++
		handed := n%2 == 0
		if handed {
			mem.Pause(n / 2 % 4)
			p.Protect(2, ref) // upwards, before the lower slot is given away
			p.Clear(0)
		}
		mem.Pause(1 + n/2%32)
		reclaimed := r.of(ref).Load() == ref
		p.Clear(0)
		p.Clear(2)
		if reclaimed {
			m.fail([]uint64{ref}, "reference %d was reclaimed while a reader protected it (handed over: %v)", ref, handed)
		}
		if n%1024 == 0 {
			m.rest()
		}
	}
	m.count("validations", valid)
}
