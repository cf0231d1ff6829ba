package workloads

import (
	"errors"
	"slices"
	"time"

	"readmostly/internal/mem"
)

// How far cores are from each other is what contended words cost, and a hypervisor
// may move CPUs. Two workers that throw a word to and fro show it.

// A court is a word that two members throw to each other: it holds the number of
// throws.
type court struct {
	_     mem.Pad
	throw mem.Uint64
	_     mem.Pad
}

// A ping-pong has several games, of which the median counts, and is given up if the
// other does not answer, as it has lost its core.
const (
	games       = 15
	returns     = 32 // of each player in a game
	pingTimeout = 5 * time.Millisecond
)

var errNoAnswer = errors.New("no answer")

// play throws returns × games times and returns how long a throw took on its way.
// first is 0 for who begins, 1 for the other.
func (c *court) play(first uint64) (time.Duration, error) {
	var took [games]time.Duration
	mine, giveUp := first, instant()+pingTimeout
	for g := range took {
		began := instant()
		for range returns {
			for n := 1; c.throw.Load() != mine; n++ {
				if n%1024 == 0 && instant() > giveUp {
					return 0, errNoAnswer
				}
			}
			mem.StoreRelease(&c.throw, mine+1) // pairs with the other's load
			mine += 2
		}
		took[g] = instant() - began
	}
	slices.Sort(took[:])
	return took[games/2] / (2 * returns), nil
}

// Ping returns the least and the greatest time that a cache line takes from one
// member's core to that of the next. It plays beside no window, takes some 100 µs
// for each pair, and reports false where that can't be known: one member, CPUs that
// are shared or not fixed, a core that was lost meanwhile.
func (c *Crew) Ping() (near, far time.Duration, ok bool) {
	if c.blind != nil || len(c.members) < 2 {
		return 0, 0, false
	}
	for first := range len(c.members) - 1 {
		var shared court
		var times [2]time.Duration
		done := make(chan arrival, len(c.members))
		err := c.do(func(id int) (err error) {
			if k := id - first; k == 0 || k == 1 {
				times[k], err = shared.play(uint64(k))
			}
			return err
		}, done)
		if err != nil {
			return 0, 0, false
		}
		for range c.members {
			if a := <-done; a.err != nil {
				err = a.err
			}
		}
		if err != nil {
			return 0, 0, false
		}
		took := max(times[0], times[1])
		if first == 0 || took < near {
			near = took
		}
		far = max(far, took)
	}
	return near, far, true
}
