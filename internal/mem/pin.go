package mem

import _ "unsafe" // for go:linkname

// Pin disables preemption of the calling goroutine and returns the number of
// its P (0 to GOMAXPROCS-1). Pins nest. Until the matching [Unpin] the goroutine
// must not block: no channel, contended mutex, sleep or Gosched (a fatal runtime
// error), and no system call (which hands the P over and ends the protection
// silently). sync.Pool rests on the same pair (runtime/proc.go, procPin), whose
// signature go.dev/issue/67401 keeps stable.
//
//go:linkname Pin runtime.procPin
func Pin() int

// Unpin undoes one Pin.
//
//go:linkname Unpin runtime.procUnpin
func Unpin()
