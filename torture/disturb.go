package torture

import (
	"runtime"
	"time"
)

// disturb changes what the workers run on: the number of processors, and the
// collector's calm.
func (m *member) disturb() {
	cores := runtime.NumCPU()
	for m.goesOn() {
		switch m.IntN(8) {
		case 0:
			runtime.GC()
			m.count("collections", 1)
		case 1, 2:
			runtime.GOMAXPROCS([]int{1, cores, 4 * cores}[m.IntN(3)])
		default:
			time.Sleep(time.Duration(1+m.IntN(5)) * time.Millisecond)
		}
	}
}
