package workloads

import "time"

// A testimony is what the kernel has noted of a thread: how long it could have
// run and had no core, and how often it left its core, of its own accord or not.
type testimony struct {
	delay                  time.Duration
	voluntary, involuntary int64
}

// lost returns how long the thread had no core, between two testimonies, because
// somebody else took it. A thread that sleeps and is woken waits for its core
// too, but that is a price of its mechanism: where both happened, the time is
// shared out by their numbers.
func lost(before, after testimony) time.Duration {
	taken := after.involuntary - before.involuntary
	if taken <= 0 {
		return 0
	}
	left := after.voluntary - before.voluntary
	delay := after.delay - before.delay
	return time.Duration(float64(delay) * float64(taken) / float64(taken+max(0, left)))
}
