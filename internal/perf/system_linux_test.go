package perf

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"readmostly/internal/topo"
)

// onThread runs f on a thread of its own, which ends with it.
func onThread(f func()) {
	var wg sync.WaitGroup
	wg.Go(func() {
		runtime.LockOSThread()
		f()
	})
	wg.Wait()
}

// software returns a plan for software events, or skips the test where the
// machine refuses even those.
func software(t *testing.T, list string) *Plan {
	t.Helper()
	asked := events(t, list)
	p := NewPlan(asked)
	if len(p.Missing) > 0 {
		t.Skip(p.Why())
	}
	return p
}

// window counts what f does, and returns the counts by event.
func window(t *testing.T, c *Counters, f func()) map[string]float64 {
	if err := c.Enable(); err != nil {
		t.Error(err)
	}
	f()
	if err := c.Disable(); err != nil {
		t.Error(err)
	}
	return counts(t, c)
}

func counts(t *testing.T, c *Counters) map[string]float64 {
	readings, err := c.Read()
	if err != nil {
		t.Error(err)
	}
	counts := map[string]float64{}
	for _, r := range readings {
		if r.Running != 1 {
			t.Errorf("software event %s ran for %v of the window", r.Event.Name, r.Running)
		}
		counts[r.Event.Name] = r.Value
	}
	return counts
}

// usage is what the kernel accounts to the calling thread: an upper bound for
// counters that were enabled for a part of the time.
func usage(t *testing.T) unix.Rusage {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		t.Error(err)
	}
	return u
}

// touchFresh maps n pages that nobody has touched and touches each once.
func touchFresh(t *testing.T, n int) {
	page := unix.Getpagesize()
	mem, err := unix.Mmap(-1, 0, n*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Error(err)
		return
	}
	defer unix.Munmap(mem)
	// A huge page would be one fault. Kernels without them answer EINVAL.
	if err := unix.Madvise(mem, unix.MADV_NOHUGEPAGE); err != nil && !errors.Is(err, unix.EINVAL) {
		t.Error(err)
	}
	for i := 0; i < len(mem); i += page {
		mem[i] = 1
	}
}

func TestPageFaults(t *testing.T) {
	p := software(t, "page-faults,minor-faults,major-faults")
	onThread(func() {
		c, err := Open(p)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		const pages, slack = 1000, 500
		for range 2 { // the second window starts from zero
			before := usage(t)
			got := window(t, c, func() { touchFresh(t, pages) })
			after := usage(t)
			most := float64(after.Minflt - before.Minflt + after.Majflt - before.Majflt)
			faults := got["page-faults"]
			if faults < pages || faults > most || faults >= pages+slack {
				t.Errorf("%v page faults from touching %d pages; the kernel accounts for %v", faults, pages, most)
			}
			if sum := got["minor-faults"] + got["major-faults"]; sum != faults {
				t.Errorf("%v page faults are %v minor and %v major ones", faults, got["minor-faults"], got["major-faults"])
			}
			touchFresh(t, pages)
			if late := counts(t, c)["page-faults"]; late != faults {
				t.Errorf("after the window the count went from %v to %v", faults, late)
			}
		}
	})
}

// TestOneThreadOnly lets another thread fault while this one waits.
func TestOneThreadOnly(t *testing.T) {
	p := software(t, "page-faults")
	onThread(func() {
		c, err := Open(p)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		const pages = 2000
		got := window(t, c, func() { onThread(func() { touchFresh(t, pages) }) })
		if faults := got["page-faults"]; faults >= pages {
			t.Errorf("counted %v page faults, %d of them another thread's", faults, pages)
		}
	})
}

// nap sleeps until the kernel has accounted a switch away from this thread: a
// sleep may end before the thread has left its CPU.
func nap(t *testing.T) {
	for before := usage(t).Nvcsw; usage(t).Nvcsw == before && !t.Failed(); {
		ts := unix.NsecToTimespec(int64(50 * time.Microsecond))
		if err := unix.Nanosleep(&ts, nil); err != nil && !errors.Is(err, unix.EINTR) {
			t.Error(err)
		}
	}
}

func TestContextSwitches(t *testing.T) {
	p := software(t, "context-switches")
	onThread(func() {
		c, err := Open(p)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		const naps = 200
		before := usage(t)
		got := window(t, c, func() {
			for range naps {
				nap(t)
			}
		})
		after := usage(t)
		most := float64(after.Nvcsw - before.Nvcsw + after.Nivcsw - before.Nivcsw)
		if n := got["context-switches"]; n < naps || n > most {
			t.Errorf("%v context switches from %d naps; the kernel accounts for %v", n, naps, most)
		}
	})
}

// TestKernelOnly shows why such events are left out in user mode: the kernel
// counts them happily, and the count stays zero.
func TestKernelOnly(t *testing.T) {
	p := software(t, "context-switches")
	p.Groups[0].UserOnly = true
	onThread(func() {
		c, err := Open(p)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		got := window(t, c, func() {
			for range 20 {
				nap(t)
			}
		})
		if n, ok := got["context-switches"]; n != 0 || !ok {
			t.Errorf("%v context switches in user mode: kernelOnly is out of date", n)
		}
	})
}

// TestTaskClock spins for a while: the thread's clock moves, but not further
// than the clock on the wall, give or take what the two clocks differ by.
func TestTaskClock(t *testing.T) {
	p := software(t, "task-clock")
	onThread(func() {
		c, err := Open(p)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		start := time.Now()
		got := window(t, c, func() {
			for until := time.Now().Add(2 * time.Millisecond); time.Now().Before(until); {
			}
		})
		if ns, most := got["task-clock"], 1.01*float64(time.Since(start)); ns <= 0 || ns > most {
			t.Errorf("the thread ran for %v ns of %v", ns, most)
		}
	})
}

// A plan for a CPU is made on a thread of its own, which nothing is left of.
func TestPlanOnCPU(t *testing.T) {
	allowed, err := topo.Allowed()
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, cpu := range allowed {
		p := NewPlanOn([]int{cpu}, Default)
		if got, want := describe(p), describe(NewPlan(Default)); got != want {
			t.Errorf("on CPU %d %s, elsewhere %s", cpu, got, want)
		}
	}
	var mask unix.CPUSet
	if err := unix.SchedGetaffinity(0, &mask); err != nil || mask.Count() != len(allowed) {
		t.Errorf("the caller may use %d CPUs, %v; want %d", mask.Count(), err, len(allowed))
	}
}

// TestThisMachine runs the default plan on whatever machine this is.
func TestThisMachine(t *testing.T) {
	p := NewPlan(Default)
	t.Log(p.Config())
	if n := len(p.Events()) + len(p.Missing); n != len(Default) {
		t.Errorf("%d events are counted or missing, of %d", n, len(Default))
	}
	onThread(func() {
		c, err := Open(p)
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		if err := c.Enable(); err != nil {
			t.Error(err)
		}
		for until := time.Now().Add(time.Millisecond); time.Now().Before(until); {
		}
		if err := c.Disable(); err != nil {
			t.Error(err)
		}
		readings, err := c.Read()
		if err != nil {
			t.Error(err)
		}
		for _, r := range readings {
			if r.Running == 0 && !r.Event.software() {
				t.Log(IdleWarning([]Event{r.Event}))
				continue
			}
			if r.Running <= 0 || r.Running > 1 || r.Value < 0 {
				t.Errorf("%v", r)
			}
		}
	})
	for _, e := range Default {
		var open *OpenError
		if err := Probe(e); err != nil && (!errors.As(err, &open) || open.Hint == "") {
			t.Errorf("no hint in %v", err)
		}
	}
}
