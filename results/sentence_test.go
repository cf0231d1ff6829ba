package results

import (
	"strings"
	"testing"
)

func TestSentence(t *testing.T) {
	const n = 8
	special := []ratios{{"unsync", around(1, n), true}, {"unsync-control", around(1, n), true}, {"noop", around(0.1, n), false}}
	many := special
	for _, name := range strings.Fields("a b c d e f g") {
		many = append(many, ratios{name, around(1.3, n), false})
	}
	for _, test := range []struct {
		name     string
		updates  float64
		backends []ratios
		want     string
	}{
		{"one", 0.01, []ratios{{"rcu-qsbr", around(1.2, n), false}, {"rcu-classic", around(1.3, n), false}, {"rwlock", around(30, n), false}},
			"hash of 1k, 1% updates, 2 threads: rcu-qsbr is the cheapest: 1.200 ±0.3% times unsync; next is rcu-classic with 1.30."},
		{"tie", 0.01, []ratios{{"rcu-qsbr", around(1.302, n), false}, {"rcu-classic", around(1.3, n), false}, {"rwlock", around(30, n), false}},
			"hash of 1k, 1% updates, 2 threads: rcu-classic and rcu-qsbr can't be told apart and are the cheapest: 1.30 times unsync."},
		{"all", 0, []ratios{{"rcu-qsbr", around(1.202, n), false}, {"rcu-classic", around(1.2, n), false}, {"hazard", []float64{1.19, 1.2, 1.21, 1.22, 1.23, 1.21, 1.23, 1.18}, false}},
			"hash of 1k, read-only, 2 threads: none of the 3 can be told apart: 1.20 to 1.21 times unsync."},
		{"many", 0.01, append(many, ratios{"h", around(2, n), false}),
			"hash of 1k, 1% updates, 2 threads: a, b, c, d and 3 more can't be told apart and are the cheapest: 1.30 times unsync."},
		{"free", 0, []ratios{{"seqlock", around(1.0005, n), false}, {"rcu-classic", around(1.3, n), false}},
			"hash of 1k, read-only, 2 threads: seqlock is the cheapest, no dearer than unsync: 1.000 ±0.3% times unsync; next is rcu-classic with 1.30."},
		{"those that only read don't win", 0.01, []ratios{{"lockless", around(1.01, n), true}, {"rcu-qsbr", around(1.2, n), false}, {"rwlock", around(30, n), false}},
			"hash of 1k, 1% updates, 2 threads: rcu-qsbr is the cheapest: 1.200 ±0.3% times unsync; next is rwlock with 30.0."},
		{"alone", 0, []ratios{{"rcu-qsbr", around(1.2, n), false}},
			"hash of 1k, read-only, 2 threads: rcu-qsbr costs 1.200 ±0.3% times unsync."},
		{"few", 0, []ratios{{"rcu-qsbr", around(1.2, 5), false}, {"a", around(1.3, 5), false}, {"b", around(2, 5), false}, {"c", around(3, 5), false}, {"d", around(4, 5), false}, {"e", around(5, 5), false}, {"f", around(6, 5), false}, {"g", around(7, 5), false}},
			"hash of 1k, read-only, 2 threads: too few forks (5 of each) to tell 8 backends apart: 1.20 to 7.00 times unsync."},
		{"too few for an interval", 0, []ratios{{"rcu-qsbr", around(1.2, 4), false}, {"rcu-classic", around(1.3, 4), false}},
			"hash of 1k, read-only, 2 threads: rcu-qsbr is the cheapest: 1.200 ±∞ times unsync; next is rcu-classic with 1.30."},
		{"none", 0.01, nil, ""},
	} {
		table := tablesOf(tableOf(test.updates, append(special, test.backends...)...))[0]
		if got := table.sentence(); got != test.want {
			t.Errorf("%s:\n%s, want\n%s", test.name, got, test.want)
		}
	}
}
