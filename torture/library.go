package torture

import (
	"readmostly/hazard"
	"readmostly/rcu"
	"readmostly/refcount"
	"readmostly/rwlock"
)

// A Library is a mechanism's own package, tortured without a map.
type Library struct {
	Name     string   // such as rcu.Classic
	Doc      string   // what it is, in one line
	Backends []string // the names of the built-in backends that rest on it
	torture  func(*trial)
}

// Libraries returns the libraries of this module.
func Libraries() []Library {
	return []Library{
		OfFlavour(Flavour{
			Name: "rcu.Classic", Doc: "marked readers", Backends: []string{"rcu-classic", "refcount-rcu"}, Yields: true,
			New: func() (rcu.Domain, func() Reader) { return newClassic() },
		}),
		OfFlavour(Flavour{
			Name: "rcu.Classic-fenced", Doc: "marked readers, with the fence in the reader", Backends: []string{"rcu-classic-fence"}, Yields: true,
			New: func() (rcu.Domain, func() Reader) { return newClassic(rcu.Fenced()) },
		}),
		OfFlavour(Flavour{
			Name: "rcu.Sched", Doc: "readers without preemption", Backends: []string{"rcu-sched", "lockless-sched"},
			New: func() (rcu.Domain, func() Reader) {
				d := rcu.NewSched()
				return d, func() Reader { return pinning{d.Register()} }
			},
		}),
		OfFlavour(Flavour{
			Name: "rcu.QSBR", Doc: "readers that announce quiescent states", Backends: []string{"rcu-qsbr"}, Yields: true,
			New: func() (rcu.Domain, func() Reader) {
				d := rcu.NewQSBR()
				return d, func() Reader { return &announcing{QSBRReader: d.Register()} }
			},
		}),
		OfFlavour(Flavour{
			Name: "rcu.SRCU", Doc: "sleepable readers, counted", Backends: []string{"srcu"}, Yields: true, Sleeps: true, Moves: true,
			New: func() (rcu.Domain, func() Reader) {
				d := rcu.NewSRCU()
				return d, func() Reader { return counted{d} }
			},
		}),
		OfSeqLock("seqlock", "the sequence lock", []string{"seqlock", "seqlock-global"}, newSeqWord),
		OfRWLock("rwlock", "the fair reader-writer spinlock", []string{"rwlock", "rwlock-bucket"},
			func() RWLocker { return &rwlock.RWLock{} }),
		OfRWLock("rwlock.SpinLock", "the small spinlock beside each chain", spinlocked,
			func() RWLocker { return &spinning{} }),
		OfHazard("hazard", "hazard pointers, the fence in the scan", []string{"hazard"},
			func() *hazard.Domain { return hazard.NewDomain(hazardSlots) }),
		OfHazard("hazard-fenced", "hazard pointers, the fence in the reader", []string{"hazard-fence"},
			func() *hazard.Domain { return hazard.NewDomain(hazardSlots, hazard.Fenced()) }),
		OfRefcount("refcount", "get-unless-zero", []string{"refcount", "refcount-rcu"},
			Counting{refcount.Set, refcount.GetUnlessZero, refcount.Put}),
	}
}

// spinlocked are the backends whose updaters exclude each other with the small
// spinlock.
var spinlocked = []string{
	"rcu-classic", "rcu-classic-fence", "rcu-sched", "rcu-qsbr", "srcu", "lockless", "lockless-sched",
	"nulls", "hazard", "hazard-fence", "refcount", "refcount-rcu", "gc",
}

func newClassic(opts ...rcu.Option) (rcu.Domain, func() Reader) {
	d := rcu.NewClassic(opts...)
	return d, func() Reader { return marked{d.Register()} }
}

// marked is a reader that needs no rest.
type marked struct{ *rcu.ClassicReader }

func (marked) Rest() {}

// pinning is a reader whose sections need no token.
type pinning struct {
	reader interface {
		ReadLock()
		ReadUnlock()
		Unregister()
	}
}

func (r pinning) ReadLock() rcu.Token  { r.reader.ReadLock(); return 0 }
func (r pinning) ReadUnlock(rcu.Token) { r.reader.ReadUnlock() }
func (pinning) Rest()                  {}
func (r pinning) Unregister()          { r.reader.Unregister() }

// counted is a reader of a domain that knows sections only.
type counted struct{ *rcu.SRCU }

func (counted) Rest()       {}
func (counted) Unregister() {}

// announcing is a reader that announces a quiescent state after each outermost
// section, or goes offline.
type announcing struct {
	*rcu.QSBRReader
	depth, n int
	offline  bool
}

func (r *announcing) ReadLock() rcu.Token {
	if r.offline {
		r.Online()
		r.offline = false
	}
	r.depth++
	r.QSBRReader.ReadLock()
	return 0
}

func (r *announcing) ReadUnlock(rcu.Token) {
	r.QSBRReader.ReadUnlock()
	if r.depth--; r.depth > 0 {
		return
	}
	if r.n++; r.n%3 == 0 {
		r.Rest()
	} else {
		r.QuiescentState()
	}
}

func (r *announcing) Rest() {
	r.Offline()
	r.offline = true
}
