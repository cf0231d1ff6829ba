package torture

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"time"

	"readmostly/internal/mem"
)

// A crew is the workers of one round. They work until the round is over, each on
// a goroutine of its own.
type crew struct {
	*trial
	over    mem.Uint64 // 1 when all are to come to an end
	members []*member
	lore    func(id uint64) []told // what a story tells of an id beside the members' notes; may be nil
	ended   chan struct{}          // closed when all have
	wg      sync.WaitGroup
}

// newCrew begins a round of the given shape.
func (t *trial) newCrew(shape string) *crew {
	c := &crew{trial: t, ended: make(chan struct{})}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.shape, t.crew = shape, c
	return c
}

// A member is one worker. Its words are its own to store and for all to sample.
type member struct {
	*crew
	*rand.Rand
	id   int
	role string
	ring ring

	_     mem.Pad
	doing mem.Uint64 // a deed with an id
	steps mem.Uint64
	home  mem.Uint64 // 1 when it has come to an end
	_     mem.Pad
}

// add takes a member on. Members are all there before any is started.
func (c *crew) add(role string) *member {
	m := &member{crew: c, id: len(c.members) + 1, role: role}
	m.Rand = c.rng(m.id)
	m.at(beginning, nothing)
	c.members = append(c.members, m)
	return m
}

// A job is what a member does, until the round is over or it has done enough.
type job struct {
	member *member
	do     func(*member)
}

// work lets members work for the given time, or until they have all come to an
// end, or somebody failed. It reports whether all came back and nothing failed.
func (c *crew) work(d time.Duration, jobs []job) bool {
	for _, j := range jobs {
		c.wg.Go(func() {
			defer j.member.home.Store(1)
			c.guardFor(j.member, func(*trial) { j.do(j.member) })
		})
	}
	go func() {
		c.wg.Wait()
		close(c.ended)
	}()
	c.watch(d)
	return !c.hung && c.failed.Load() == 0
}

// goesOn reports whether the member is to do another step, and counts it.
func (m *member) goesOn() bool {
	m.step()
	return m.over.Load() == 0 && m.failed.Load() == 0
}

// step tells the watchdog that the member gets on.
func (m *member) step() { mem.StoreRelaxed(&m.steps, m.steps.Load()+1) }

// at notes what the member does now, for the story of a failure.
func (m *member) at(d deed, id uint64) { mem.StoreRelaxed(&m.doing, uint64(d)<<deedShift|id&idMask) }

// tell adds the members' states and the history of the ids to a story.
func (c *crew) tell(b *strings.Builder, ids []uint64) {
	b.WriteString("workers:\n")
	for _, m := range c.members {
		doing := m.doing.Load()
		state := deed(doing >> deedShift).String()
		if id := doing & idMask; id != idMask {
			state += fmt.Sprintf(" %#x", id)
		}
		if m.home.Load() != 0 {
			state = "at an end"
		}
		mark := ""
		if m == c.witness {
			mark = "  <- saw it"
		}
		fmt.Fprintf(b, "  %3d %-9s %-28s after %d steps%s\n", m.id, m.role, state, m.steps.Load(), mark)
	}
	for _, id := range ids {
		c.tellHistory(b, id)
	}
}

// stacks returns what every goroutine is doing.
func stacks() []byte {
	buf := make([]byte, 1<<18)
	return buf[:runtime.Stack(buf, true)]
}
