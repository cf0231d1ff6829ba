package torture

import (
	"fmt"

	"readmostly/internal/mem"
)

// A life is the last events of one element, for the story of a failure. Whoever
// has the element in hand adds to it: the updater that publishes or removes it,
// or who ages it, under the pipe's mutex. Readers never touch it.
type life struct {
	next   mem.Uint64
	events [lifeEvents]struct{ when, what, age, period mem.Uint64 }
}

// lifeEvents is enough for an element that is published, ages to the end of the
// pipe, and is freed.
const lifeEvents = pipeLength + 6

// means is how an element came back from its grace period.
type means uint8

const (
	bySelf means = iota // the updater had waited
	byCallback
	byBulk
	byReclaimer
	byRetire
)

var allMeans = [...]string{
	bySelf: "after a wait", byCallback: "from Callbacks", byBulk: "from Bulk",
	byReclaimer: "from Reclaimer.Call", byRetire: "from Reclaimer.Retire",
}

const meansShift = 8

// note adds an event to the life of an element.
func (p *pipe) note(e *element, d deed, by means, age uint64) {
	l := &p.lives[e.id&elementMask]
	n := l.next.Load()
	event := &l.events[n%lifeEvents]
	mem.StoreRelaxed(&event.when, p.member.now())
	mem.StoreRelaxed(&event.what, uint64(d)|uint64(by)<<meansShift)
	mem.StoreRelaxed(&event.age, age)
	mem.StoreRelaxed(&event.period, p.domain.Stats().GracePeriods)
	mem.StoreRelease(&l.next, n+1)
}

// tellLife returns what is known of an element.
func (r *rcuRound) tellLife(id uint64) (all []told) {
	if id>>elementShift >= uint64(len(r.pipes)) {
		return nil
	}
	p := r.pipes[id>>elementShift]
	l := &p.lives[id&elementMask]
	for i := range min(l.next.Load(), lifeEvents) {
		event := &l.events[i]
		what := event.what.Load()
		d, by := deed(what&(1<<meansShift-1)), means(what>>meansShift)
		more := fmt.Sprintf(", after %d grace periods", event.period.Load())
		if d == aging || d == freeing {
			more += ", " + allMeans[by]
		}
		all = append(all, told{event.when.Load(), event.age.Load(), d, p.member, more})
	}
	return all
}
