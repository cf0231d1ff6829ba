//go:build scripted

package builtin

import (
	"runtime"
	"slices"
	"testing"

	"readmostly/hazard"
	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/seqlock"
)

// A script is a list with the keys 1 to 8, from the head on, that one worker reads
// while another disturbs it, at places that are known: wherever the reader comes
// to an element. All of it runs on one goroutine, so each count has one right
// value.
type script struct {
	table   chain.Table
	reader  runner
	updater impls.Worker
	version uint64
	back    func() // to be done when the reader is back at the head
}

// A runner is a worker of the backends that are disturbed here.
type runner interface {
	impls.Worker
	redoer
}

const scriptLength = 8

// newScript makes the list of a map that newMap makes.
func newScript(t *testing.T, newMap func(impls.Config) (impls.Map, error)) *script {
	t.Helper()
	m, err := newMap(impls.Config{Buckets: 1, Capacity: 1000})
	if err != nil {
		t.Fatal(err)
	}
	s := &script{version: 1}
	for _, w := range []*impls.Worker{&s.updater, new(impls.Worker)} {
		if *w, err = m.NewWorker(); err != nil {
			t.Fatal(err)
		}
		s.reader = (*w).(runner)
	}
	s.table = m.(interface{ chains() chain.Table }).chains()
	for key := uint64(scriptLength); key > 0; key-- {
		if ok, err := s.updater.Insert(impls.MakeElement(key, s.version)); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	t.Cleanup(func() {
		s.updater.Close()
		s.reader.Close()
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *store) chains() chain.Table { return s.table }

// at returns the element with a key.
func (s *script) at(key uint64) slab.Ref {
	_, ref := s.table.Seek(s.table.Bucket(0), key)
	return ref
}

// A disturber is told that the reader has come to the element with a key, the
// visit-th time since it was last disturbed. It reports whether it disturbs it.
type disturber func(s *script, key uint64, visit int) bool

// play has the reader execute ops, disturbed up to times times, and returns what
// it tallied.
func (s *script) play(times int, disturb disturber, ops []impls.Op) (t impls.Tally) {
	visits := map[uint64]int{}
	var come func(slab.Ref)
	come = func(ref slab.Ref) {
		slab.Visit = nil // what is done in here is no visit
		defer func() { slab.Visit = come }()
		key := slab.At(ref).Key.Load()
		if s.at(key) != ref {
			return
		}
		if key == 1 && s.back != nil {
			s.back()
			s.back = nil
		}
		visits[key]++
		if times > 0 && disturb(s, key, visits[key]) {
			times--
			clear(visits)
		}
	}
	slab.Visit = come
	s.reader.Run(ops, &t)
	slab.Visit = nil
	return t
}

// replaced puts another element in the place of the one that the reader has come
// to.
func replaced(at uint64, on int) disturber {
	return func(s *script, key uint64, visit int) bool {
		if key != at || visit != on {
			return false
		}
		s.version++
		s.updater.Replace(impls.MakeElement(key, s.version))
		return true
	}
}

// written is a write section, somewhere else in what the sequence covers.
func written(at uint64) disturber {
	return func(s *script, key uint64, visit int) bool {
		if key == at {
			w := s.reader.(*seqWorker).of(s.table.Bucket(0))
			seqlock.WriteLock(w)
			seqlock.WriteUnlock(w)
		}
		return key == at
	}
}

// halfway leaves the element that the reader has come to in the middle of a
// replacement, which is over when the reader is back at the head.
func halfway(at uint64) disturber {
	return func(s *script, key uint64, visit int) bool {
		if key == at {
			e := slab.At(s.at(key))
			turn(e)
			s.back = func() { turn(e) }
		}
		return key == at
	}
}

// scripts are the ways to disturb each backend whose readers redo their work.
// wasted is what a lookup of key 6 has visited by the time that it starts again.
var scripts = []struct {
	backend, name string
	newMap        func(impls.Config) (impls.Map, error)
	disturb       disturber
	wasted        uint64
}{
	{"seqlock", "something was written", newOf("seqlock"), written(4), 6},
	{"seqlock", "an element was replaced", newOf("seqlock"), replaced(4, 1), 4},
	{"seqlock-global", "something was written", newOf("seqlock-global"), written(4), 6},
	{"seqlock-global", "an element was replaced", newOf("seqlock-global"), replaced(4, 1), 4},
	{"nulls", "the element is being replaced", newOf("nulls"), halfway(6), 6},
	{"hazard", "an element was unlinked under one slot", newHazards(), replaced(4, 1), 4},
	{"hazard", "an element was unlinked under the other", newHazards(), replaced(3, 1), 3},
	{"hazard-fence", "an element was unlinked under one slot", newHazards(hazard.Fenced()), replaced(4, 1), 4},
	{"hazard-fence", "an element was unlinked under the other", newHazards(hazard.Fenced()), replaced(3, 1), 3},
	{"refcount", "an element was freed before it was got", newOf("refcount"), replaced(4, 1), 3},
	{"refcount", "an element was unlinked while it was held", newOf("refcount"), replaced(4, 2), 4},
	{"refcount-rcu", "the last reference was put before the reader's", newOf("refcount-rcu"), replaced(6, 1), 6},
	{"refcount-rcu", "the same in a section of several", newSections("refcount-rcu"), replaced(6, 1), 6},
}

func newHazards(opts ...hazard.Option) func(impls.Config) (impls.Map, error) {
	return func(c impls.Config) (impls.Map, error) {
		return newHazardMap(c, hazard.NewDomain(hazardSlots, opts...))
	}
}

// TestScriptedRetries disturbs a lookup a known number of times, the first of them
// in the batch's loop and the others in its redo, between lookups that nobody
// disturbs.
func TestScriptedRetries(t *testing.T) {
	const absent = scriptLength + 1
	ops := lookups(2, 6, absent, 8)
	for _, sc := range scripts {
		t.Run(sc.backend+": "+sc.name, func(t *testing.T) {
			s := newScript(t, sc.newMap)
			for times := range 5 {
				want := impls.Tally{Lookups: 4, Hits: 3, Nodes: 2 + 6 + scriptLength + 8,
					Retries: uint64(times), Wasted: uint64(times) * sc.wasted}
				if got := s.play(times, sc.disturb, ops); got != want {
					t.Errorf("disturbed %d times: tallied\n%+v, want\n%+v", times, got, want)
				}
			}
		})
	}
}

// TestScriptedMisses is the same for a lookup that finds nothing.
func TestScriptedMisses(t *testing.T) {
	const absent = scriptLength + 1
	for _, sc := range scripts {
		if sc.wasted == 6 && sc.backend != "seqlock" && sc.backend != "seqlock-global" {
			continue // only a hit can be disturbed
		}
		t.Run(sc.backend+": "+sc.name, func(t *testing.T) {
			s := newScript(t, sc.newMap)
			wasted := sc.wasted
			if wasted == 6 {
				wasted = scriptLength // to the end, where the reader looks at the sequence
			}
			for times := range 5 {
				want := impls.Tally{Lookups: 2, Hits: 1, Nodes: scriptLength + 1,
					Retries: uint64(times), Wasted: uint64(times) * wasted}
				if got := s.play(times, sc.disturb, lookups(absent, 1)); got != want {
					t.Errorf("disturbed %d times: tallied\n%+v, want\n%+v", times, got, want)
				}
			}
		})
	}
}

// TestScriptedAnnouncements: when a reader comes to an element, that one is
// announced, and so is the one that led to it, by whose link it was validated
// (rule 40).
func TestScriptedAnnouncements(t *testing.T) {
	for _, opts := range [][]hazard.Option{nil, {hazard.Fenced()}} {
		for name, look := range map[string]func(w *hazardWorker){
			"batch":  func(w *hazardWorker) { w.read(lookups(scriptLength+1, 8)) },
			"lookup": func(w *hazardWorker) { w.find(scriptLength + 1) },
			"walk":   func(w *hazardWorker) { w.copyAnnounced(0) },
		} {
			s := newScript(t, newHazards(opts...))
			w := s.reader.(*hazardWorker)
			last, visits := slab.Ref(0), 0
			slab.Visit = func(ref slab.Ref) {
				slots := []slab.Ref{w.slots[0].Load(), w.slots[1].Load()}
				first := ref == s.table.Bucket(0).Head.Load()
				if ref != last && (!slices.Contains(slots, ref) || !first && !slices.Contains(slots, last)) {
					t.Errorf("%s, fenced %v: at element %#x behind %#x the slots hold %#x", name, w.fenced, ref, last, slots)
				}
				last = ref
				visits++
			}
			look(w)
			slab.Visit = nil
			w.clear()
			if visits < scriptLength {
				t.Errorf("%s: %d visits", name, visits)
			}
		}
	}
}

// TestScriptedFallback: a reader that is disturbed each time redoes its work so
// often and no more, and what it reads under the lock is no retry.
func TestScriptedFallback(t *testing.T) {
	for _, backend := range []string{"seqlock", "seqlock-global"} {
		s := newScript(t, newOf(backend))
		const times = 1 + maxRedos
		want := impls.Tally{Lookups: 1, Hits: 1, Nodes: 6, Retries: times, Wasted: times * 6}
		if got := s.play(times, written(4), lookups(6)); got != want {
			t.Errorf("%s: tallied\n%+v, want\n%+v", backend, got, want)
		}
		w := s.reader.(*seqWorker).of(s.table.Bucket(0))
		if _, even := seqlock.TryBegin(w); !even || w.Load()&1 != 0 {
			t.Errorf("%s: word %#x: the lock is still held", backend, w.Load())
		}
	}
}

// TestScriptedBound: a walk that has been disturbed goes no further than to the
// next look at the sequence.
func TestScriptedBound(t *testing.T) {
	for _, backend := range []string{"seqlock", "seqlock-global"} {
		s := newScript(t, newOf(backend))
		const long = 3 * lookEvery
		for key := uint64(scriptLength + 1); key <= long; key++ {
			if ok, err := s.updater.Insert(impls.MakeElement(key, 1)); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		// The last one inserted is at the head, and key 8 at the end.
		for times := range 3 {
			want := impls.Tally{Lookups: 1, Hits: 1, Nodes: long, Retries: uint64(times), Wasted: uint64(times) * lookEvery}
			if got := s.play(times, written(long-9), lookups(8)); got != want {
				t.Errorf("%s: disturbed %d times: tallied\n%+v, want\n%+v", backend, times, got, want)
			}
		}
	}
}

// TestScriptedWait: a reader that waits for a writer has discarded nothing.
func TestScriptedWait(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that the reader runs when the writer yields
	for _, backend := range []string{"seqlock", "seqlock-global"} {
		s := newScript(t, newOf(backend))
		w := s.reader.(*seqWorker).of(s.table.Bucket(0))
		seqlock.WriteLock(w)
		tallied := make(chan impls.Tally)
		go func() {
			var got impls.Tally
			s.reader.Run(lookups(2, 6), &got)
			tallied <- got
		}()
		for range 100 {
			runtime.Gosched()
		}
		seqlock.WriteUnlock(w)
		want := impls.Tally{Lookups: 2, Hits: 2, Nodes: 2 + 6}
		if got := <-tallied; got != want {
			t.Errorf("%s: tallied\n%+v, want\n%+v", backend, got, want)
		}
	}
}

func lookups(keys ...uint64) (ops []impls.Op) {
	for _, key := range keys {
		ops = append(ops, impls.MakeOp(impls.Lookup, key))
	}
	return ops
}
