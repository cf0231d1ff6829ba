//go:build !linux || nolinux

package mem

// yieldThread reports that the thread can't.
func yieldThread() bool { return false }
