package perf

// Turns returns how many turns it takes to count all of the plan's hardware
// groups, one at a time.
func (p *Plan) Turns() int { return max(1, len(p.hardware())) }

// Turn returns the plan's part for the n-th turn, from 0 and round and round: all
// that the software counts, and one group of hardware events. A short window has
// no time to multiplex several.
func (p *Plan) Turn(n int) *Plan {
	groups := p.hardware()
	if len(groups) < 2 {
		return p
	}
	part := *p
	part.Groups = nil
	for _, g := range p.Groups {
		if g.software() {
			part.Groups = append(part.Groups, g)
		}
	}
	part.Groups = append(part.Groups, groups[n%len(groups)])
	return &part
}

func (p *Plan) hardware() (groups []Group) {
	for _, g := range p.Groups {
		if !g.software() {
			groups = append(groups, g)
		}
	}
	return groups
}

func (g Group) software() bool { return len(g.Events) > 0 && g.Events[0].attr.typ == typeSoftware }
