package doctor

import "time"

// A Clock is what reading the time is like. It is the zero value where that was not
// tried.
type Clock struct {
	Step time.Duration // the least that two readings in a row differ by, if they do
	Read time.Duration // what a reading takes
}

const clockReadings = 10_000

// ReadClock reads the process's clock many times, for a millisecond or so.
func ReadClock() Clock {
	c := Clock{}
	began := time.Now()
	last := began
	for range clockReadings {
		next := time.Now()
		if d := next.Sub(last); d > 0 && (c.Step == 0 || d < c.Step) {
			c.Step = d
		}
		last = next
	}
	c.Read = last.Sub(began) / clockReadings
	return c
}

// coarse is how coarse and how slow a clock may be: a thousandth of a short window.
const coarse = 3 * time.Microsecond

func timer(c Clock) Finding {
	const name = "timer"
	if c == (Clock{}) {
		return unknown(name, "nothing: it was not tried")
	}
	f := good(name, "steps of %v, %v per reading", c.Step, c.Read)
	if c.Step > coarse || c.Read > coarse {
		return f.but("mend the clock source, or bench --window 100ms: a short window has 3ms")
	}
	return f
}
