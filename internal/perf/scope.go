package perf

// Scope is a rung of the ladder: how much of what happens the counters see.
type Scope uint8

const (
	Off          Scope = iota // nothing is counted
	SoftwareOnly              // software events alone, as hardware ones are missing or were not asked for
	User                      // hardware events, in user mode only
	UserKernel                // hardware events, in user and kernel mode
)

// String returns the word for result files: off, software, user, user+kernel.
func (s Scope) String() string {
	return [...]string{"off", "software", "user", "user+kernel"}[s]
}
