//go:build !linux

package topo

import (
	"fmt"
	"runtime"
)

// Allowed returns the CPUs that the process may use, numbered from 0.
func Allowed() ([]int, error) { return counted(), nil }

// PinThread fails: pinning is done on Linux only.
func PinThread(cpu int) error {
	return fmt.Errorf("can't pin to CPU %d: pinning is not supported on %s", cpu, runtime.GOOS)
}

// UnpinThread does nothing, as no thread was ever pinned.
func UnpinThread() error { return nil }

func read() (Machine, error) {
	m := assumed(counted())
	if v := vendors[hypervisorVendor()]; v != "" {
		m.Virtualization = v
	}
	return m, nil
}
