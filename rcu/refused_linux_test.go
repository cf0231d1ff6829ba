package rcu

import (
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"readmostly/internal/mem"
	"readmostly/internal/reexec"
	"readmostly/internal/seccomp"
)

// TestMembarrierRefusedLater takes the asymmetric fence away from domains that
// count on it: readers are waited for all the same, by whichever call comes
// first, also one that must not block. Each has a process of its own.
func TestMembarrierRefusedLater(t *testing.T) {
	const first = "READMOSTLY_FIRST_WAIT"
	if !mem.Asymmetric() {
		t.Skip(mem.AsymmetricError())
	}
	pin := NewSched()
	ways := append(slices.Clone(waysToWait), wayToWait{"pinned", func(d Domain) {
		c := d.StartPoll()
		for n, done := 0, false; !done; n++ {
			pin.ReadLock()
			done = d.Poll(c)
			pin.ReadUnlock()
			mem.Spin(n)
		}
	}})
	if os.Getenv(first) == "" {
		for _, w := range ways {
			cmd, err := reexec.Command(t.Context(), []string{first + "=" + w.name}, "-test.v", "-test.run=^"+t.Name()+"$")
			if err != nil {
				t.Fatal(err)
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", w.name, err, out)
			}
		}
		return
	}
	// The first of them comes first.
	for i, w := range ways {
		if w.name == os.Getenv(first) {
			ways[0], ways[i] = ways[i], ways[0]
		}
	}
	makers := map[string]func() (Domain, func() testReader){"classic": classicFlavour(), "srcu": srcuFlavour(false)}
	domains, readers := map[string]Domain{}, map[string]func() testReader{}
	for name, make := range makers {
		domains[name], readers[name] = make()
		domains[name].Synchronize()
	}
	if err := seccomp.Refuse(unix.SYS_MEMBARRIER, unix.EPERM); err != nil {
		t.Skip(err)
	}
	for name, d := range domains {
		for _, w := range ways {
			var inside, leave, over mem.Uint64
			var reader sync.WaitGroup
			reader.Go(func() {
				r := readers[name]()
				r.lock()
				inside.Store(1)
				for n := 0; leave.Load() == 0; n++ {
					mem.Spin(n)
				}
				if over.Load() != 0 {
					t.Errorf("%s, %s: over while a reader was inside", name, w.name)
				}
				r.unlock()
				r.leave()
			})
			for n := 0; inside.Load() == 0; n++ {
				mem.Spin(n)
			}
			var waiter sync.WaitGroup
			waiter.Go(func() {
				w.wait(d)
				over.Store(1)
			})
			for range 1000 {
				runtime.Gosched()
			}
			leave.Store(1)
			reader.Wait()
			waiter.Wait()
		}
	}
	if !NewClassic().Fenced() {
		t.Error("a new domain counts on what the kernel has refused")
	}
}
