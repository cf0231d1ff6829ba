//go:build !linux || nolinux

package mem

import "errors"

var errNoMembarrier = errors.New("membarrier(2) is a Linux system call")

// Asymmetric reports whether [HeavyFence] works here. Where it does not, both
// sides must order with Uint64.Store.
func Asymmetric() bool { return false }

// AsymmetricError returns why [Asymmetric] is false, or nil.
func AsymmetricError() error { return errNoMembarrier }

// HeavyFence panics: see [Asymmetric].
func HeavyFence() { panic("mem: HeavyFence without Asymmetric: " + errNoMembarrier.Error()) }
