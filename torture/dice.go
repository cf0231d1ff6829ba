package torture

import (
	"runtime"
	"time"

	"readmostly/internal/mem"
)

// oneIn is true once in n times.
func (m *member) oneIn(n int) bool { return m.IntN(n) == 0 }

// A manner says what a member may do while it lingers.
type manner struct {
	yield bool // it may let others run
	sleep bool // it may block
}

// linger spends some time: mostly none, often little, seldom much, and very
// seldom so much that a preemption is likely.
func (m *member) linger(how manner) {
	switch n := m.IntN(4096); {
	case n == 0 && how.sleep:
		time.Sleep(time.Duration(m.IntN(3000)) * time.Microsecond)
	case n < 2:
		for range 200 + m.IntN(600) {
			mem.Pause(16)
		}
	case n < 20 && how.sleep:
		time.Sleep(time.Duration(m.IntN(100)) * time.Microsecond)
	case n < 200 && how.yield:
		runtime.Gosched()
	case n < 400:
		mem.Pause(uint32(1 + m.IntN(200)))
	case n < 2000:
		mem.Pause(uint32(1 + m.IntN(8)))
	}
}

// lingerLong spins for so long that whoever gives up waiting is found out.
func (m *member) lingerLong(how manner) {
	long := time.Duration(15_000+m.IntN(35_000)) * time.Microsecond
	if !how.yield {
		long = 5 * time.Millisecond // nothing else gets that processor
	}
	for began := time.Now(); time.Since(began) < long && m.failed.Load() == 0; {
		mem.Pause(64)
	}
}

// rest is what a member does between steps, where it may do anything.
func (m *member) rest() {
	if m.oneIn(8) {
		m.linger(manner{yield: true, sleep: true})
	}
	if m.oneIn(64) {
		runtime.Gosched()
	}
}
