package rcu

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"readmostly/internal/reexec"
)

// schedMisuse is what a goroutine must not do inside a sched section. Each is a
// fatal error of the runtime, so each runs in a process of its own. Gosched is
// not among them: it makes the goroutine runnable before the runtime notices, and
// the process may then end by the error, go on, or hang.
var schedMisuse = map[string]func(*Sched){
	"sleep":       func(*Sched) { time.Sleep(time.Hour) }, // nobody wakes it while the process dies
	"channel":     func(*Sched) { <-make(chan int) },
	"synchronize": (*Sched).Synchronize,
}

func TestSchedMisuseIsFatal(t *testing.T) {
	const variable = "RCU_TEST_SCHED_MISUSE"
	if name := os.Getenv(variable); name != "" {
		d := NewSched()
		d.ReadLock()
		schedMisuse[name](d)
		d.ReadUnlock()
		os.Exit(0)
	}
	for name := range schedMisuse {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			cmd, err := reexec.Command(ctx, []string{variable + "=" + name}, "-test.run=^TestSchedMisuseIsFatal$")
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Fatal("the process went on")
			}
			if !strings.Contains(string(out), "fatal error: ") {
				t.Errorf("the process ended with %v but no fatal error:\n%s", err, out)
			}
		})
	}
}

// TestSchedHelperEnds: StartPoll's promise is kept by a goroutine that does not
// outlive it (TestMain looks for leaks), however many cookies there are.
func TestSchedHelperEnds(t *testing.T) {
	d := NewSched()
	for range 20 {
		for range 10 {
			d.StartPoll()
		}
		pollUntilDone(d)
	}
	if s := d.Stats(); s.Polled == 0 || s.Synchronize != 0 {
		t.Errorf("stats: %+v", s)
	}
}
