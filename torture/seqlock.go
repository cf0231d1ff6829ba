package torture

import (
	"fmt"
	"runtime"
	"time"

	"readmostly/internal/mem"
	"readmostly/seqlock"
)

// A SeqLocker is a sequence lock to torture.
type SeqLocker interface {
	Begin() uint64
	TryBegin() (uint64, bool)
	Retry(uint64) bool
	WriteLock()
	WriteUnlock()
	ReadLockExcl()
	ReadUnlockExcl()
	Read(func()) (retries int)
}

// OfSeqLock returns the torture of a sequence lock. newLock makes one whose
// sequence wraps after that many writes or, if it can't be told to, some time.
func OfSeqLock(name, doc string, backends []string, newLock func(writes uint64) SeqLocker) Library {
	return Library{Name: name, Doc: doc, Backends: backends, torture: func(t *trial) {
		for t.goesOn() {
			writes := uint64(t.rng(0).IntN(1000))
			s := &seqRound{crew: t.newCrew(fmt.Sprintf("one lock, whose sequence wraps after %d writes", writes)), lock: newLock(writes)}
			s.run()
			t.count("rounds", 1)
		}
	}}
}

// seqWord is the package's functions on a word.
type seqWord struct{ word mem.Uint64 }

// newSeqWord returns a lock whose word wraps after that many writes. A write
// adds 4 to it.
func newSeqWord(writes uint64) SeqLocker {
	l := &seqWord{}
	l.word.Store(0 - 4*writes)
	return l
}

func (l *seqWord) Begin() uint64            { return seqlock.Begin(&l.word) }
func (l *seqWord) TryBegin() (uint64, bool) { return seqlock.TryBegin(&l.word) }
func (l *seqWord) Retry(s uint64) bool      { return seqlock.Retry(&l.word, s) }
func (l *seqWord) WriteLock()               { seqlock.WriteLock(&l.word) }
func (l *seqWord) WriteUnlock()             { seqlock.WriteUnlock(&l.word) }
func (l *seqWord) ReadLockExcl()            { seqlock.ReadLockExcl(&l.word) }
func (l *seqWord) ReadUnlockExcl()          { seqlock.ReadUnlockExcl(&l.word) }
func (l *seqWord) Read(f func()) int        { return seqlock.Read(&l.word, f) }

// A seqRound is one sequence lock under torture. All words that it guards hold
// the same number between two writes.
type seqRound struct {
	*crew
	lock SeqLocker

	_      mem.Pad
	words  [6]mem.Uint64
	_      mem.Pad
	writes mem.Uint64
}

func (s *seqRound) run() {
	var jobs []job
	writers := s.some(1, 3)
	for i := range s.Threads {
		if i < writers {
			jobs = append(jobs, job{s.add("writer"), s.write})
		} else {
			jobs = append(jobs, job{s.add("reader"), s.read})
		}
	}
	jobs = append(jobs, job{s.add("disturber"), (*member).disturb})
	if !s.work(s.roundTime(4), jobs) {
		return
	}
	if n := s.words[0].Load(); n != s.writes.Load() {
		s.fail(nil, "%d writes left %d behind", s.writes.Load(), n)
	}
}

func (s *seqRound) write(m *member) {
	writes := uint64(0)
	for m.goesOn() {
		m.at(waiting, nothing)
		s.lock.WriteLock()
		m.at(locking, nothing)
		v := s.words[0].Load() + 1
		clean := true
		for i := range s.words {
			clean = clean && s.words[i].Load() == v-1
			mem.StoreRelaxed(&s.words[i], v)
			switch {
			case i == 2 && m.oneIn(512):
				time.Sleep(time.Duration(m.IntN(200)) * time.Microsecond) // parked while odd
			case i == 2 && m.oneIn(64):
				runtime.Gosched()
			case m.oneIn(8):
				mem.Pause(4)
			}
		}
		if !clean { // told before a reader can see what two writers leave
			m.fail(nil, "a writer was not alone at write %d", v)
		}
		s.lock.WriteUnlock()
		writes++
		m.rest()
		if m.oneIn(4) {
			m.linger(manner{yield: true})
		}
	}
	s.writes.Add(writes)
	m.count("updates", writes)
}

func (s *seqRound) read(m *member) {
	var got [6]uint64
	var reads, retries, last uint64
	for m.goesOn() {
		m.at(inside, nothing)
		retried := 0
		switch n := m.IntN(8); {
		case n == 0: // as a reader that must not retry any more
			s.lock.ReadLockExcl()
			s.copy(m, &got)
			s.lock.ReadUnlockExcl()
		case n < 3:
			if seq, even := s.lock.TryBegin(); !even || !s.copyWithin(m, &got, seq) {
				retries++
				m.rest()
				continue
			}
		case n < 5:
			// A section may be redone for as long as writers come, so it is left
			// to Read to end it.
			for retried < 64 && !s.copyWithin(m, &got, s.lock.Begin()) {
				retried++
			}
			if retried == 64 {
				retries += 64
				continue
			}
		default:
			retried = s.lock.Read(func() { s.copy(m, &got) })
			if retried > seqlock.ReadAttempts {
				m.fail(nil, "a read was redone %d times: want %d at most before it takes the lock", retried, seqlock.ReadAttempts)
			}
		}
		reads++
		retries += uint64(retried)
		for _, v := range got {
			if v != got[0] {
				m.fail(nil, "a reader used a torn state: %v", got)
				return
			}
		}
		if got[0] < last {
			m.fail(nil, "a reader saw state %d after %d", got[0], last)
		}
		last = got[0]
		m.rest()
	}
	m.count("lookups", reads)
	m.count("retries", retries)
}

// copyWithin copies in the section that began at seq, and reports whether the
// copy may be used.
func (s *seqRound) copyWithin(m *member, to *[6]uint64, seq uint64) bool {
	s.copy(m, to)
	return !s.lock.Retry(seq)
}

func (s *seqRound) copy(m *member, to *[6]uint64) {
	for i := range s.words {
		to[i] = s.words[i].Load()
		if i == 2 {
			m.linger(manner{yield: true})
		}
	}
}
