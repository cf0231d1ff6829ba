// Package perf counts what the processor and the kernel did for one thread:
// cycles, cache misses, context switches, page faults. It stands on
// perf_event_open(2) and takes perf's own event names.
//
// Use it in three steps. [ParseList], or a [Parser] that knows where the workers
// run, turns names into events. [NewPlan] finds out, by opening and trying them,
// which of those this machine counts, in which groups and in which modes; it
// never fails, as a machine without counters is a normal machine, but it says
// what is missing and why. Then each worker, on its own locked thread, calls
// [Open] with the plan.
//
// # What is counted, and what is not
//
// Hardware counters are few. Events that don't fit at the same time take turns,
// and then a count is scaled by enabled time over running time. To keep events
// that are compared with each other comparable, they are opened in groups,
// which run as a whole or not at all. A group has at most four hardware events,
// as that is what small processors have, and fewer where four don't run because
// others hold counters: another program, or the NMI watchdog. Hardware and
// software events never share a group.
//
// The modes form a ladder: user and kernel mode together, user mode only,
// software events only, nothing (see [Scope]). One rung holds for all hardware
// events of a plan, so that their ratios mean something.
//
// A count that could not be taken is never reported as zero: an event that can't
// be opened is missing from the plan, and one that never ran in a window has a
// reading without a value.
package perf
