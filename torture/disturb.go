package torture

import (
	"runtime"
	"time"
)

// stopTheWorld stops all goroutines wherever they are. Who was reading then waits
// behind others for a processor, in the middle of a lookup perhaps, while the
// member goes on.
func (m *member) stopTheWorld() {
	runtime.Stack(nil, true) // stops them before it looks at the buffer
}

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
