//go:build !race

package rcu

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"readmostly/internal/disasm"
)

// promised are the functions that a reader may call inside a section, also one
// that is pinned, with what they call through interfaces.
var promised = []string{
	"(*ClassicReader).ReadLock", "(*ClassicReader).ReadUnlock", "(*ClassicReader).Held",
	"(*QSBRReader).ReadLock", "(*QSBRReader).ReadUnlock", "(*QSBRReader).Held",
	"(*Sched).ReadLock", "(*Sched).ReadUnlock", "(*SRCU).ReadLock", "(*SRCU).ReadUnlock",
	"(*gracePeriods).GetState", "(*gracePeriods).StartPoll", "(*gracePeriods).Poll",
	"(*Classic).begin", "(*Classic).quiet", "(*Classic).Stats",
	"(*QSBR).begin", "(*QSBR).quiet", "(*QSBR).Stats",
	"(*SRCU).begin", "(*SRCU).quiet", "(*SRCU).Stats", "(*Sched).Stats",
	"(*Reclaimer).Add", "(*Reclaimer).Len", "(*Reclaimer).Stats",
	"Heads.Claim", "Heads.SetNext", "(*Budget).take", "(*Budget).force",
}

// neverBlock are the functions of others that promised ones may call, each with
// what its name begins with. The runtime allocates, starts goroutines and wakes
// them also for a caller that is pinned.
var neverBlock = []string{
	"sync/atomic.", "golang.org/x/sys/unix.RawSyscall", "syscall.RawSyscall",
	"sync.(*Mutex).TryLock", "internal/sync.(*Mutex).TryLock",
	"internal/sync.(*Mutex).unlockSlow", // hands the P over only where it may
	"sync.(*Cond).Broadcast", "sync.(*Cond).Signal", "runtime.selectnbsend",
	"runtime.newproc", "runtime.newobject", "runtime.procPin", "runtime.procUnpin",
	"runtime.gcWriteBarrier", "runtime.morestack", "runtime.deferreturn",
	"runtime.panic", "runtime.gopanic", "runtime.convT",
}

// heavyFence blocks only on a way that nobody takes who is pinned: see there.
const heavyFence = "readmostly/rcu.(*gracePeriods).heavyFence"

// throughValues are the functions that call through a function value, each with
// what that may be: methods that are promised themselves, or a system call.
var throughValues = []string{
	"readmostly/rcu.(*gracePeriods).step",   // begin and quiet of the flavour
	"readmostly/rcu.(*gracePeriods).Poll",   // the same
	"readmostly/internal/mem.TryHeavyFence", // membarrier(2), or what tests refuse it with
}

// register matches the operand of a call through a function value.
var register = regexp.MustCompile(`^[A-Z0-9]+$`)

// TestPromisedFunctionsTakeNoLock follows the calls in the machine code: a lock
// that somebody else holds blocks only now and then, and ends the process then.
func TestPromisedFunctionsTakeNoLock(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("nothing to compile with: ", err)
	}
	code := disasm.Package{}
	for _, path := range []string{"readmostly/rcu", "readmostly/internal/mem"} {
		p, err := disasm.Compile(t.TempDir(), "amd64", path)
		if err != nil {
			t.Fatal(err)
		}
		for name, instrs := range p {
			code[path+"."+name] = instrs
		}
	}
	seen := map[string]bool{}
	var follow func(name string, by []string)
	follow = func(name string, by []string) {
		if seen[name] {
			return
		}
		seen[name] = true
		by = append(by, name)
		for _, i := range code[name] {
			switch {
			case i.Call == "":
			case code[i.Call] != nil:
				follow(i.Call, by)
			case register.MatchString(i.Call) && slices.Contains(throughValues, name):
			case name == heavyFence && i.Call == "runtime.Stack":
			case !slices.ContainsFunc(neverBlock, func(f string) bool { return strings.HasPrefix(i.Call, f) }):
				t.Errorf("%s calls %s at %s", strings.Join(by, " "), i.Call, i)
			}
		}
	}
	for _, name := range promised {
		name = "readmostly/rcu." + name
		if code[name] == nil {
			t.Errorf("%s is not in the package", name)
		}
		follow(name, nil)
	}
}
