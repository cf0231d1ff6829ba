//go:build !nolinux

package reexec

import (
	"os/exec"
	"syscall"
)

// diesTogether says whether dieTogether does anything.
const diesTogether = true

// dieTogether has the kernel kill the command when the thread that starts it
// ends, which the runtime lets threads do with the process only, but for those
// that goroutines have locked.
func dieTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
