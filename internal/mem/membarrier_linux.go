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

// refusal is the error of a kernel that registered the process and refused the
// barrier later, as a seccomp filter makes it.
var refusal Uint64

// Asymmetric reports whether [HeavyFence] is cheap here. Where it is not, both
// sides should order with Uint64.Store. The answer may become false, so what
// counts for two sides is the answer that they were made with.
func Asymmetric() bool { return AsymmetricError() == nil }

// AsymmetricError returns why [Asymmetric] is false, or nil.
func AsymmetricError() error {
	if errno := refusal.Load(); errno != 0 {
		return fmt.Errorf("membarrier(2), refused after it was registered: %w", unix.Errno(errno))
	}
	return register()
}

// TryHeavyFence is [HeavyFence] if the kernel has a cheap one, and reports
// whether it has. It never blocks, so a goroutine that is pinned may call it.
func TryHeavyFence() bool {
	if register() != nil {
		return false
	}
	errno := membarrier(membarrierPrivateExpedited)
	if errno == 0 {
		return true
	}
	// A process that was restored from a checkpoint has lost its registration.
	if membarrier(membarrierRegisterPrivateExpedited) == 0 {
		if errno = membarrier(membarrierPrivateExpedited); errno == 0 {
			return true
		}
	}
	refusal.Store(uint64(errno))
	return false
}

// membarrier is the system call. It does not give the P away.
func membarrier(command uintptr) unix.Errno {
	_, _, errno := unix.RawSyscall(unix.SYS_MEMBARRIER, command, 0, 0)
	return errno
}
