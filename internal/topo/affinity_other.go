//go:build !linux || nolinux

package topo

import "fmt"

// Allowed fails: affinity is read on Linux only.
func Allowed() ([]int, error) { return nil, errNoPinning }

// PinThread fails: see [Machine.NoPinning].
func PinThread(cpu int) error { return fmt.Errorf("can't pin to CPU %d: %w", cpu, errNoPinning) }

// UnpinThread does nothing, as no thread was ever pinned.
func UnpinThread() error { return nil }

func read() (Machine, error) {
	m := assumed(counted())
	m.NoPinning = true
	if v := vendors[hypervisorVendor()]; v != "" {
		m.Virtualization = v
	}
	return m, nil
}
