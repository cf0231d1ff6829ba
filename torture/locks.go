package torture

import (
	"runtime"
	"sync"
	"time"

	"readmostly/internal/mem"
	"readmostly/rwlock"
)

// A RWLocker is a reader-writer lock to torture.
type RWLocker interface {
	sync.Locker
	RLock()
	TryRLock() bool
	RUnlock()
}

// OfRWLock returns the torture of a reader-writer lock. fair says that a writer
// that waits turns away the readers that come after it.
func OfRWLock(name, doc string, backends []string, fair bool, newLock func() RWLocker) Library {
	return Library{Name: name, Doc: doc, Backends: backends, torture: func(t *trial) {
		for t.goesOn() {
			l := &lockRound{crew: t.newCrew("one lock"), lock: newLock(), fair: fair}
			l.run()
			t.count("rounds", 1)
		}
	}}
}

// spinning makes a RWLocker of the small spinlock, whose readers exclude each
// other, too.
type spinning struct{ word mem.Uint64 }

func (l *spinning) Lock()          { rwlock.SpinLock(&l.word) }
func (l *spinning) Unlock()        { rwlock.SpinUnlock(&l.word) }
func (l *spinning) RLock()         { l.Lock() }
func (l *spinning) TryRLock() bool { return rwlock.TrySpinLock(&l.word) }
func (l *spinning) RUnlock()       { l.Unlock() }

// A lockRound is one lock under torture. The words that it guards are twins: a
// reader that finds them different, or a writer that finds that it wasn't alone,
// has not been kept out.
type lockRound struct {
	*crew
	lock RWLocker
	fair bool

	_          mem.Pad
	one, other mem.Uint64
	readers    mem.Uint64 // inside
	took       []mem.Uint64
}

// maxUnfair is how many times as often as another of its kind a worker may get
// the lock, if the other got it often enough to tell. It is a bound on starving,
// not on fairness in the small, as the scheduler decides who asks.
const (
	maxUnfair   = 10_000
	enoughTurns = 100_000
)

func (l *lockRound) run() {
	if l.fair && l.round <= 2 {
		turned := l.add("writer")
		l.work(l.Patience, []job{{turned, l.turnAway}})
		return
	}
	var jobs []job
	writers := l.some(1, 3)
	for i := range l.Threads {
		if i < writers {
			jobs = append(jobs, job{l.add("writer"), l.write})
		} else {
			jobs = append(jobs, job{l.add("reader"), l.read})
		}
	}
	jobs = append(jobs, job{l.add("disturber"), (*member).disturb})
	l.took = make([]mem.Uint64, len(l.members)+1)
	if !l.work(l.roundTime(4), jobs) {
		return
	}
	if l.one.Load() != l.other.Load() || l.readers.Load() != 0 {
		l.fail(nil, "at the end the twins are %d and %d, and %d readers inside", l.one.Load(), l.other.Load(), l.readers.Load())
	}
	writes := l.fairness(l.members[:writers])
	reads := l.fairness(l.members[writers:l.Threads])
	if l.one.Load() != writes {
		l.fail(nil, "%d sections of writers left %d behind", writes, l.one.Load())
	}
	if reads > enoughTurns && writes == 0 {
		l.fail(nil, "writers never got the lock while readers got it %d times", reads)
	}
	l.count("read locks", reads)
	l.count("write locks", writes)
}

// fairness checks that nobody of a kind starved. It returns how often all got
// the lock.
func (l *lockRound) fairness(kind []*member) (sum uint64) {
	least, most := ^uint64(0), uint64(0)
	for _, m := range kind {
		n := l.took[m.id].Load()
		sum += n
		least, most = min(least, n), max(most, n)
	}
	if most > enoughTurns && most > maxUnfair*(least+1) {
		l.fail(nil, "a %s got the lock %d times and another %d times", kind[0].role, most, least)
	}
	return sum
}

// insideLock is how long a section lasts.
func (m *member) insideLock() { m.linger(manner{yield: true}) }

func (l *lockRound) write(m *member) {
	took := &l.took[m.id]
	longest := time.Duration(0)
	for n := 0; m.goesOn(); n++ {
		m.at(waiting, nothing)
		watch := n%64 == 0
		var asked time.Time
		if watch {
			asked = time.Now()
		}
		l.lock.Lock()
		if watch {
			longest = max(longest, time.Since(asked))
		}
		m.at(locking, nothing)
		v := l.one.Load()
		mem.StoreRelaxed(&l.one, v+1)
		m.insideLock()
		readers, other := l.readers.Load(), l.other.Load()
		mem.StoreRelaxed(&l.other, v+1)
		l.lock.Unlock()
		mem.StoreRelaxed(took, took.Load()+1)
		if readers != 0 || other != v {
			m.fail(nil, "a writer was not alone: it found %d and %d, and %d readers inside", v, other, readers)
		}
		m.rest()
	}
	m.countMost("µs longest wait seen", uint64(longest.Microseconds()))
}

func (l *lockRound) read(m *member) {
	took := &l.took[m.id]
	tries := uint64(0)
	for m.goesOn() {
		m.at(waiting, nothing)
		if m.oneIn(8) {
			if !l.lock.TryRLock() {
				tries++
				m.rest()
				continue
			}
		} else {
			l.lock.RLock()
		}
		m.at(locking, nothing)
		l.readers.Add(1)
		one := l.one.Load()
		m.insideLock()
		other, again := l.other.Load(), l.one.Load()
		l.readers.Add(^uint64(0))
		l.lock.RUnlock()
		mem.StoreRelaxed(took, took.Load()+1)
		if one != other || one != again {
			m.fail(nil, "a reader was not without writers: it found %d, %d and then %d", one, other, again)
		}
		m.rest()
	}
	m.count("turned away", tries)
}

// turnAway checks, without a race, that a writer that waits is not overtaken by
// every reader that comes: readers that never leave the lock empty would starve
// it.
func (l *lockRound) turnAway(m *member) {
	l.lock.RLock()
	got := make(chan struct{})
	go func() {
		l.lock.Lock()
		defer l.lock.Unlock()
		close(got)
	}()
	// The writer makes itself known some time after it is started; a writer that
	// never does starves here, and the watchdog tells.
	m.at(waiting, nothing)
	for l.lock.TryRLock() {
		l.lock.RUnlock()
		runtime.Gosched()
	}
	var overtook mem.Uint64
	late := make(chan struct{})
	go func() {
		defer close(late)
		l.lock.RLock()
		overtook.Store(1)
		l.lock.RUnlock()
	}()
	for range 200 { // for the reader to come; it must not get in, however long
		runtime.Gosched()
		mem.Pause(100)
	}
	if overtook.Load() != 0 {
		m.fail(nil, "a reader that came later overtook a writer that waited")
	}
	l.lock.RUnlock()
	<-got
	<-late
}
