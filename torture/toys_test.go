package torture

import (
	"runtime"
	"sync"
	"time"

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
	token  *rcu.Token
}

func (r flat) ReadLock() rcu.Token {
	if *r.inside {
		return 0
	}
	*r.inside, *r.token = true, r.Reader.ReadLock()
	return 0
}

func (r flat) ReadUnlock(rcu.Token) {
	if *r.inside {
		*r.inside = false
		r.Reader.ReadUnlock(*r.token)
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
type open struct{ RWLocker }

func (open) RLock()         {}
func (open) TryRLock() bool { return true }
func (open) RUnlock()       {}

// together is a lock whose writers keep readers out, but not each other: the
// first of them takes the lock, and the last gives it back.
type together struct {
	RWLocker
	mu      sync.Mutex
	writers int
}

func (l *together) Lock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writers == 0 {
		l.RWLocker.Lock()
	}
	l.writers++
}

func (l *together) Unlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writers--; l.writers == 0 {
		l.RWLocker.Unlock()
	}
}

func (l *together) TryLock() bool { l.Lock(); return true }

// seqTogether is a sequence lock with the same fault.
type seqTogether struct {
	*seqWord
	mu      sync.Mutex
	writers int
}

func (l *seqTogether) WriteLock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writers == 0 {
		l.seqWord.WriteLock()
	}
	l.writers++
}

func (l *seqTogether) WriteUnlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writers--; l.writers == 0 {
		l.seqWord.WriteUnlock()
	}
}

// grudging is a lock that writers get in the end, but seldom: they look for it now
// and then only.
type grudging struct{ RWLocker }

func (l grudging) Lock() {
	for {
		time.Sleep(10 * time.Millisecond)
		if l.TryLock() {
			return
		}
	}
}

// ticketed is a fair lock, also for readers, who exclude each other, unless it has
// a fault.
type ticketed struct {
	fault              string
	held, next, served mem.Uint64
}

func (l *ticketed) Lock() {
	if l.TryLock() {
		return
	}
	ticket := l.next.Add(1) - 1
	for n := 0; l.fault != "overtakes" && l.served.Load() != ticket; n++ {
		mem.Spin(n)
	}
	for n := 0; !l.held.CompareAndSwap(0, 1); n++ {
		mem.Spin(n)
	}
	l.served.Add(1)
}

func (l *ticketed) TryLock() bool {
	length, _ := l.Queue()
	return (length == 0 || l.fault == "barges") && l.held.CompareAndSwap(0, 1)
}

func (l *ticketed) TryRLock() bool {
	return l.TryLock() || l.fault == "ignores the holder"
}

func (l *ticketed) Queue() (int, bool) {
	length := int(l.next.Load() - l.served.Load())
	return length, length > 0
}

func (l *ticketed) Unlock()  { l.held.Store(0) }
func (l *ticketed) RLock()   { l.Lock() }
func (l *ticketed) RUnlock() { l.Unlock() }

// greedy is a lock whose readers overtake writers that wait.
type greedy struct{ word, writers, readers mem.Uint64 }

func (l *greedy) TryRLock() bool {
	s := l.word.Load()
	return s&1 == 0 && l.word.CompareAndSwap(s, s+2)
}

func (l *greedy) TryLock() bool { return l.word.CompareAndSwap(0, 1) }
func (l *greedy) RLock()        { await(&l.readers, l.TryRLock) }
func (l *greedy) Lock()         { await(&l.writers, l.TryLock) }
func (l *greedy) RUnlock()      { l.word.Add(^uint64(1)) }
func (l *greedy) Unlock()       { l.word.Add(^uint64(0)) }

func (l *greedy) Queue() (int, bool) {
	writers := l.writers.Load()
	return int(writers + l.readers.Load()), writers > 0
}

// await counts who waits.
func await(waiting *mem.Uint64, try func() bool) {
	waiting.Add(1)
	for n := 0; !try(); n++ {
		mem.Spin(n)
	}
	waiting.Add(^uint64(0))
}

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
	brokenFlavour("flat", nil, func(r Reader) Reader { return flat{r, new(bool), new(rcu.Token)} }),
	OfSeqLock("unchecked", "", nil, func(n uint64) SeqLocker { return unchecked{newSeqWord(n).(*seqWord)} }),
	OfSeqLock("endless", "", nil, func(n uint64) SeqLocker { return endless{newSeqWord(n).(*seqWord)} }),
	OfSeqLock("shared", "", nil, func(n uint64) SeqLocker { return shared{newSeqWord(n).(*seqWord)} }),
	OfRWLock("open", "", nil, func() RWLocker { return open{&rwlock.RWLock{}} }),
	OfRWLock("greedy", "", nil, func() RWLocker { return &greedy{} }),
	OfRWLock("overtakes", "", nil, func() RWLocker { return &ticketed{fault: "overtakes"} }),
	OfRWLock("barges", "", nil, func() RWLocker { return &ticketed{fault: "barges"} }),
	OfRWLock("ignores-the-holder", "", nil, func() RWLocker { return &ticketed{fault: "ignores the holder"} }),
	OfRefcount("reviving", "", nil, Counting{refcount.Set, reviving, refcount.Put}),
	OfRefcount("split-put", "", nil, Counting{refcount.Set, refcount.GetUnlessZero, splitPut}),
}
