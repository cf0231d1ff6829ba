package builtin

import (
	"testing"
	"time"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/rcu"
)

// A watched exclusion is told when an updater lets a chain go.
type watched struct {
	exclusion
	leaving func(*chain.Bucket)
}

func (x watched) leave(b *chain.Bucket) {
	x.leaving(b)
	x.exclusion.leave(b)
}

// TestChainsAreWholeWhenLetGo: whatever an update does to its chain is done before
// the next updater has it. Under nulls every element on it has an odd generation
// then, and an element that was taken off an even one; under the others each has
// one reference.
func TestChainsAreWholeWhenLetGo(t *testing.T) {
	for _, backend := range []string{"nulls", "hazard", "refcount", "rcu-classic", "seqlock", "rwlock"} {
		m, err := newOf(backend)(impls.Config{Buckets: 1, Capacity: 100})
		if err != nil {
			t.Fatal(err)
		}
		made, err := m.NewWorker()
		if err != nil {
			t.Fatal(err)
		}
		leaves, length := 0, 0
		watch := func(b *chain.Bucket) {
			leaves++
			length = 0
			for ref := b.Head.Load(); !slab.IsEnd(ref); ref = slab.At(ref).Next.Load() {
				length++
				e := slab.At(ref)
				if n := e.Count.Load(); backend == "nulls" && n&1 == 0 || backend != "nulls" && n != 1 {
					t.Errorf("%s: key %d is let go with count %d", backend, e.Key.Load(), n)
				}
				if !chain.Valid(e, e.Key.Load()) {
					t.Errorf("%s: key %d is let go torn", backend, e.Key.Load())
				}
			}
		}
		w := made.(interface{ base() *worker }).base()
		w.exclusion = watched{w.exclusion, watch}
		want := 0
		for n := range uint64(60) {
			key := n % 7
			var ok bool
			switch n / 7 % 3 {
			case 0:
				if ok, err = made.Insert(impls.MakeElement(key, n)); ok {
					want++
				}
			case 1:
				_, err = made.Replace(impls.MakeElement(key, n))
			default:
				_, ref := w.table.Seek(w.table.Bucket(0), key)
				if ok, err = made.Delete(key); ok {
					want--
				}
				if g := slab.At(ref).Count.Load(); ok && backend == "nulls" && g&1 == 1 {
					t.Errorf("key %d was deleted at generation %d", key, g)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if leaves != int(n)+1 || length != want {
				t.Fatalf("%s: after %d updates the chain was let go %d times, with %d elements; want %d", backend, n+1, leaves, length, want)
			}
		}
		made.Close()
		if err := m.Close(); err != nil {
			t.Errorf("%s: %v", backend, err)
		}
	}
}

func (w *worker) base() *worker { return w }

// A tale is a flavour of RCU whose grace periods end when the test says so.
type tale struct {
	rcu.Domain
	done bool
}

func (*tale) Synchronize()           {}
func (*tale) StartPoll() rcu.Cookie  { return 8 }
func (d *tale) Poll(rcu.Cookie) bool { return d.done }
func (*tale) Cond(rcu.Cookie)        {}

// TestGracePeriodsAreNotedOnce: each grace period that somebody waits for is noted
// once, when it is known to be over, and handed out once.
func TestGracePeriodsAreNotedOnce(t *testing.T) {
	d := &tale{}
	w := &waiter{Domain: d, waits: newWaits()}
	for i, step := range []struct {
		name string
		do   func()
		want int64
		poll int64 // of these, that were polled for
	}{
		{"nothing", func() {}, 0, 0},
		{"Synchronize", w.Synchronize, 1, 0},
		{"Synchronize twice", func() { w.Synchronize(); w.Synchronize() }, 2, 0},
		{"polled and not done", func() { w.StartPoll(); w.Poll(8); w.Poll(8) }, 0, 0},
		{"polled and done, again and again", func() { d.done = true; w.Poll(8); w.Poll(8); w.Poll(8) }, 1, 1},
		{"polled for another's", func() { w.Poll(4) }, 0, 0},
		{"waited for", func() { d.done = false; c := w.StartPoll(); w.Cond(c); w.Poll(c) }, 1, 0},
		{"waited for another's", func() { w.Cond(4) }, 0, 0},
		{"handed out", func() {}, 0, 0},
	} {
		step.do()
		if got, polled := w.waits.GracePeriods().TotalCount(), w.waits.Cadences().TotalCount(); got != step.want || polled != step.poll {
			t.Errorf("step %d, %s: %d are noted, %d as polled for, want %d and %d", i, step.name, got, polled, step.want, step.poll)
		}
	}
}

// TestCadenceIsSinceTheLastLook: how long an updater had not looked is no more than
// the whole, and all of it where it had not looked at all.
func TestCadenceIsSinceTheLastLook(t *testing.T) {
	d := &tale{done: true}
	w := &waiter{Domain: d, waits: newWaits()}
	w.StartPoll()
	w.Poll(8)
	if whole, cadence := w.waits.GracePeriods().Max(), w.waits.Cadences().Max(); whole != cadence {
		t.Errorf("found over at the first look: %d ns, unseen for %d", whole, cadence)
	}
	d.done = false
	w.StartPoll()
	w.asked = w.asked.Add(-time.Hour) // the last look was not so long ago
	w.Poll(8)
	d.done = true
	w.Poll(8)
	if whole, cadence := w.waits.GracePeriods().Max(), w.waits.Cadences().Max(); whole < int64(time.Minute) || cadence >= int64(time.Minute) {
		t.Errorf("looked before: %d ns, unseen for %d", whole, cadence)
	}
}

// TestResidentLeavesOutTheRetired: what waits for reclamation is no longer in the
// map.
func TestResidentLeavesOutTheRetired(t *testing.T) {
	eachBackend(t, func(c impls.Caps) bool { return c.Replace && c.Delete }, func(t *testing.T, m impls.Map, a, _ impls.Worker) {
		for key := range uint64(16) {
			if ok, err := a.Replace(impls.MakeElement(key, 2)); !ok || err != nil {
				t.Fatal(ok, err)
			}
			if got := m.Stats(); got.Resident != 16 || got.Retained != got.Retired-got.Reclaimed {
				t.Errorf("after %d replacements: %+v", key+1, got)
			}
		}
		for key := range uint64(4) {
			if ok, err := a.Delete(key); !ok || err != nil {
				t.Fatal(ok, err)
			}
			if got := m.Stats(); got.Resident != 15-key {
				t.Errorf("after %d deletions: %+v", key+1, got)
			}
		}
	})
}

// TestHighWaterFitsTheMemory: a worker throttles itself before it alone has filled
// the memory.
func TestHighWaterFitsTheMemory(t *testing.T) {
	for capacity, want := range map[int]int{1: 64, 1000: 64, 1 << 12: 256, 16 * rcu.DefaultHighWater: rcu.DefaultHighWater, 1 << 20: rcu.DefaultHighWater} {
		s, err := newRCUStore(impls.Config{Buckets: 1, Capacity: capacity}, rcu.NewClassic())
		if err != nil {
			t.Fatal(err)
		}
		if s.mark != want {
			t.Errorf("%d elements: a worker's mark is %d, want %d", capacity, s.mark, want)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// An outcome is what a reader's loop returns, but with all elements visited.
type outcome struct {
	n           int
	hits, nodes uint64
	wasted      uint64
	verdict     verdict
}

// A pretender is a reader whose loop and redo do what the test says.
type pretender struct {
	impls.Operations
	reads int
	loop  func(ops []impls.Op) outcome
	redo  func(key uint64) (impls.Element, bool, finding)
}

func (p *pretender) read(ops []impls.Op) (n int, hits, passed, wasted uint64, v verdict) {
	p.reads++
	o := p.loop(ops)
	return o.n, o.hits, o.nodes - o.hits, o.wasted, o.verdict
}

func (p *pretender) find(key uint64) (impls.Element, bool, finding) { return p.redo(key) }

func (p *pretender) Delete(uint64) (bool, error) { return true, nil }

// TestVerdictsAreTallied: what a loop and a redo report is added up and checked,
// whatever it is.
func TestVerdictsAreTallied(t *testing.T) {
	good := impls.MakeElement(5, 1)
	mixed := good
	mixed.B++
	for _, tc := range []struct {
		name  string
		first outcome
		got   impls.Element
		hit   bool
		f     finding
		want  impls.Tally
	}{
		{"sound", outcome{n: 1, hits: 1, nodes: 3}, good, false, finding{}, impls.Tally{Lookups: 1, Hits: 1, Nodes: 3}},
		{"torn", outcome{verdict: torn, nodes: 3}, good, false, finding{}, impls.Tally{Lookups: 1, Nodes: 3, Bad: 1}},
		{"astray", outcome{verdict: astray, nodes: 3}, good, false, finding{}, impls.Tally{Lookups: 1, Nodes: 3, Bad: 1}},
		{"disturbed, then a hit", outcome{verdict: disturbed, wasted: 7}, good, true, finding{nodes: 2, retries: 3, wasted: 11},
			impls.Tally{Lookups: 1, Hits: 1, Nodes: 2, Retries: 4, Wasted: 18}},
		{"disturbed, then a miss", outcome{verdict: disturbed, wasted: 7}, good, false, finding{nodes: 2, retries: 3, wasted: 11},
			impls.Tally{Lookups: 1, Nodes: 2, Retries: 4, Wasted: 18}},
		{"disturbed, then torn", outcome{verdict: disturbed, wasted: 7}, mixed, true, finding{nodes: 2},
			impls.Tally{Lookups: 1, Hits: 1, Nodes: 2, Retries: 1, Wasted: 7, Bad: 1}},
		{"disturbed, then astray", outcome{verdict: disturbed, wasted: 7}, good, false, finding{nodes: 2, astray: true},
			impls.Tally{Lookups: 1, Nodes: 2, Retries: 1, Wasted: 7, Bad: 1}},
		{"blocked, then a hit", outcome{verdict: blocked}, good, true, finding{nodes: 2},
			impls.Tally{Lookups: 1, Hits: 1, Nodes: 2}},
	} {
		p := &pretender{redo: func(uint64) (impls.Element, bool, finding) { return tc.got, tc.hit, tc.f }}
		p.loop = func(ops []impls.Op) outcome {
			if len(ops) == 0 {
				return outcome{}
			}
			return tc.first
		}
		var got impls.Tally
		run(p, new(impls.Versions), []impls.Op{impls.MakeOp(impls.Lookup, 5)}, &got)
		if (got.FirstBad != nil) != (tc.want.Bad > 0) {
			t.Errorf("%s: the failure is %v", tc.name, got.FirstBad)
		}
		got.FirstBad = nil
		if got != tc.want {
			t.Errorf("%s: tallied\n%+v, want\n%+v", tc.name, got, tc.want)
		}
	}
}

// TestUpdatesLetReadersAnnounce: a batch of updates alone comes by the reader's loop
// now and then, which may have a quiescent state to announce.
func TestUpdatesLetReadersAnnounce(t *testing.T) {
	p := &pretender{loop: func([]impls.Op) outcome { return outcome{} }}
	ops := make([]impls.Op, 10*updatesAtOnce)
	for i := range ops {
		ops[i] = impls.MakeOp(impls.Delete, uint64(i))
	}
	var got impls.Tally
	run(p, new(impls.Versions), ops, &got)
	if got.Deleted != uint64(len(ops)) || p.reads < 10 {
		t.Errorf("%d deletions came by the loop %d times; want %d or more", got.Deleted, p.reads, 10)
	}
}
