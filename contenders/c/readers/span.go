package main

import "slices"

// A span is what a function executes from its entry to its return.
type span struct {
	entry, sp    uint64 // sp is the stack pointer at the entry
	inside, over bool
	away, back   bool     // Go's scheduler has come between; and the function called last is about to begin again
	path         []uint64 // the instructions' addresses
}

// frames is more than what a function and those that it calls have on the stack, and
// less than two stacks are apart.
const frames = 1 << 12

// step is told where the process is after each step.
//
// When its time is over a goroutine calls the scheduler at the beginning of a
// function, which runs on another stack, and then begins the function again: what
// lies between the two beginnings is not the function's.
func (s *span) step(pc, sp uint64) {
	switch {
	case s.over:
	case !s.inside:
		if pc == s.entry {
			s.inside, s.sp, s.path = true, sp, append(s.path, pc)
		}
	case sp > s.sp && sp-s.sp < frames:
		s.inside, s.over = false, true
	case sp > s.sp || s.sp-sp > frames:
		s.away, s.back = true, false
	case s.away:
		s.away, s.back = false, true
	case s.back && slices.Contains(s.path, pc):
		s.back = false
		last := len(s.path) - 1
		for s.path[last] != pc {
			last--
		}
		s.path = s.path[:last+1]
	case !s.back:
		s.path = append(s.path, pc)
	}
}
