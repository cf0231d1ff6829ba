package cycles

import (
	"runtime"
	"slices"
)

const name = "CNTVCT_EL0"

// read returns the virtual counter of the generic timer.
func read() uint64

// counts reports whether programs may read it, as they do on these systems for the
// time of day. Elsewhere a reading could end the program.
func counts() bool {
	return slices.Contains([]string{"linux", "darwin", "freebsd", "windows"}, runtime.GOOS)
}
