//go:build !nolinux

package workloads

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A witness is a thread's own scheduler statistics.
type witness struct{ file *os.File }

// callWitness opens the statistics of the calling thread, which must stay locked
// to its goroutine. The second of their numbers is the time in nanoseconds that
// the thread was runnable and did not run: see proc_pid_schedstat in the
// kernel's Documentation/scheduler/sched-stats.rst.
func callWitness() (witness, error) {
	f, err := os.Open("/proc/thread-self/schedstat")
	if err != nil {
		return witness{}, err
	}
	w := witness{f}
	if _, err := w.testify(); err != nil {
		w.dismiss()
		return witness{}, err
	}
	return w, nil
}

// testify takes about 2 µs. A witness that was not called says nothing.
func (w witness) testify() (t testimony, err error) {
	if w.file == nil {
		return t, nil
	}
	var buf [64]byte
	n, err := w.file.ReadAt(buf[:], 0)
	fields := bytes.Fields(buf[:n])
	if len(fields) < 2 {
		return t, fmt.Errorf("%s: %q, %v: want two numbers", w.file.Name(), buf[:n], err)
	}
	delay, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return t, fmt.Errorf("%s: %w", w.file.Name(), err)
	}
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &usage); err != nil {
		return t, fmt.Errorf("getrusage: %w", err)
	}
	return testimony{time.Duration(delay), int64(usage.Nvcsw), int64(usage.Nivcsw)}, nil
}

func (w witness) dismiss() {
	if w.file != nil {
		w.file.Close()
	}
}
