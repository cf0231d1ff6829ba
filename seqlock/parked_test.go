package seqlock

import (
	"os"
	"runtime"
	"testing"
	"time"

	"readmostly/internal/reexec"
)

// TestParkedWriter has readers wait for a writer that is not running, on one
// processor that nobody is driven off: they must yield it to the writer. It runs
// in a process of its own, as preemption is switched off at the start of one; a
// reader that doesn't yield hangs it.
func TestParkedWriter(t *testing.T) {
	const child = "SEQLOCK_PARKED_WRITER"
	if os.Getenv(child) == "" {
		cmd, err := reexec.Command(t.Context(), []string{child + "=1", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1"}, "-test.run=^TestParkedWriter$", "-test.v")
		if err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		defer kill.Stop()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	var l SeqLock
	for name, wait := range map[string]func(){
		"Begin":        func() { Begin(&l.word) },
		"method Begin": func() { l.Begin() },
		"WriteLock":    func() { l.WriteLock(); l.WriteUnlock() },
		"ReadLockExcl": func() { l.ReadLockExcl(); l.ReadUnlockExcl() },
	} {
		l.WriteLock()
		waiting, done := make(chan bool), make(chan bool)
		go func() {
			close(waiting)
			wait()
			close(done)
		}()
		<-waiting
		for range 100 {
			runtime.Gosched() // parked, while odd
		}
		select {
		case <-done:
			t.Errorf("%s didn't wait for the writer", name)
		default:
		}
		l.WriteUnlock()
		<-done
	}
}
