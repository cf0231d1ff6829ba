//go:build mutants

package mutants

import (
	"flag"
	"strings"
	"testing"
	"time"
)

var tortured = flag.Duration("torture", 0, "show what torture alone catches, with so much time for each backend and library")

// TestTorture asks how sharp torture is: it runs nothing else on the mutants that
// can show on this machine. Torture finds by luck what other checks find by
// design, so one that it does not catch is no failure.
func TestTorture(t *testing.T) {
	if *tortured == 0 {
		t.Skip("takes half an hour: see -torture")
	}
	root := moduleRoot(t)
	var rows []row
	caught := 0
	for _, m := range mutants {
		backends := executedBy[m.file]
		if backends == "" || strings.HasSuffix(m.name, "-without-release") { // amd64 does it all the same
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			c := check{kind: "torture", pkg: command, args: "torture --quiet --fail-fast --duration " + tortured.String() + " --impl " + backends}
			o := c.do(t, root, m.overlay(t, root))
			r := row{mutant: m, catcher: c, how: o.how, took: o.took.Round(time.Millisecond)}
			if o.caught {
				r.caught = *times
				caught++
			}
			rows = append(rows, r)
		})
	}
	printTable(rows, "-")
	t.Logf("torture alone catches %d of %d", caught, len(rows))
}

// executedBy names backends that execute a file of the module, in their turn or
// in that of the libraries that they rest on.
var executedBy = map[string]string{
	"hazard/participant.go":     "hazard",
	"hazard/scan.go":            "hazard",
	"hazard/slot.go":            "hazard,hazard-fence",
	"impls/builtin/gc.go":       "gc",
	"impls/builtin/hazard.go":   "hazard",
	"impls/builtin/nulls.go":    "nulls",
	"impls/builtin/rcu.go":      "rcu-classic",
	"impls/builtin/reclaim.go":  "rcu-classic,rcu-qsbr",
	"impls/builtin/refcount.go": "refcount",
	"impls/builtin/run.go":      "unsync",
	"impls/builtin/seqlock.go":  "seqlock",
	"impls/builtin/updater.go":  "rcu-classic,refcount",
	"impls/chain/chain.go":      "rcu-classic,nulls",
	"impls/chain/update.go":     "rcu-classic",
	"rcu/barrier.go":            "rcu-classic",
	"rcu/bulk.go":               "rcu-classic",
	"rcu/callbacks_flow.go":     "rcu-classic",
	"rcu/callbacks_shard.go":    "rcu-classic",
	"rcu/callbacks_throttle.go": "rcu-classic",
	"rcu/classic.go":            "rcu-classic,rcu-classic-fence",
	"rcu/gp.go":                 "rcu-classic",
	"rcu/head.go":               "rcu-classic",
	"rcu/poll.go":               "rcu-classic",
	"rcu/qsbr.go":               "rcu-qsbr",
	"rcu/registry.go":           "rcu-classic",
	"rcu/sched.go":              "rcu-sched",
	"rcu/seq.go":                "rcu-classic,srcu",
	"rcu/srcu.go":               "srcu",
	"refcount/word.go":          "refcount",
	"rwlock/queue.go":           "rwlock",
	"rwlock/spin.go":            "rcu-classic",
	"rwlock/word.go":            "rwlock",
	"seqlock/seqlock.go":        "seqlock",
	"seqlock/word.go":           "seqlock",
}
