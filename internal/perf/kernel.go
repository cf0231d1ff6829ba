package perf

// kernel is perf_event_open(2) and what is done with its descriptors. Tests put
// a machine with counters, or one that refuses them, in its place.
type kernel interface {
	// open makes a counter for the calling thread, as the leader of a new group
	// where leader is -1, else as a member of the leader's group. A leader
	// starts disabled, and its members with it.
	open(a attr, userOnly bool, leader int) (fd int, err error)
	// id returns the number that marks the counter's value in a group read.
	id(fd int) (uint64, error)
	// enable and disable start and stop a whole group.
	enable(leader int) error
	disable(leader int) error
	// read fills buf with the group's values, see decode.
	read(leader int, buf []byte) (int, error)
	close(fd int) error
	// spin keeps the thread running for about as long as the kernel lets groups
	// have their counters before the next ones have a turn.
	spin()
}
