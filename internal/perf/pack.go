package perf

// maxHardware is the most hardware events in a group: four counters are what
// small processors have, and a group that needs more never runs.
const maxHardware = 4

// unitOf returns the type number of the unit that counts an event. The three
// generic spellings of what the cores count are one.
func unitOf(e Event) uint32 {
	switch e.attr.typ {
	case typeHardware, typeCache, typeRaw:
		return typeHardware
	}
	return e.attr.typ
}

// pack appends groups of at most limit events to the plan. Each group was
// opened as a whole: an event that the kernel refuses beside its companions
// (too few counters, one that fits a certain counter only) starts a group of its own.
func (p *Plan) pack(events []Event, userOnly bool, limit int) {
	var waiting []Event
	for len(events) > 0 {
		var fds []int
		group := Group{UserOnly: userOnly}
		waiting = waiting[:0]
		for _, e := range events {
			if n := len(group.Events); n == limit || n > 0 && unitOf(e) != unitOf(group.Events[0]) {
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
		for _, fd := range fds {
			p.kernel.close(fd)
		}
		if len(group.Events) > 0 {
			p.Groups = append(p.Groups, group)
		}
		events = append([]Event(nil), waiting...)
	}
}
