// Package doctor judges whether a machine can measure, and says what to do where it
// can't: facts go in as an [Observation], and [Examine] returns a [Finding] for each.
//
// It reads nothing itself but the clock and /proc/stat ([ReadClock], [ReadCPUTimes]).
// What [readmostly/internal/topo] knows of a machine comes from files that tests can
// replace; what has to be tried out is part of the observation.
package doctor
