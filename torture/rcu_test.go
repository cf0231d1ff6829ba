package torture

import (
	"strings"
	"testing"
	"time"

	"readmostly/rcu"
)

// The shortest trial has some of everything but the orders.
func TestShortestTrialOfFlavours(t *testing.T) {
	for _, l := range Libraries() {
		if !strings.HasPrefix(l.Name, "rcu.") {
			continue
		}
		r := torture(t, Options{Libraries: []Library{l}, Duration: time.Millisecond}).Results[0]
		if r.Failure != nil {
			t.Errorf("%v", r.Failure)
		}
		for _, what := range []string{"sections", "long sections", "callbacks", "callbacks behind one cookie", "registrations", "freed", "grace periods"} {
			if r.Count(what) == 0 {
				t.Errorf("%s: no %s", l.Name, what)
			}
		}
		if r.Count("relayed grace periods") == 0 && l.Name != "rcu.Sched" {
			t.Errorf("%s: no relay", l.Name)
		}
	}
}

// The story of a grace period that was too short tells the element's whole life.
func TestStoryTellsLife(t *testing.T) {
	l := brokenFlavour("unmarked", nil, func(r Reader) Reader { return unmarked{r} })
	for range 20 {
		f := findsFault(t, Options{Libraries: []Library{l}})
		if !strings.Contains(f.What, "grace period was too short") {
			continue // found in another way
		}
		for _, want := range []string{"publish", "remove 1, after ", "age 2, after ", "enter a section"} {
			if !strings.Contains(f.Story, want) {
				t.Errorf("the story does not tell %q", want)
			}
		}
		return
	}
	t.Error("no grace period was found too short")
}

// lagging is a domain whose grace periods come long after they were asked for.
type lagging struct{ rcu.Domain }

func (d lagging) StartPoll() rcu.Cookie { return d.Domain.StartPoll() + 1<<20 }

// lying is a domain with cookies that are done at once, for those who only ask
// whether they are.
type lying struct{ rcu.Domain }

func (d lying) StartPoll() rcu.Cookie { return rcu.Completed }

// Each stage of the first round finds by itself what it is there for.
func TestStagesOfFlavours(t *testing.T) {
	for _, test := range []struct {
		name   string
		domain func(rcu.Domain) rcu.Domain
		stage  func(Flavour, *trial)
		want   string
	}{
		{"flood", func(d rcu.Domain) rcu.Domain { return lagging{d} }, flooded, "callbacks were handed over, of which "},
		{"queue", func(d rcu.Domain) rcu.Domain { return lying{d} }, flooded, "no grace period has ended that began after"},
		{"relay", func(d rcu.Domain) rcu.Domain { return lagging{d} }, Flavour.relay, "it is not done"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := Flavour{Name: test.name, Yields: true, New: func() (rcu.Domain, func() Reader) {
				d, newReader := newClassic()
				return test.domain(d), newReader
			}}
			l := Library{Name: test.name, torture: func(t *trial) {
				for t.goesOn() {
					test.stage(f, t)
				}
			}}
			if failure := findsFault(t, Options{Libraries: []Library{l}}); !strings.Contains(failure.What, test.want) {
				t.Errorf("want %q", test.want)
			}
		})
	}
}

// flooded is a flooder alone.
func flooded(f Flavour, t *trial) {
	r := &rcuRound{flavour: f, crew: t.newCrew(""), highWater: 16, most: mostWaiting(16, 2)}
	r.domain, r.newReader = f.New()
	r.reclaimer = rcu.NewReclaimer(r.domain, rcu.Options{HighWater: r.highWater})
	r.work(r.roundTime(8), []job{{r.add("flooder"), r.flood}})
	r.reclaimer.Close()
}
