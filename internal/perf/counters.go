package perf

import (
	"errors"
	"fmt"
	"slices"
)

// Counters counts the events of a plan for one thread. All methods may be
// called from any goroutine, but not at the same time.
type Counters struct {
	kernel kernel
	groups []openGroup
}

type openGroup struct {
	events []Event
	fds    []int // the leader first
	ids    []uint64
	buf    []byte
	start  snapshot // at the last Enable
}

// Open makes counters for the calling thread, not yet counting. The caller
// holds runtime.LockOSThread for as long as it counts. Its error is an
// [*OpenError]; then nothing is left open. A plan without groups gives counters
// that read nothing.
//
// On a processor with cores of several kinds, a hardware event is counted on one
// kind only, see [Parser.CPUs]: on a core of another kind it never runs.
func Open(p *Plan) (*Counters, error) {
	c := &Counters{kernel: p.kernel}
	for _, g := range p.Groups {
		open := openGroup{
			events: g.Events,
			buf:    make([]byte, headerBytes+len(g.Events)*valueBytes),
		}
		c.groups = append(c.groups, open)
		last := &c.groups[len(c.groups)-1]
		for _, e := range g.Events {
			if err := last.add(c.kernel, e, g.UserOnly); err != nil {
				c.Close()
				return nil, p.env.explain(e, err)
			}
		}
	}
	return c, nil
}

func (g *openGroup) add(k kernel, e Event, userOnly bool) error {
	leader := -1
	if len(g.fds) > 0 {
		leader = g.fds[0]
	}
	fd, err := k.open(e.attr, userOnly, leader)
	if err != nil {
		return err
	}
	g.fds = append(g.fds, fd)
	id, err := k.id(fd)
	if err != nil {
		return err
	}
	g.ids = append(g.ids, id)
	return nil
}

// Enable opens a window: [Counters.Read] returns what was counted since. The
// hardware groups start last and stop first, so that they see least of the
// system calls that do it.
func (c *Counters) Enable() error {
	for i := range c.groups {
		g := &c.groups[i]
		var err error
		if g.start, err = g.snapshot(c.kernel); err != nil {
			return err
		}
	}
	for _, g := range c.groups {
		if err := c.kernel.enable(g.fds[0]); err != nil {
			return fmt.Errorf("perf: enable: %w", err)
		}
	}
	return nil
}

// Disable closes the window.
func (c *Counters) Disable() error {
	for _, g := range slices.Backward(c.groups) {
		if err := c.kernel.disable(g.fds[0]); err != nil {
			return fmt.Errorf("perf: disable: %w", err)
		}
	}
	return nil
}

// Read returns what was counted in the window, so far where it is still open. It
// has a reading for each event of the plan; those of an event that never ran
// have a Running of 0 and no value, as nothing is known then.
func (c *Counters) Read() ([]Reading, error) {
	var readings []Reading
	for i := range c.groups {
		g := &c.groups[i]
		now, err := g.snapshot(c.kernel)
		if err != nil {
			return nil, err
		}
		some, err := since(g.start, now, g.events, g.ids)
		if err != nil {
			return nil, err
		}
		readings = append(readings, some...)
	}
	return readings, nil
}

func (g *openGroup) snapshot(k kernel) (snapshot, error) {
	n, err := k.read(g.fds[0], g.buf)
	if err != nil {
		return snapshot{}, fmt.Errorf("perf: read: %w", err)
	}
	return decode(g.buf[:max(n, 0)])
}

// Close frees the counters. Closing twice is harmless.
func (c *Counters) Close() error {
	var errs []error
	for _, g := range c.groups {
		for _, fd := range slices.Backward(g.fds) {
			errs = append(errs, c.kernel.close(fd))
		}
	}
	c.groups = nil
	return errors.Join(errs...)
}
