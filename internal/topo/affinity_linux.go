//go:build !nolinux

package topo

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// initial is the affinity mask of the process before anything was pinned. It is
// read at start-up, as later a thread's mask may be the work of [PinThread].
var initial, initialErr = affinity()

// affinity returns the calling thread's mask. The kernel refuses a buffer that
// is shorter than its own masks, so the buffer grows until it fits.
func affinity() ([]int, error) {
	for size := 1024; size <= maxCPU+1; size *= 2 {
		set := unix.NewCPUSet(size)
		err := unix.SchedGetaffinityDynamic(0, set)
		if errors.Is(err, unix.EINVAL) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("sched_getaffinity: %w", err)
		}
		var cpus []int
		for cpu := range size {
			if set.IsSet(cpu) {
				cpus = append(cpus, cpu)
			}
		}
		return cpus, nil
	}
	return nil, fmt.Errorf("sched_getaffinity: the machine has more than %d CPUs", maxCPU+1)
}

// Allowed returns the CPUs that the process was allowed to use when it started.
func Allowed() ([]int, error) { return append([]int(nil), initial...), initialErr }

// PinThread keeps the calling thread on one CPU (sched_setaffinity(2)). The
// caller holds runtime.LockOSThread, and either ends its goroutine with the
// lock held, so that the thread ends with it, or calls [UnpinThread].
func PinThread(cpu int) error {
	if cpu < 0 || cpu > maxCPU {
		return fmt.Errorf("can't pin to CPU %d: no such CPU", cpu)
	}
	if err := setAffinity([]int{cpu}); err != nil {
		hint := ""
		if errors.Is(err, unix.EINVAL) {
			hint = " (offline, or outside the cpuset of this process: " + FormatCPUList(initial) + ")"
		}
		return fmt.Errorf("can't pin to CPU %d: %w%s", cpu, err, hint)
	}
	return nil
}

// UnpinThread gives the calling thread back the CPUs of [Allowed].
func UnpinThread() error {
	if initialErr != nil {
		return initialErr
	}
	return setAffinity(initial)
}

func setAffinity(cpus []int) error {
	highest := 0
	for _, cpu := range cpus {
		highest = max(highest, cpu)
	}
	set := unix.NewCPUSet(max(1024, highest+1))
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	return unix.SchedSetaffinityDynamic(0, set)
}

// read falls back to what the Go runtime counts where neither the kernel's
// mask nor sysfs can be had.
func read() (Machine, error) {
	allowed, err := Allowed()
	if err != nil {
		allowed = nil
	}
	m, err := tree{os.DirFS("/")}.machine(allowed, hypervisorVendor())
	if err != nil && allowed == nil {
		return assumed(counted()), nil
	}
	return m, err
}
