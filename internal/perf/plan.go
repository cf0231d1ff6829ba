package perf

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"readmostly/internal/topo"
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
	Idle    []Event // of Groups, those that could be opened but didn't run when tried

	kernel kernel
	env    environment
}

// NewPlan finds out how this machine counts the events, by opening them on the
// calling thread and closing them again. Events that the kernel can't tell
// apart are counted once. Where hardware counters are held by others, it takes
// up to a second.
func NewPlan(events []Event) *Plan {
	return newPlan(system{}, thisEnvironment(), events)
}

// NewPlanOn is [NewPlan] for workers that are pinned to the given CPUs. It tries
// the events on the first of them, which matters on a processor with cores of
// several kinds: each kind has counters of its own.
func NewPlanOn(cpus []int, events []Event) *Plan {
	if len(cpus) == 0 {
		return NewPlan(events)
	}
	plan := make(chan *Plan)
	go func() {
		runtime.LockOSThread() // to the end, which is the pinned thread's end too
		_ = topo.PinThread(cpus[0])
		plan <- NewPlan(events)
	}()
	return <-plan
}

// Probe returns nil where this machine counts the event for the calling thread,
// at least in user mode, or else an [*OpenError].
func Probe(e Event) error { return probe(system{}, thisEnvironment(), e) }

func probe(k kernel, env environment, e Event) error {
	switch p := newPlan(k, env, []Event{e}); {
	case len(p.Missing) > 0:
		return p.Missing[0].Err
	case len(p.Idle) > 0 && !env.kinds: // or the thread may be on another kind of core
		return &OpenError{Event: e.Name, Hint: neverRan}
	}
	return nil
}

// neverRan explains events that could be opened and never ran.
const neverRan = "the counters that it needs are held by others, such as another program or the NMI watchdog (sysctl kernel.nmi_watchdog=0), or belong to another kind of core"

// IdleWarning returns one line for the user about events that are being counted
// and did not run, be it when the plan was made ([Plan.Idle]) or in a window
// ([Reading.Running] is 0). It is empty where there are none.
func IdleWarning(events []Event) string {
	if len(events) == 0 {
		return ""
	}
	var names []string
	for _, e := range events {
		if !slices.Contains(names, e.Name) {
			names = append(names, e.Name)
		}
	}
	return strings.Join(names, ", ") + ": not counted, as " + neverRan
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
		if strings.HasPrefix(reason, lacking) {
			reasons[i] += "; `readmostly list counters` shows what it does"
		}
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
		case e.software():
			software = append(software, e)
		default:
			hardware = append(hardware, p.redirect(e))
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

// redirect returns the event as this kernel takes it. Kernels that can't be told
// whose cycles are meant choose a kind of core themselves.
func (p *Plan) redirect(e Event) Event {
	plain, directed := e.undirected()
	if !directed {
		return e
	}
	err := p.try(e, false)
	if isRefusal(err) {
		err = p.try(e, true)
	}
	if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.EINVAL) {
		return plain
	}
	return e
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
