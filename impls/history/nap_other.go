//go:build !linux

package history

import "time"

// rest gives the processor up for some time.
func rest() { time.Sleep(time.Microsecond) }
