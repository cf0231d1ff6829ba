package rcu

import (
	"testing"
	"time"

	"readmostly/internal/mem"
)

// testReader has the verbs that all flavours share.
type testReader struct {
	lock, unlock func()
	leave        func()
}

// testFlavour makes one domain and its readers. The tests of what all flavours
// promise run over testFlavours.
type testFlavour struct {
	name     string
	canYield bool // a reader may yield inside a section
	slow     bool // a grace period takes tens of microseconds
	make     func() (Domain, func() testReader)
}

func classicFlavour(opts ...Option) func() (Domain, func() testReader) {
	return func() (Domain, func() testReader) {
		d := NewClassic(opts...)
		return d, func() testReader {
			return classicSteps(d.Register())
		}
	}
}

func srcuFlavour(fenced bool) func() (Domain, func() testReader) {
	return func() (Domain, func() testReader) {
		d := newSRCU(fenced)
		return d, func() testReader { return tokenReader(d.ReadLock, d.ReadUnlock, func() {}) }
	}
}

func classicSteps(r *ClassicReader) testReader {
	return tokenReader(r.ReadLock, r.ReadUnlock, r.Unregister)
}

// tokenReader keeps the tokens of the sections under way.
func tokenReader(lock func() Token, unlock func(Token), leave func()) testReader {
	var tokens []Token
	return testReader{
		lock: func() { tokens = append(tokens, lock()) },
		unlock: func() {
			last := len(tokens) - 1
			unlock(tokens[last])
			tokens = tokens[:last]
		},
		leave: leave,
	}
}

var testFlavours = []testFlavour{
	{name: "classic", canYield: true, make: classicFlavour()},
	{name: "classic-fenced", canYield: true, make: classicFlavour(Fenced())},
	{name: "sched", slow: true, make: func() (Domain, func() testReader) {
		d := NewSched()
		return d, func() testReader {
			r := d.Register()
			return testReader{r.ReadLock, r.ReadUnlock, r.Unregister}
		}
	}},
	{name: "qsbr", canYield: true, make: func() (Domain, func() testReader) {
		d := NewQSBR()
		return d, func() testReader {
			r := d.Register()
			depth := 0
			return testReader{
				lock: func() {
					depth++
					r.ReadLock()
				},
				unlock: func() {
					r.ReadUnlock()
					if depth--; depth == 0 {
						r.QuiescentState()
					}
				},
				leave: r.Unregister,
			}
		}
	}},
	{name: "qsbr-offline", canYield: true, make: func() (Domain, func() testReader) {
		d := NewQSBR()
		return d, func() testReader {
			r := d.Register()
			r.Offline()
			depth := 0
			return testReader{
				lock: func() {
					if depth++; depth == 1 {
						r.Online()
					}
				},
				unlock: func() {
					if depth--; depth == 0 {
						r.Offline()
					}
				},
				leave: r.Unregister,
			}
		}
	}},
	{name: "srcu", canYield: true, make: srcuFlavour(false)},
	{name: "srcu-fenced", canYield: true, make: srcuFlavour(true)},
}

func init() {
	if mem.Asymmetric() {
		return
	}
	for i := range testFlavours {
		if f := &testFlavours[i]; f.name == "srcu" {
			f.make = srcuFlavour(true)
		}
	}
}

// eachFlavour runs test for all flavours.
func eachFlavour(t *testing.T, test func(t *testing.T, f testFlavour)) {
	for _, f := range testFlavours {
		t.Run(f.name, func(t *testing.T) { test(t, f) })
	}
}

// rounds scales a number of repetitions to what a grace period or the checked
// mode costs.
func (f testFlavour) rounds(n int) int {
	if f.slow {
		n /= 8
	}
	if debug {
		n /= 8
	}
	return max(n, 1)
}

// enough is how long a test repeats itself at most, where it runs once a flavour:
// on a busy machine a grace period may take a millisecond.
const enough = 200 * time.Millisecond

// repeat calls do rounds(n) times, or fewer if that is enough, but so often that
// all waysToWait have had a turn.
func (f testFlavour) repeat(n int, do func(i int)) {
	start := time.Now()
	for i := range f.rounds(n) {
		do(i)
		if i >= 2*len(waysToWait) && time.Since(start) > enough {
			return
		}
	}
}

type wayToWait struct {
	name string
	wait func(Domain)
}

// waysToWait are the ways in which an updater can wait for a grace period.
var waysToWait = []wayToWait{
	{"Synchronize", Domain.Synchronize},
	{"SynchronizeExpedited", Domain.SynchronizeExpedited},
	{"Cond", func(d Domain) { d.Cond(d.GetState()) }},
	{"StartPoll", pollUntilDone},
}

func pollUntilDone(d Domain) {
	c := d.StartPoll()
	for n := 0; !d.Poll(c); n++ {
		mem.Spin(n)
	}
}
