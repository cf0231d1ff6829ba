//go:build !linux

package mem

import "errors"

var errNoMembarrier = errors.New("membarrier(2) is a Linux system call")

// Asymmetric reports whether [HeavyFence] is cheap here. Where it is not, both
// sides should order with Uint64.Store.
func Asymmetric() bool { return false }

// AsymmetricError returns why [Asymmetric] is false, or nil.
func AsymmetricError() error { return errNoMembarrier }

// TryHeavyFence reports false: see [Asymmetric].
func TryHeavyFence() bool { return false }
