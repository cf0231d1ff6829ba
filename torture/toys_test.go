package torture

import (
	"runtime"
	"sync"

	"readmostly/internal/mem"
	"readmostly/rcu"
	"readmostly/refcount"
	"readmostly/rwlock"
	"readmostly/seqlock"
)

// Broken libraries: each is a good one with a part replaced.

// impatient is a domain that does not wait.
type impatient struct{ rcu.Domain }

func (impatient) Synchronize()          { runtime.Gosched() }
func (impatient) SynchronizeExpedited() { runtime.Gosched() }

// unsharing is a domain whose callers wait one after the other.
type unsharing struct {
	rcu.Domain
	mu *sync.Mutex
}

func (d unsharing) Synchronize() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Domain.Synchronize()
}

// rash is a domain whose cookies are done at once.
type rash struct{ rcu.Domain }

func (rash) Poll(rcu.Cookie) bool { return true }

// unmarked is a reader that marks nothing.
type unmarked struct{ Reader }

func (unmarked) ReadLock() rcu.Token  { return 0 }
func (unmarked) ReadUnlock(rcu.Token) {}

// flat is a reader that takes the first exit for the last.
type flat struct {
	Reader
	inside *bool
}

func (r flat) ReadLock() rcu.Token {
	if *r.inside {
		return 0
	}
	*r.inside = true
	return r.Reader.ReadLock()
}

func (r flat) ReadUnlock(t rcu.Token) {
	if *r.inside {
		*r.inside = false
		r.Reader.ReadUnlock(t)
	}
}

func brokenFlavour(name string, domain func(rcu.Domain) rcu.Domain, reader func(Reader) Reader) Library {
	return OfFlavour(Flavour{Name: name, Yields: true, New: func() (rcu.Domain, func() Reader) {
		d, newReader := newClassic()
		if domain != nil {
			d = domain(d)
		}
		return d, func() Reader {
			r := newReader()
			if reader != nil {
				r = reader(r)
			}
			return r
		}
	}})
}

// unchecked is a sequence lock whose readers never redo anything.
type unchecked struct{ *seqWord }

func (unchecked) Retry(uint64) bool        { return false }
func (l unchecked) Read(f func()) int      { f(); return 0 }
func (unchecked) Begin() uint64            { return 0 }
func (unchecked) TryBegin() (uint64, bool) { return 0, true }

// endless is a sequence lock whose readers never take the lock.
type endless struct{ *seqWord }

func (l endless) Read(f func()) (retries int) {
	for {
		s := l.Begin()
		f()
		if !l.Retry(s) && retries > seqlock.ReadAttempts {
			return retries
		}
		retries++
	}
}

// shared is a sequence lock whose writers don't exclude each other.
type shared struct{ *seqWord }

func (l shared) WriteLock()      { l.word.Add(2) }
func (l shared) WriteUnlock()    { l.word.Add(2) }
func (shared) ReadLockExcl()     {}
func (shared) ReadUnlockExcl()   {}
func (l shared) Read(func()) int { return 0 }

// open is a lock that lets readers in at any time.
type open struct{ rwlock.RWLock }

func (*open) RLock()         {}
func (*open) TryRLock() bool { return true }
func (*open) RUnlock()       {}

// greedy is a lock whose readers overtake writers that wait.
type greedy struct {
	word  mem.Uint64
	ended mem.Uint64 // 1 lets everybody go, to end what waits for ever
}

func (l *greedy) TryRLock() bool {
	s := l.word.Load()
	return l.ended.Load() == 0 && s&1 == 0 && l.word.CompareAndSwap(s, s+2)
}

func (l *greedy) RLock() {
	for n := 0; !l.TryRLock() && l.ended.Load() == 0; n++ {
		mem.Spin(n)
	}
}

func (l *greedy) RUnlock() { l.word.Add(^uint64(1)) }

func (l *greedy) Lock() {
	for n := 0; !l.word.CompareAndSwap(0, 1) && l.ended.Load() == 0; n++ {
		mem.Spin(n)
	}
}

func (l *greedy) Unlock() { l.word.Add(^uint64(0)) }

// reviving is a count that can be got when it is 0.
func reviving(w *mem.Uint64) bool {
	w.Add(1)
	return true
}

// splitPut is a put in two steps, of which two may both or neither be the last.
func splitPut(w *mem.Uint64) bool {
	n := w.Load() - 1
	runtime.Gosched()
	w.Store(n)
	return n == 0
}

var brokenLibraries = []Library{
	brokenFlavour("impatient", func(d rcu.Domain) rcu.Domain { return impatient{d} }, nil),
	brokenFlavour("unsharing", func(d rcu.Domain) rcu.Domain { return unsharing{d, new(sync.Mutex)} }, nil),
	brokenFlavour("rash", func(d rcu.Domain) rcu.Domain { return rash{d} }, nil),
	brokenFlavour("unmarked", nil, func(r Reader) Reader { return unmarked{r} }),
	brokenFlavour("flat", nil, func(r Reader) Reader { return flat{r, new(bool)} }),
	OfSeqLock("unchecked", "", nil, func(n uint64) SeqLocker { return unchecked{newSeqWord(n).(*seqWord)} }),
	OfSeqLock("endless", "", nil, func(n uint64) SeqLocker { return endless{newSeqWord(n).(*seqWord)} }),
	OfSeqLock("shared", "", nil, func(n uint64) SeqLocker { return shared{newSeqWord(n).(*seqWord)} }),
	OfRWLock("open", "", nil, false, func() RWLocker { return &open{} }),
	OfRefcount("reviving", "", nil, Counting{refcount.Set, reviving, refcount.Put}),
	OfRefcount("split-put", "", nil, Counting{refcount.Set, refcount.GetUnlessZero, splitPut}),
}
