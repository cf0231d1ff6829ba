//go:build unix

package rcu

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"readmostly/internal/mem"
	"readmostly/internal/reexec"
)

// TestSystemCallEndsSchedProtection shows the hole that [Sched] warns of, on
// purpose: a reader in a system call is not waited for. It runs in a process of
// its own, which exits before the reader returns from the call.
func TestSystemCallEndsSchedProtection(t *testing.T) {
	const enter = "READMOSTLY_SCHED_HOLE"
	if debug {
		t.Skip("the checked mode waits for the readers that it has noted")
	}
	if os.Getenv(enter) == "" {
		cmd, err := reexec.Command(t.Context(), []string{enter + "=1"}, "-test.run=^"+t.Name()+"$")
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "over with the reader inside") {
			t.Errorf("a grace period waited for a reader in a system call (is the hole closed?): %v\n%s", err, out)
		}
		return
	}
	var pipe [2]int
	if err := syscall.Pipe(pipe[:]); err != nil {
		t.Fatal(err)
	}
	d := NewSched()
	var inside mem.Uint64
	go func() {
		d.ReadLock()
		inside.Store(1)
		var b [1]byte
		syscall.Read(pipe[0], b[:]) // for ever: nobody writes
		inside.Store(0)
	}()
	for n := 0; inside.Load() == 0; n++ {
		mem.Spin(n)
	}
	d.Synchronize()
	if inside.Load() == 1 {
		fmt.Println("over with the reader inside")
	}
	os.Exit(0)
}
