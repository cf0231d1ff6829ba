package perf

import (
	"errors"
	"runtime"
	"strings"
	"syscall"
)

// Group is a set of events that are counted over exactly the same time.
type Group struct {
	Events   []Event
	UserOnly bool // kernel mode is not counted
}

// Missing is an event that was asked for and won't be counted.
type Missing struct {
	Event Event
	Err   *OpenError
}

// Plan says how a machine counts a set of events. It is immutable: all workers
// of a run share one.
type Plan struct {
	Scope   Scope
	Groups  []Group // software first
	Missing []Missing

	kernel kernel
	env    environment
}

// NewPlan finds out how this machine counts the events, by opening them on the
// calling thread and closing them again. Events that the kernel can't tell
// apart are counted once.
func NewPlan(events []Event) *Plan {
	return newPlan(system{}, thisEnvironment(), events)
}

// Probe returns nil where this machine counts the event for the calling thread,
// at least in user mode, or else an [*OpenError].
func Probe(e Event) error {
	if p := NewPlan([]Event{e}); len(p.Missing) > 0 {
		return p.Missing[0].Err
	}
	return nil
}

// Events returns the events that are counted, in the plan's order.
func (p *Plan) Events() []Event {
	var events []Event
	for _, g := range p.Groups {
		events = append(events, g.Events...)
	}
	return events
}

// Why says in one line why events are missing, or is empty where none is.
// Events with the same reason stand together.
func (p *Plan) Why() string {
	var reasons []string
	names := map[string][]string{}
	for _, m := range p.Missing {
		reason := m.Err.Reason()
		if names[reason] == nil {
			reasons = append(reasons, reason)
		}
		names[reason] = append(names[reason], m.Event.Name)
	}
	for i, reason := range reasons {
		reasons[i] = strings.Join(names[reason], ", ") + ": " + reason
	}
	return strings.Join(reasons, "; ")
}

// Config returns the key and value pairs that tell the reader of a benchmark
// file what the counts mean: perf-scope, and perf-missing where an event is.
func (p *Plan) Config() [][2]string {
	scope := p.Scope.String()
	for _, g := range p.Groups {
		if g.UserOnly {
			if p.Scope == SoftwareOnly {
				scope += ", user mode"
			}
			scope += " (" + p.env.paranoidIs() + ")"
			break
		}
	}
	pairs := [][2]string{{"perf-scope", scope}}
	if why := p.Why(); why != "" {
		pairs = append(pairs, [2]string{"perf-missing", why})
	}
	return pairs
}

func newPlan(k kernel, env environment, events []Event) *Plan {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p := &Plan{kernel: k, env: env}
	var hardware, software []Event
	units := map[string]bool{}
	for _, e := range distinct(events) {
		switch {
		case units[e.Unit()]:
			p.miss(e, nil, "another event is reported as "+e.Unit()+" already; name=WORD tells them apart")
			continue
		case e.attr.typ == typeSoftware:
			software = append(software, e)
		default:
			hardware = append(hardware, e)
		}
		units[e.Unit()] = true
	}
	counted, userOnly := p.choose(software)
	p.pack(counted, userOnly, len(counted))
	if len(counted) > 0 {
		p.Scope = SoftwareOnly
	}
	if counted, userOnly = p.choose(hardware); len(counted) > 0 {
		p.pack(counted, userOnly, maxHardware)
		p.Scope = UserKernel
		if userOnly {
			p.Scope = User
		}
	}
	return p
}

func (p *Plan) miss(e Event, err error, hint string) {
	p.Missing = append(p.Missing, Missing{e, &OpenError{Event: e.Name, Err: err, Hint: hint}})
}

// choose returns the events that can be counted and the mode that holds for all
// of them: user and kernel mode if any event can be had there, else user mode.
func (p *Plan) choose(events []Event) (counted []Event, userOnly bool) {
	refused := map[Event]*OpenError{}
	for _, e := range events {
		if err := p.try(e, false); err != nil {
			refused[e] = p.env.explain(e, err)
		} else {
			counted = append(counted, e)
		}
	}
	if len(counted) == 0 {
		for _, e := range events {
			if err := refused[e]; isRefusal(err) {
				if refused[e] = p.lower(e, err); refused[e] == nil {
					counted, userOnly = append(counted, e), true
				}
			}
		}
	}
	for _, e := range events {
		if err := refused[e]; err != nil {
			p.Missing = append(p.Missing, Missing{e, err})
		}
	}
	return counted, userOnly
}

// lower tries user mode after both modes together were refused. What it returns
// is the error that says most, or nil.
func (p *Plan) lower(e Event, refusal *OpenError) *OpenError {
	err := p.try(e, true)
	switch {
	case err == nil && e.kernelOnly():
		refusal.Hint = "it happens in kernel mode, which may not be counted here: " + refusal.Hint
		return refusal
	case err == nil:
		return nil
	case isRefusal(err) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EOPNOTSUPP):
		return refusal
	}
	return p.env.explain(e, err)
}

func (p *Plan) try(e Event, userOnly bool) error {
	fd, err := p.kernel.open(e.attr, userOnly, -1)
	if err != nil {
		return err
	}
	return p.kernel.close(fd)
}
