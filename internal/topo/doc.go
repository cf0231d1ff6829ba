// Package topo describes the machine that a run is measured on: the CPUs that
// the process may use, which of them share a physical core, their NUMA nodes
// and caches, and what else a reader of the results needs to judge them (the
// kernel, a hypervisor, the frequency governor).
//
// It decides where workers go, see [Machine.Placement], and pins them there,
// see [PinThread].
//
// What the machine does not tell stays unknown: an empty string, a zero, or
// [Machine.Known] being false. Nothing is guessed. Off Linux, only the number
// of CPUs is known, and nothing can be pinned.
package topo
