package workloads

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"readmostly/internal/mem"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
)

// A Crew is the goroutines that play windows, one per worker, each on its own
// CPU, with its own counters, for as long as the crew exists. It plays one window
// at a time, of any trial with as many workers.
//
// A crew needs the process for itself: a second one waits for the first to be
// closed. While it exists, GOMAXPROCS may be raised and the collector is off,
// except in the windows of backends that need it.
type Crew struct {
	process *process
	members []*member
	crowded bool  // some share a CPU: waiting for it is part of what is measured
	blind   error // why nobody sees a core being lost, nil if it is seen

	patience time.Duration // see Hands
}

// Hands says where a crew's members run and what they count.
type Hands struct {
	CPUs     []int      // the CPU of each member, from the first again if they are too few; nil leaves placement to the system
	Counters *perf.Plan // what each member counts in a window; nil for nothing

	Patience time.Duration // how long a worker may make no progress before it counts as stuck; 0 for [Patience]
}

func (h Hands) counting() bool { return h.Counters != nil && len(h.Counters.Groups) > 0 }

// locked reports whether each member keeps a thread for itself.
func (h Hands) locked() bool { return len(h.CPUs) > 0 || h.counting() }

// A member is one goroutine of a crew.
type member struct {
	_ mem.Pad

	id      int
	jobs    chan func()
	idle    chan struct{} // holds something while the member has nothing to do
	gone    chan struct{} // closed when its goroutine has ended
	counter counter
	witness witness

	_ mem.Pad
}

// NewCrew starts a crew of n members.
func NewCrew(n int, h Hands) (*Crew, error) {
	if n < 1 {
		return nil, fmt.Errorf("a crew of %d: want at least 1", n)
	}
	for _, cpu := range h.CPUs {
		if cpu < 0 {
			return nil, errors.New("CPU numbers start at 0")
		}
	}
	c := &Crew{process: takeProcess(n, h.locked()), members: make([]*member, n), patience: h.Patience}
	if c.patience == 0 {
		c.patience = Patience
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(h.CPUs[:min(n, len(h.CPUs))])))
	c.crowded = len(h.CPUs) > 0 && n > len(distinct)
	switch {
	case len(h.CPUs) == 0:
		c.blind = errors.New("workers are not pinned")
	case c.crowded:
		c.blind = errors.New("workers share CPUs")
	}
	watched := c.blind == nil
	ready := make(chan error, n)
	unseen := make(chan error, n)
	for i := range c.members {
		m := &member{id: i, jobs: make(chan func()), idle: make(chan struct{}, 1), gone: make(chan struct{})}
		c.members[i] = m
		go m.live(h, watched, ready, unseen)
	}
	var errs []error
	for range c.members {
		errs = append(errs, <-ready)
		if err := <-unseen; err != nil {
			c.blind = err
		}
	}
	if err := errors.Join(errs...); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Blind says why nobody sees a worker losing its core, or is nil where that is
// seen: see [Window].Lost.
func (c *Crew) Blind() error { return c.blind }

// Close ends the crew, which must not play, and waits for its members, but not
// for those that are stuck.
func (c *Crew) Close() {
	for _, m := range c.members {
		close(m.jobs)
	}
	for _, m := range c.members {
		within(moment, m.gone)
	}
	c.process.giveBack()
}

// live is a member's whole life. The thread stays locked when the goroutine
// ends, so that it ends too: nothing else ever runs on a pinned thread.
func (m *member) live(h Hands, watched bool, ready, unseen chan<- error) {
	defer close(m.gone)
	err := m.settle(h)
	var blind error
	if err == nil && watched {
		m.witness, blind = callWitness()
	}
	ready <- err
	unseen <- blind
	defer m.counter.close()
	defer m.witness.dismiss()
	m.idle <- struct{}{}
	for job := range m.jobs {
		job()
		m.idle <- struct{}{}
	}
}

// settle puts the member where it shall run and opens its counters there.
func (m *member) settle(h Hands) error {
	if !h.locked() {
		return nil
	}
	runtime.LockOSThread()
	if len(h.CPUs) > 0 {
		if err := topo.PinThread(h.CPUs[m.id%len(h.CPUs)]); err != nil {
			return fmt.Errorf("worker %d: %w", m.id, err)
		}
	}
	if h.counting() {
		if err := m.counter.open(h.Counters); err != nil {
			return fmt.Errorf("worker %d: %w", m.id, err)
		}
	}
	return nil
}

// do has every member execute a job, and sends what came of it to done, which has
// room for all. A job that panics or ends its goroutine comes back dead. If a
// member has been lost to a job before, none executes anything.
func (c *Crew) do(job func(id int) error, done chan<- arrival) error {
	for i, m := range c.members {
		if err := m.free(); err != nil {
			for _, m := range c.members[:i] {
				m.idle <- struct{}{}
			}
			return err
		}
	}
	for _, m := range c.members {
		m.jobs <- func() {
			last := arrival{worker: m.id, phase: stopping, dead: true}
			defer func() {
				if p := recover(); p != nil {
					last.err = fmt.Errorf("worker %d panicked: %v\n%s", m.id, p, debug.Stack())
				} else if last.dead {
					last.err = fmt.Errorf("worker %d ended its goroutine", m.id)
				}
				done <- last
			}()
			last.err = job(m.id)
			last.dead = false
		}
	}
	return nil
}

// free waits until the member has nothing to do. It has just said so, unless it
// is stuck in the job before.
func (m *member) free() error {
	if _, ok := within(moment, m.idle); ok {
		return nil
	}
	select {
	case <-m.gone:
		return fmt.Errorf("worker %d's goroutine has ended in a trial before", m.id)
	default:
		return fmt.Errorf("worker %d is still stuck in a trial before", m.id)
	}
}

// A look is what a member sees in a window: its counters, and whether it had its
// core all the time.
type look struct {
	member        *member
	counting      counting
	before, after testimony
}

// counting says when the counters run.
type counting uint8

const (
	throughout counting = iota // from the start to the stop
	inParts                    // whenever the worker says so
	never
)

func (l *look) start() (err error) {
	if l.before, err = l.member.witness.testify(); err != nil {
		return err
	}
	l.member.counter.reset()
	if l.counting != throughout {
		return nil
	}
	return l.member.counter.start()
}

// part counts what a part of the window does.
func (l *look) part(do func() error) error {
	if l.counting != inParts {
		return do()
	}
	if err := l.member.counter.start(); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return l.member.counter.stop()
}

func (l *look) stop() error {
	var err error
	if l.counting == throughout {
		err = l.member.counter.stop()
	}
	if err != nil {
		return err
	}
	l.after, err = l.member.witness.testify()
	return err
}

func (l *look) lost() time.Duration { return lost(l.before, l.after) }
