package torture

import (
	"runtime"
	"time"
)

// stop stops the world now and then in a round that is for that. All goroutines
// stop wherever they are: who was in the middle of a lookup or an update then waits
// there for a processor, behind others, while the member goes on.
func (a *arena) stop(m *member) {
	if a.stops && m.oneIn(16) {
		runtime.Stack(nil, true) // stops them before it looks at the buffer
		a.stopped.Add(1)
	}
}

// disturb changes what the workers run on: the number of processors, and the
// collector's calm.
func (m *member) disturb() {
	cores := runtime.NumCPU()
	m.disturbWith(1, cores, 4*cores)
}

// disturbWith is disturb with these numbers of processors.
func (m *member) disturbWith(procs ...int) {
	for m.goesOn() {
		switch m.IntN(8) {
		case 0:
			runtime.GC()
			m.count("collections", 1)
		case 1, 2:
			runtime.GOMAXPROCS(procs[m.IntN(len(procs))])
		default:
			time.Sleep(time.Duration(1+m.IntN(5)) * time.Millisecond)
		}
	}
}
