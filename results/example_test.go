package results_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"readmostly/results"
	"readmostly/workloads"
)

// A run is written fork by fork, read back and shown.
func Example() {
	var file bytes.Buffer
	w := results.NewWriter(&file)
	err := w.Header([][2]string{{"goos", "linux"}, {"baseline", "unsync"}, {"precision", "1%"}})
	if err != nil {
		log.Fatal(err)
	}
	mix := workloads.Workload{Structure: workloads.List, Size: 16, Threads: 1}
	for n := range 8 {
		var rows []results.Row
		for impl, ns := range map[string]float64{"unsync": 14.6, "rcu-classic": 15.7, "rwlock": 31.2} {
			ns *= 1 + 0.001*float64(n)
			r := results.Row{Point: results.NewPoint(mix, impl, ""), Ops: 1e6}
			r.Values.Add(workloads.NsPerOp, ns)
			r.Values.Add(results.Ratio("unsync"), ns/14.6)
			rows = append(rows, r)
		}
		fork := results.Fork{Number: n + 1, Layout: 1, Rounds: 3, Windows: 9}
		if err := w.Fork(fork, rows); err != nil {
			log.Fatal(err)
		}
	}

	f, err := results.Read(&file, "results.txt")
	if err != nil {
		log.Fatal(err)
	}
	if err := results.Render(os.Stdout, f, results.Options{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// time per operation over that of unsync, 1 thread
	//  backend          list 16
	//                 read-only
	//  unsync           14.7 ns
	//  rcu-classic  1.079 ±0.3%
	//  rwlock       2.144 ±0.3%
	//
	// list of 16, read-only, 1 thread: rcu-classic is the cheapest: 1.079 ±0.3% times unsync; next is
	//   rwlock with 2.14.
	//
	// x/unsync: time over that of unsync, taken round by round; median of the forks and its 95% interval.
}

func ExampleSummarize() {
	ratios := []float64{1.04, 1.02, 1.03, 1.05, 1.03, 1.06, 1.03, 1.04}
	i := results.Summarize(ratios, 0.95)
	fmt.Printf("%.3f, %.2f to %.2f, ±%.1f%%\n", i.Center, i.Lo, i.Hi, 100*i.HalfWidth())
	fmt.Println("known at 99%:", results.Summarize(ratios[:7], 0.99).Known())
	// Output:
	// 1.035, 1.02 to 1.05, ±1.4%
	// known at 99%: false
}

func ExampleParsePoint() {
	p, err := results.ParsePoint("Hash/impl=rcu-classic/size=1k/updates=1%-2")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Backend(), "in", results.Title(p.Table()), "with", p.Threads, "threads")
	// Output: rcu-classic in hash of 1k, 1% updates with 2 threads
}
