//go:build !nolinux

package mem

import (
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// Commands of membarrier(2), from linux/membarrier.h.
const (
	membarrierPrivateExpedited         = 1 << 3
	membarrierRegisterPrivateExpedited = 1 << 4
)

// register announces, once a process, that it will use the private expedited
// barrier. Its error says why the machine can't.
var register = sync.OnceValue(func() error {
	if _, _, errno := unix.Syscall(unix.SYS_MEMBARRIER, membarrierRegisterPrivateExpedited, 0, 0); errno != 0 {
		return fmt.Errorf("membarrier(2): %w", errno)
	}
	return nil
})

// Asymmetric reports whether [HeavyFence] works here. Where it does not, both
// sides must order with Uint64.Store.
func Asymmetric() bool { return register() == nil }

// AsymmetricError returns why [Asymmetric] is false, or nil.
func AsymmetricError() error { return register() }

// HeavyFence makes every thread of the process that is running pass a full
// memory fence before it returns (a thread that is not running passes one when
// it is switched in), and the caller too. It pairs with the place between a
// StoreRelease and a later Load in every other thread. It panics where
// [Asymmetric] is false.
func HeavyFence() {
	if err := register(); err != nil {
		panic("mem: HeavyFence without Asymmetric: " + err.Error())
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_MEMBARRIER, membarrierPrivateExpedited, 0, 0); errno != 0 {
		panic("mem: membarrier(2): " + errno.Error())
	}
}
