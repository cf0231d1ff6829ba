package torture

import (
	"slices"
	"sync"
	"time"

	"readmostly/internal/mem"
	"readmostly/rwlock"
)

// A RWLocker is a reader-writer lock to torture.
type RWLocker interface {
	sync.Locker
	TryLock() bool
	RLock()
	TryRLock() bool
	RUnlock()
}

// OfRWLock returns the torture of a reader-writer lock: of a fair one if it is a
// [FairLocker].
func OfRWLock(name, doc string, backends []string, newLock func() RWLocker) Library {
	return Library{Name: name, Doc: doc, Backends: backends, torture: func(t *trial) {
		for t.goesOn() {
			lock, least := newLock(), uint64(minTurns)
			fair, ok := lock.(FairLocker)
			if ok {
				least = minFairTurns
			}
			if ok && t.round%2 == 1 {
				q := &queueRound{crew: t.newCrew("a queue for one lock"), lock: fair}
				q.run()
			} else {
				l := &lockRound{crew: t.newCrew("one lock"), lock: lock, least: least}
				l.run()
			}
			t.count("rounds", 1)
		}
	}}
}

// spinning makes a RWLocker of the small spinlock, whose readers exclude each
// other, too.
type spinning struct{ word mem.Uint64 }

func (l *spinning) Lock()          { rwlock.SpinLock(&l.word) }
func (l *spinning) Unlock()        { rwlock.SpinUnlock(&l.word) }
func (l *spinning) TryLock() bool  { return rwlock.TrySpinLock(&l.word) }
func (l *spinning) RLock()         { l.Lock() }
func (l *spinning) TryRLock() bool { return l.TryLock() }
func (l *spinning) RUnlock()       { l.Unlock() }

// A lockRound is one lock under torture. The words that it guards are twins: a
// reader that finds them different, or a writer that finds that it wasn't alone,
// has not been kept out.
type lockRound struct {
	*crew
	lock  RWLocker
	least uint64 // turns for everybody
	users []*lockUser

	_          mem.Pad
	one, other mem.Uint64
	readers    mem.Uint64 // inside
}

// A lockUser is a worker of a lockRound.
type lockUser struct {
	*member
	round   *lockRound
	turns   mem.Uint64 // how often it had the lock
	away    uint64     // how often it was turned away
	longest time.Duration
}

// How often everybody gets the lock in a round, whoever else wants it. A round
// that is over goes on until then, and a worker that does not get there has hung:
// the watchdog tells. A fair lock has its order checked besides, and waits for
// whoever sleeps when its turn comes, so it takes longer for a turn.
const (
	minTurns     = 100
	minFairTurns = 10
)

func (l *lockRound) run() {
	var jobs []job
	writers := l.some(1, 3)
	for i := range l.Threads {
		u := &lockUser{round: l}
		work := u.write
		if i < writers {
			u.member = l.add("writer")
		} else {
			u.member, work = l.add("reader"), u.read
		}
		l.users = append(l.users, u)
		jobs = append(jobs, job{u.member, func(*member) { work() }})
	}
	jobs = append(jobs, job{l.add("disturber"), (*member).disturb})
	if !l.work(l.roundTime(4), jobs) {
		return
	}
	if l.one.Load() != l.other.Load() || l.readers.Load() != 0 {
		l.fail(nil, "at the end the twins are %d and %d, and %d readers inside", l.one.Load(), l.other.Load(), l.readers.Load())
	}
	writes, reads := l.account(l.users[:writers]), l.account(l.users[writers:])
	if l.one.Load() != writes {
		l.fail(nil, "%d sections of writers left %d behind", writes, l.one.Load())
	}
	l.count("read locks", reads)
	l.count("write locks", writes)
}

// account reports what users of a kind had. It returns how often they had the
// lock.
func (l *lockRound) account(users []*lockUser) (turns uint64) {
	for _, u := range users {
		turns += u.turns.Load()
		l.count("turned away", u.away)
		l.countMost("µs longest wait seen", uint64(u.longest.Microseconds()))
	}
	return turns
}

// wants reports whether to ask for the lock again: until the round is over, and
// then until everybody has had it often enough. Until then the watchdog sees no
// more steps of who has not.
func (u *lockUser) wants() bool {
	if u.over.Load() == 0 {
		return u.goesOn()
	}
	if u.failed.Load() != 0 || u.ctx.Err() != nil {
		return false
	}
	lacks := func(u *lockUser) bool { return u.turns.Load() < u.round.least }
	if !lacks(u) {
		u.step()
	}
	return slices.ContainsFunc(u.round.users, lacks)
}

// gets asks for the lock, and now and then only tries to get it. It reports
// whether it did.
func (u *lockUser) gets(lock func(), try func() bool) bool {
	u.at(waiting, nothing)
	switch u.IntN(64) {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		if !try() {
			u.away++
			u.rest()
			return false
		}
	case 8:
		asked := time.Now()
		lock()
		u.longest = max(u.longest, time.Since(asked))
	default:
		lock()
	}
	u.at(locking, nothing)
	return true
}

// gives ends a turn.
func (u *lockUser) gives(unlock func()) {
	unlock()
	mem.StoreRelaxed(&u.turns, u.turns.Load()+1)
}

// linger is how long a section lasts.
func (u *lockUser) linger() { u.member.linger(manner{yield: true}) }

func (u *lockUser) write() {
	l := u.round
	for u.wants() {
		if !u.gets(l.lock.Lock, l.lock.TryLock) {
			continue
		}
		v := l.one.Load()
		mem.StoreRelaxed(&l.one, v+1)
		u.linger()
		if readers, other := l.readers.Load(), l.other.Load(); readers != 0 || other != v {
			// Told before a reader can see what two writers leave.
			u.fail(nil, "a writer was not alone: it found %d and %d, and %d readers inside", v, other, readers)
		}
		mem.StoreRelaxed(&l.other, v+1)
		u.gives(l.lock.Unlock)
		u.rest()
	}
}

func (u *lockUser) read() {
	l := u.round
	for u.wants() {
		if !u.gets(l.lock.RLock, l.lock.TryRLock) {
			continue
		}
		l.readers.Add(1)
		one := l.one.Load()
		u.linger()
		other, again := l.other.Load(), l.one.Load()
		l.readers.Add(^uint64(0))
		u.gives(l.lock.RUnlock)
		if one != other || one != again {
			u.fail(nil, "a reader was not without writers: it found %d, %d and then %d", one, other, again)
		}
		u.rest()
	}
}
