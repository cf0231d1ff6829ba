package bench

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"readmostly/impls"
	_ "readmostly/impls/builtin"
)

// Environment variables of this test binary as a fork.
const (
	commitVariable = "BENCH_TEST_COMMIT" // of what it says it was built
	actVariable    = "BENCH_TEST_ACT"    // what it does instead of measuring
)

func TestMain(m *testing.M) {
	if act := os.Getenv(actVariable); act != "" && os.Getenv(forkVariable) != "" {
		acts[act]()
		os.Exit(0)
	}
	ServeFork(os.Getenv(commitVariable))
	goleak.VerifyTestMain(m)
}

// say prints events as a fork does.
func say(lines ...string) {
	for _, line := range lines {
		fmt.Println(line)
	}
}

func report() {
	say(`{"Playing":0}`, `{"Playing":-1}`, `{"Report":{"Rows":[{"Cell":0,"Ops":7}],"Fork":{"Number":3}}}`)
}

// acts are forks that are scripted.
var acts = map[string]func(){
	"reports": report,
	"prints": func() {
		fmt.Println("a backend says hello")
		for range 10000 {
			fmt.Println("more than a pipe holds: 0123456789012345678901234567890123456789")
		}
		report()
	},
	"fails": func() {
		say(`{"Playing":1}`, `{"Failed":{"Cell":1,"Why":"lookup of key 0x7: torn"}}`)
		os.Exit(1)
	},
	"crashes": func() {
		say(`{"Playing":1}`)
		println("some chatter before it")
		var lock sync.Mutex
		lock.Unlock() // a fatal error, which no one recovers from
	},
	"is killed": func() {
		say(`{"Playing":1}`)
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		time.Sleep(time.Minute)
		panic(err)
	},
	"hangs": func() {
		say(`{"Playing":1}`)
		time.Sleep(time.Minute)
	},
	"ends": func() { say(`{"Playing":1}`) },
	"wants memory": func() {
		say(`{"Playing":1}`)
		println("fatal error: runtime: out of memory")
		os.Exit(2)
	},
	"is no fork": func() { println("usage: other [flags]") },
	"is torn":    func() { fmt.Print(`{"Playing":1}` + "\n" + `{"Report":{"Ro`) },
	"forks": func() {
		os.Setenv(forkVariable, toMeasure)
		_, err := Processes(nil)(context.Background(), Spec{Layout: 1})
		say(fmt.Sprintf(`{"Failed":{"Cell":0,"Why":%q}}`, err))
	},
	"has another shape": func() {
		say(`{"Go":"go1.0"}`)
	},
}

// A plugMap is a backend for tests: a map without a chain, which does what its
// name says in the way that a plug-in might.
type plugMap struct {
	run func(ops []impls.Op, t *impls.Tally)
}

func (m plugMap) NewWorker() (impls.Worker, error) { return plugWorker{run: m.run}, nil }
func (m plugMap) Stats() impls.Stats               { return impls.Stats{} }
func (m plugMap) Close() error                     { return nil }

type plugWorker struct {
	impls.Worker // nil: nothing but Run and Close is called
	run          func(ops []impls.Op, t *impls.Tally)
}

func (w plugWorker) Run(ops []impls.Op, t *impls.Tally) { w.run(ops, t) }
func (w plugWorker) Close()                             {}

// Fill makes the harness insert nothing.
func (plugMap) Fill([]impls.Element) error { return nil }

func init() {
	for name, run := range map[string]func(ops []impls.Op, t *impls.Tally){
		"plug-hangs":  func([]impls.Op, *impls.Tally) { select {} },
		"plug-panics": func([]impls.Op, *impls.Tally) { panic("out of order") },
		"plug-tears": func(ops []impls.Op, t *impls.Tally) {
			t.Lookups += uint64(len(ops))
			t.Fail(ops[0], impls.Element{Key: 1}, "torn")
		},
		"plug-prints": func(ops []impls.Op, t *impls.Tally) { // and is a good one
			t.Lookups += uint64(len(ops))
			fmt.Println(`{"Failed":{"Cell":0,"Why":"says a backend"}}`)
		},
		"plug-leaves": func(ops []impls.Op, t *impls.Tally) {
			t.Lookups += uint64(len(ops))
			// What it leaves running ends the process, when another is at work.
			time.AfterFunc(2*time.Millisecond, func() { panic("left running") })
			time.Sleep(50 * time.Microsecond)
		},
	} {
		impls.Register(impls.Backend{
			Name: name, Mechanism: "plug-in", Doc: "for tests", Source: "none", Caps: impls.Caps{Floor: true},
			New: func(impls.Config) (impls.Map, error) { return plugMap{run}, nil },
		})
	}
}
