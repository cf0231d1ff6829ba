package torture

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"readmostly/internal/mem"
)

// A FairLocker is a RWLocker that serves those who wait in the order in which
// they came.
type FairLocker interface {
	RWLocker
	// Queue returns how many wait, and whether a writer that waits turns away the
	// readers that come.
	Queue() (length int, announced bool)
}

// A queueRound checks the order in which a fair lock is had. It leaves nothing to
// the scheduler: somebody comes only when all who came before are seen to wait,
// and who got the lock when is told by a number that is drawn inside.
type queueRound struct {
	*crew
	lock FairLocker
	had  mem.Uint64 // how often anybody had the lock
	shut bool       // a writer was seen to turn readers away, as long as the lock is held
}

// maxQueue is how many may wait at a time.
const maxQueue = 8

func (q *queueRound) run() {
	jobs := []job{{q.add("holder"), q.hold}, {q.add("disturber"), (*member).disturb}}
	if !q.work(q.roundTime(10), jobs) {
		return
	}
	if length, announced := q.lock.Queue(); length != 0 || announced || !q.lock.TryLock() {
		q.fail(nil, "at the end the lock is not free: %d wait, a writer announced: %v", length, announced)
	}
}

// hold is the work of who holds the lock while others come.
func (q *queueRound) hold(m *member) {
	for n := 0; n == 0 || m.goesOn(); n++ {
		m.at(locking, nothing)
		q.queue(m)
		m.count("queues", 1)
	}
}

// A comer comes to a lock that is held.
type comer struct {
	writes bool
	yields int        // while it is inside
	turn   mem.Uint64 // when it had the lock, from 1; 0 before
}

func (c *comer) String() string {
	if c.writes {
		return "W"
	}
	return "R"
}

// queue lets a queue form, then lets it go.
func (q *queueRound) queue(m *member) {
	var all []*comer
	var wg sync.WaitGroup
	q.shut = false
	release := q.lock.Unlock
	reads := m.oneIn(2)
	if reads {
		release = q.lock.RUnlock
		q.lock.RLock()
	} else {
		q.lock.Lock()
	}
	for n := range 2 + m.IntN(maxQueue-1) {
		// A reader waits only for a writer: for the holder or for the first.
		c := &comer{writes: reads && n == 0 || m.oneIn(2), yields: m.IntN(4)}
		all = append(all, c)
		wg.Go(func() { q.guardFor(m, func(*trial) { q.come(c) }) })
		if !q.joins(m, all, reads) || !q.turnsAway(m, all) {
			break
		}
	}
	if m.oneIn(4) {
		time.Sleep(time.Duration(m.IntN(4)) * time.Millisecond) // lets them fall asleep
	}
	release()
	if m.oneIn(2) {
		c := &comer{writes: true}
		all = append(all, c)
		q.comeBack(c, m.oneIn(2))
	}
	wg.Wait()
	q.inOrder(m, all)
}

// come has the lock once.
func (q *queueRound) come(c *comer) {
	unlock := q.lock.RUnlock
	if c.writes {
		unlock = q.lock.Unlock
		q.lock.Lock()
	} else {
		q.lock.RLock()
	}
	q.use(c)
	unlock()
}

// comeBack has it once more, as the last, though it is on the spot whenever the
// lock changes hands.
func (q *queueRound) comeBack(c *comer, tries bool) {
	if !tries {
		q.come(c)
		return
	}
	for !q.lock.TryLock() {
		if q.failed.Load() != 0 {
			return
		}
		runtime.Gosched()
	}
	q.use(c)
	q.lock.Unlock()
}

func (q *queueRound) use(c *comer) {
	c.turn.Store(q.had.Add(1))
	for range c.yields {
		runtime.Gosched()
	}
}

// joins waits until the last who came waits, and a first writer turns readers
// away. It reports whether that is so.
func (q *queueRound) joins(m *member, all []*comer, reads bool) bool {
	last := all[len(all)-1]
	for n := 0; q.failed.Load() == 0; n++ {
		length, announced := q.lock.Queue()
		if length > len(all) || q.shut && !announced {
			m.fail(nil, "%v came to a lock that was held, and it has a queue of %d, with a writer ahead: %v", all, length, announced)
			return false
		}
		q.shut = announced
		if last.turn.Load() != 0 {
			m.fail(nil, "the last of %v had the lock while it was held and the others waited", all)
			return false
		}
		if length == len(all) && (announced || !reads) {
			return true
		}
		mem.Spin(n)
	}
	return false
}

// turnsAway checks that attempts on the lock fail.
func (q *queueRound) turnsAway(m *member, all []*comer) bool {
	if q.lock.TryLock() {
		q.lock.Unlock()
		m.fail(nil, "TryLock got the lock while it was held and %v waited", all)
	} else if q.lock.TryRLock() {
		q.lock.RUnlock()
		m.fail(nil, "TryRLock got the lock while %v waited for it", all)
	}
	return q.failed.Load() == 0
}

// inOrder checks that all had the lock in the order in which they came. Readers
// with no writer between them may have had it in any.
func (q *queueRound) inOrder(m *member, all []*comer) {
	for i, c := range all {
		for _, later := range all[i+1:] {
			if (c.writes || later.writes) && c.turn.Load() > later.turn.Load() {
				m.fail(nil, "came as %v, had the lock in the order %s", all, turns(all))
				return
			}
		}
	}
}

// turns tells who had the lock when, by their places in the queue.
func turns(all []*comer) string {
	places := make([]int, len(all))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(i, j int) int { return int(all[i].turn.Load()) - int(all[j].turn.Load()) })
	var b strings.Builder
	for _, i := range places {
		fmt.Fprintf(&b, "%v%d ", all[i], i+1)
	}
	return strings.TrimSpace(b.String())
}
