package impls

// Space is what a mechanism needs for itself, in bytes, beside what every list and
// every table has: the link, key and values of an element and the head of a chain.
// Padding that keeps workers apart is part of it. Not part of it are garbage, what
// elements are rounded up to and the harness's accounts in them, and what a process
// has once for all maps.
type Space struct {
	Element int // per element: a count, a generation, a callback's head
	Chain   int // per chain: a lock, a sequence
	Worker  int // per worker: what it announces, and the list of what it has retired, as long as [Config].Retain lets it grow
	Map     int // per map: a lock or a sequence of its own, counters, the domain of its readers
}
