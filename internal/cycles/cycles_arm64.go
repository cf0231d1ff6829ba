package cycles

const name = "CNTVCT_EL0"

// read returns the virtual counter of the generic timer.
func read() uint64

// counts reports whether it counts time, which the architecture promises. A system
// may keep it from programs; those that this one is for don't.
func counts() bool { return true }
