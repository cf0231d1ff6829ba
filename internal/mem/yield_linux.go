//go:build !nolinux

package mem

import "golang.org/x/sys/unix"

// yieldThread lets another thread have the core. The runtime takes it for a system
// call that may block, so that it can give the P to a goroutine that waits for one.
func yieldThread() bool {
	unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
	return true
}
