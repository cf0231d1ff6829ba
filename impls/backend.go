package impls

// A Backend is one mechanism that protects a map.
type Backend struct {
	// Name is how users ask for the backend and what stands in results:
	// lower-case letters, digits and dashes, not ending in a dash and digits
	// (benchstat would take that for a number of threads).
	Name string
	// Mechanism is the family that the backend belongs to: "RCU", "seqlock", ...
	Mechanism string
	// Doc says in one line what the backend is.
	Doc string
	// Source names the paper or the kernel file that the mechanism comes from.
	Source string
	// Fault says what checks of the backend have found wrong, in a few words; empty
	// if nothing. It is measured and shown, but not ranked.
	Fault string
	// Plain says that a program can have it in a few lines that need nothing but the
	// standard library: a mutex, a copy behind an atomic pointer.
	Plain bool
	// Caps says what the backend can do.
	Caps Caps
	// Reclaims names the ways to let go that the backend knows, the default
	// first; empty if there is no choice.
	Reclaims []string
	// Retain is how many retired elements a worker gathers before it looks which of
	// them it may reclaim, where [Config] leaves that open and there is memory for
	// it; 0 if it gathers none.
	Retain int
	// Space returns what the mechanism takes in a map of that configuration; nil
	// if nobody knows.
	Space func(Config) Space
	// New makes an empty map.
	New func(Config) (Map, error)
}

// Caps are the capabilities that a backend declares. The conformance kit checks
// them and the harness leaves out what they exclude.
type Caps struct {
	Insert  bool // can insert while readers run
	Delete  bool // can delete while readers run
	Replace bool // can replace while readers run
	Walk    bool // can walk

	WalkRepeats    bool // a walk may visit an element more than once
	SleepInReader  bool // a reader may sleep
	Pinned         bool // readers run without preemption: one that stays inside can stop the whole process
	BoundedGarbage bool // a stalled reader holds up a bounded number of elements
	Section        bool // takes notice of Config.Section: a section can cover several lookups, or nothing is entered and only the loops are the same
	NeedsGC        bool // needs the Go collector while it is measured
	HashOnly       bool // is a hash table of its own, without chains: can't be a list
	Floor          bool // does no work: what the harness itself costs
	Limit          bool // reads without protection: what the machine can do, and what others are compared with
}

// Updates reports whether the backend can both insert and delete, as a constant
// population needs.
func (c Caps) Updates() bool { return c.Insert && c.Delete }

// Config is what a map is made from.
type Config struct {
	// Buckets is the number of chains, a power of two. 1 makes a list.
	Buckets int
	// Capacity is the most elements that may exist at once, garbage included. A
	// worker may keep some that it has freed for itself, on the slab up to 127,
	// and what it has retired until it reclaims: several workers need that much
	// more to be sure of their memory.
	Capacity int
	// Reclaim is one of the backend's Reclaims; empty for the default.
	Reclaim string
	// Retain is how many retired elements a worker gathers before it looks which of
	// them it may reclaim; 0 for the backend's Retain. Backends and ways to reclaim
	// that gather none take no notice.
	Retain int
	// Section is how many consecutive lookups of a batch one read-side critical
	// section covers, at most: an update ends it, and so does the end of the batch. 0
	// or 1 for a section for each. Backends without [Caps].Section take no notice.
	Section int
}
