//go:build !nolinux

package history

import "syscall"

// rest has the thread sleep in the kernel, some 50 µs by its default slack.
// [time.Sleep] would rather look for other goroutines on the processor that
// somebody else may need. Being interrupted is as good.
func rest() { _ = syscall.Nanosleep(&syscall.Timespec{Nsec: 1}, nil) }
