package advise

import "slices"

// A Horizon says how far along an axis an answer holds, with all else as it is.
type Horizon struct {
	Axis     Axis
	Down, Up Turn // towards less and towards more
}

// A Turn is how far an answer holds in one direction.
type Turn struct {
	End  End
	To   float64 // the last place at which the answer was found to hold; that of the question if there is no other
	Next float64 // the next one that was measured: at Flips and Unclear

	// At Flips, who takes over: the cheapest at Next, first the one with the least median.
	Takers []string
	// Cross is where the first of these and the winner cost the same, interpolated
	// between Base, which was measured, and Next; 0 where that says nothing.
	Cross float64
	Base  float64
	// New says that the first of these is no answer at To, or was not measured there.
	New bool
	// Gone says that the winner can't be compared at Next: it can't do that, or it
	// wasn't measured.
	Gone bool
}

// An End is how the search for the end of an answer ended.
type End string

// The ends.
const (
	Unmeasured End = "unmeasured" // nothing was measured in this direction
	Holds      End = "holds"      // the winner is the cheapest as far as anything was measured, or can't be told apart from it
	Flips      End = "flips"      // another takes over
	Unclear    End = "unclear"    // there are too few forks to tell
)

// horizon looks how far the answer holds along an axis.
func (g grid) horizon(q Question, s standing, a Axis) Horizon {
	places, here := g.stations(q, a), a.Of(q.Workload)
	var up, down []float64
	for _, v := range places {
		switch {
		case v > here:
			up = append(up, v)
		case v < here:
			down = append(down, v)
		}
	}
	slices.Reverse(down)
	return Horizon{a, g.turn(q, s, a, down), g.turn(q, s, a, up)}
}

// stations returns the places on the axis at which there is something to see. Where the
// question lies between two others of another axis, so do these.
func (g grid) stations(q Question, a Axis) (places []float64) {
	for _, t := range g.order {
		for _, n := range t.Threads() {
			w := t.Workload()
			w.Threads = n
			v := a.Of(w)
			if slices.Contains(places, v) {
				continue
			}
			at := a.with(q.Workload, v)
			if _, ok := g.find(at); ok {
				places = append(places, v)
			} else if b, ok := g.around(at); ok && b.Axis != a {
				places = append(places, v)
			}
		}
	}
	slices.Sort(places)
	return places
}

// turn walks along places until somebody else wins.
func (g grid) turn(q Question, s standing, a Axis, places []float64) Turn {
	best, _ := s.first()
	name := best[0].Name
	t := Turn{End: Unmeasured, To: a.Of(q.Workload)}
	base := t.To
	last := s
	for _, v := range places {
		next, ok := g.stand(q, a.with(q.Workload, v))
		if !ok || len(next.costs) == 0 {
			continue
		}
		if b := last.between; b != nil && b.Axis == a { // the question itself lies between two
			if base = b.Low; v <= b.Low {
				base = b.Top
			}
		}
		if next.tooFew {
			t.End, t.Next = Unclear, v
			return t
		}
		best, _ := next.first()
		if !slices.ContainsFunc(best, func(c Cost) bool { return c.Name == name }) {
			t.End, t.Next = Flips, v
			for _, c := range best {
				t.Takers = append(t.Takers, c.Name)
			}
			_, there := next.find(name)
			_, before := last.find(t.Takers[0])
			t.Gone, t.New = !there, !before
			if t.Cross = cross(last, next, name, t.Takers[0], a, t.To, v); t.Cross != 0 {
				t.Base = base
			}
			return t
		}
		t.End, t.To, base, last = Holds, v, v, next
	}
	return t
}

// cross returns where two backends cost the same, between two places of an axis.
func cross(from, to standing, winner, taker string, a Axis, low, top float64) float64 {
	var difference [2]float64
	for i, s := range []standing{from, to} {
		w, ok := s.find(winner)
		t, also := s.find(taker)
		if !ok || !also {
			return 0
		}
		difference[i] = w.Ratio.Center - t.Ratio.Center
	}
	if !(difference[0] < 0 && difference[1] > 0) {
		return 0
	}
	x, y := a.straighten(low), a.straighten(top)
	return a.bend(x + (y-x)*difference[0]/(difference[0]-difference[1]))
}
