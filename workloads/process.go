package workloads

import (
	"runtime"
	"runtime/debug"
	"sync"

	"readmostly/internal/mem"
)

// owner excludes measurements from each other: they set what belongs to the
// whole process, and need the cores for themselves.
var owner sync.Mutex

// A process is the state of the Go runtime that a measurement changes.
type process struct{ procs, gcPercent int }

// takeProcess makes the process fit for that many workers, and waits until no
// other measurement uses it.
//
// There is one P more than there are workers. Workers run for the whole trial
// and never wait, so on as many Ps as workers the coordinator (and a backend's
// own goroutines) would have to wait for the runtime to preempt a worker, up to
// 10 ms, and would keep that worker from running afterwards. With a P to spare
// it is the kernel that shares the cores out, at once and evenly, however few
// they are. Idle Ps cost nothing.
//
// That is also why who waits yields to the kernel where it may wait for the core:
// locked says that the workers are on threads of their own.
func takeProcess(workers int, locked bool) *process {
	owner.Lock()
	p := &process{procs: runtime.GOMAXPROCS(0)}
	if p.procs <= workers {
		runtime.GOMAXPROCS(workers + 1)
	}
	mem.YieldToKernel(locked || workers > runtime.NumCPU())
	p.gcPercent = debug.SetGCPercent(-1)
	return p
}

// collects makes the collector do what a backend needs in its window: it runs
// there or not at all. The function that it returns ends that, and waits for a
// collection that is under way: it would go on in the next window.
func (p *process) collects(needed bool) (end func()) {
	if !needed {
		return func() {}
	}
	debug.SetGCPercent(p.gcPercent)
	return func() {
		debug.SetGCPercent(-1)
		runtime.GC()
	}
}

// giveBack undoes the changes.
func (p *process) giveBack() {
	mem.YieldToKernel(false)
	debug.SetGCPercent(p.gcPercent)
	if runtime.GOMAXPROCS(0) != p.procs {
		runtime.GOMAXPROCS(p.procs)
	}
	owner.Unlock()
}

// collections returns how many cycles the collector has completed. Reading that
// stops nobody.
func collections() uint32 {
	var s debug.GCStats
	debug.ReadGCStats(&s)
	return uint32(s.NumGC)
}
