//go:build !linux || nolinux

package history

import "time"

// rest gives the processor up for some time.
func rest() { time.Sleep(time.Microsecond) }
