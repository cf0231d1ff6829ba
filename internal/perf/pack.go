package perf

// maxHardware is the most hardware events in a group: four counters are what
// small processors have, and a group that needs more never runs.
const maxHardware = 4

// pack appends groups of at most limit events to the plan, whose events one unit
// counts. Each group was opened as a whole: an event that the kernel refuses
// beside its companions (too few counters, one that fits a certain counter only)
// starts a group of its own.
//
// A group that opens may still never run, as the kernel doesn't know how many
// counters others hold: the NMI watchdog, or another program. So a group of
// hardware events is tried, and smaller ones until one runs.
func (p *Plan) pack(events []Event, userOnly bool, limit int) {
	most := limit
	for len(events) > 0 {
		group, waiting, ran := p.form(events, userOnly, most)
		switch {
		case len(group.Events) == 0:
		case ran:
			p.Groups = append(p.Groups, group)
		case len(group.Events) > 1:
			most = len(group.Events) - 1
			waiting = append(group.Events, waiting...)
		default:
			p.Groups = append(p.Groups, group)
			p.Idle = append(p.Idle, group.Events...)
			most = limit // for the others: this one would have spoilt any group
		}
		events = waiting
	}
}

// form opens the first of the events and as many of the others as fit beside it,
// lets them run and closes them again. It returns the others too, and notes what
// the kernel refuses.
func (p *Plan) form(events []Event, userOnly bool, limit int) (group Group, waiting []Event, ran bool) {
	var fds []int
	group.UserOnly = userOnly
	for _, e := range events {
		if n := len(group.Events); n == limit || n > 0 && e.unit != group.Events[0].unit {
			waiting = append(waiting, e)
			continue
		}
		leader := -1
		if len(fds) > 0 {
			leader = fds[0]
		}
		fd, err := p.kernel.open(e.attr, userOnly, leader)
		switch {
		case err == nil:
			fds = append(fds, fd)
			group.Events = append(group.Events, e)
		case leader < 0:
			p.Missing = append(p.Missing, Missing{e, p.env.explain(e, err)})
		default:
			waiting = append(waiting, e)
		}
	}
	if len(fds) > 0 {
		ran = group.Events[0].software() || p.runs(fds[0], len(fds))
	}
	for _, fd := range fds {
		p.kernel.close(fd)
	}
	return group, waiting, ran
}

// patience is how often a group that doesn't run is given the time in which the
// kernel lets the next one have a turn.
const patience = 10

// runs reports whether a group of n events gets its counters when it is enabled.
// The kernel gives them at once where they are free, so that waiting costs time
// only where they are not. An error is not told here: it comes again when the
// group is opened for a measurement.
func (p *Plan) runs(leader, n int) bool {
	buf := make([]byte, headerBytes+n*valueBytes)
	running := func() (uint64, error) {
		read, err := p.kernel.read(leader, buf)
		if err != nil {
			return 0, err
		}
		s, err := decode(buf[:max(read, 0)])
		return s.running, err
	}
	before, err := running()
	if err != nil || p.kernel.enable(leader) != nil {
		return true
	}
	defer p.kernel.disable(leader)
	for turn := 0; ; turn++ {
		if now, err := running(); err != nil || now != before {
			return true
		}
		if turn == patience {
			return false
		}
		p.kernel.spin()
	}
}
