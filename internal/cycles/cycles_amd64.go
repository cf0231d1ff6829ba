package cycles

const name = "RDTSC"

// read returns the time-stamp counter.
func read() uint64

// counts reports whether it counts time, and not cycles whose length changes.
func counts() bool
