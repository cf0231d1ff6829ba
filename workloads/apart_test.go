package workloads

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"readmostly/impls"
)

// divided returns a workload whose last workers only update.
func divided(threads, updaters int) Workload {
	return Workload{Scenario: Apart.Name, Structure: Hash, Size: 40, Updates: 1, Updaters: updaters, Threads: threads, Seed: 2}
}

// A reader's time is that of readers and its operations are theirs, however long
// updaters take; who rests has no part in the window.
func TestReadersAndUpdatersAreTimedApart(t *testing.T) {
	tr := &Trial{scene: Apart, workload: divided(4, 2)}
	worker := func(began, ended time.Duration, tally impls.Tally) {
		w := &worker{id: len(tr.workers), trial: tr}
		w.look.member = &member{}
		w.began, w.ended = began, ended
		w.tallies[measuring] = tally
		tr.workers = append(tr.workers, w)
	}
	worker(0, 100, impls.Tally{Lookups: 100, Hits: 50, Retries: 20})
	worker(0, 300, impls.Tally{Lookups: 100, Hits: 30, Retries: 20})
	worker(10, 1010, impls.Tally{Inserts: 5, Inserted: 5, Retries: 1000})
	worker(0, 3000, impls.Tally{Deletes: 3, Deleted: 3, Hits: 1000})
	var win Window
	if err := tr.sum(&win); err != nil {
		t.Fatal(err)
	}
	for unit, want := range map[string]float64{
		"ns/op": 2, "ops/s": 1e9 + 1e9/3, "retries/op": 0.2, "hits/lookup": 0.4, "ns/update": 500, "updates/s": 6e6,
	} {
		if got, ok := win.Values.Get(unit); !ok || math.Abs(got-want) > 1e-9*want {
			t.Errorf("%v %s, %v; want %v", got, unit, ok, want)
		}
	}
	if win.Ops != 200 || win.Tally.Updates() != 0 || win.Busy != 400 || win.Length != 90 {
		t.Errorf("%d operations, %+v, %v busy in %v; want the readers' 200 and 400 ns, in the 90 ns that all four share", win.Ops, win.Tally, win.Busy, win.Length)
	}

	// The same readers, with updaters that rest.
	tr.workload = tr.workload.ReadOnly()
	for _, w := range tr.workers[2:] {
		w.inWindow = inWindow{look: w.look}
	}
	win = Window{}
	if err := tr.sum(&win); err != nil {
		t.Fatal(err)
	}
	if ns, _ := win.Values.Get("ns/op"); ns != 2 || win.Ops != 200 || win.Length != 100 {
		t.Errorf("beside updaters that rest: %v ns/op, %d operations in %v, want 2, 200 and 100 ns", ns, win.Ops, win.Length)
	}
	for _, m := range []Metric{NsPerUpdate, UpdateRate} {
		if v, ok := win.Values.Get(m.Unit); ok {
			t.Errorf("updaters that rest take %v %s", v, m.Unit)
		}
	}
}

// All updates are the updaters', all lookups the readers', and the accounts add up.
func TestApart(t *testing.T) {
	for _, w := range []Workload{divided(2, 1), divided(3, 1), divided(5, 3)} {
		for _, replace := range []bool{false, true} {
			w.Replace = replace
			t.Run(w.String(), func(t *testing.T) {
				tr := newTestTrial(t, testBackend(faults{}), w)
				for range 3 {
					win, err := tr.Window(context.Background(), brief())
					if err != nil {
						t.Fatal(err)
					}
					checkApart(t, tr, win)
				}
				if err := tr.Close(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func checkApart(t *testing.T, tr *Trial, win Window) {
	t.Helper()
	w := tr.workload
	lookups, updates, reading, updating := uint64(0), uint64(0), time.Duration(0), time.Duration(0)
	for id, x := range tr.workers {
		tally, took := &x.tallies[measuring], x.ended-x.began
		if id < w.Readers() {
			lookups += tally.Lookups
			reading += took
			if x.total.Updates() != 0 || tally.Lookups == 0 {
				t.Errorf("%v: reader %d: %+v", w, id, *tally)
			}
			continue
		}
		updates += tally.Updates()
		updating += took
		if x.total.Lookups != 0 || tally.Updates() == 0 || tally.Updated() != tally.Updates() || (tally.Replaces == tally.Updates()) != w.Replace {
			t.Errorf("%v: updater %d: %+v", w, id, *tally)
		}
	}
	get := func(m Metric) float64 { v, _ := win.Values.Get(m.Unit); return v }
	if win.Ops != lookups || win.Busy != reading || get(NsPerOp) != float64(reading)/float64(lookups) {
		t.Errorf("%v: %d operations in %v, %v ns/op; readers made %d in %v", w, win.Ops, win.Busy, get(NsPerOp), lookups, reading)
	}
	if get(NsPerUpdate) != float64(updating)/float64(updates) || !(get(UpdateRate) > 0) {
		t.Errorf("%v: %v ns/update, %v updates/s; updaters made %d in %v", w, get(NsPerUpdate), get(UpdateRate), updates, updating)
	}
	if _, sampled := win.Values.Get(Retained.Unit); !sampled {
		t.Errorf("%v: %v", w, win.Values)
	}
}

// The baseline has as many readers, over the same tapes, and its updaters do nothing.
func TestUpdatersRest(t *testing.T) {
	w := divided(3, 1)
	c, err := NewCrew(w.Threads, Hands{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b := testBackend(faults{})
	b.Caps.Insert, b.Caps.Delete, b.Caps.Replace = false, false, false
	tapes := MakeTapes(w, true)
	tr, err := NewTrial(context.Background(), c, b, "", w.ReadOnly(), tapes)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		win, err := tr.Window(context.Background(), brief())
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := win.Values.Get(UpdateRate.Unit); ok || win.Ops == 0 || win.Ops != win.Tally.Lookups {
			t.Errorf("%+v", win)
		}
	}
	for id, x := range tr.workers {
		if id < w.Readers() && (x.total.Lookups == 0 || &x.tape[0] != &tapes.of(w, looking, id)[0]) {
			t.Errorf("reader %d looked up %d times", id, x.total.Lookups)
		}
		if id >= w.Readers() && (x.given != 0 || x.total.Ops() != 0 || x.tape != nil) {
			t.Errorf("updater %d did %+v", id, x.total)
		}
	}
	if err := tr.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// Updaters own all keys together, each its own, so that each of their updates
// succeeds and the population stays within one per updater of the size.
func TestUpdatersOwnTheKeys(t *testing.T) {
	for _, w := range []Workload{divided(2, 1), divided(5, 3), divided(4, 3)} {
		tapes := MakeTapes(w, false)
		owner, in := map[uint64]int{}, keySet(tapes.population.present)
		at := make([]int, w.Threads)
		random := newRand(3, 0)
		for range 20000 {
			id := random.IntN(w.Threads)
			tape := tapes.of(w, Apart.role(w, id), id)
			for range 1 + random.IntN(20) {
				op := tape[at[id]%len(tape)]
				at[id]++
				if (op.Kind() == impls.Lookup) != (id < w.Readers()) {
					t.Fatalf("%v: worker %d has a %v on its tape", w, id, op.Kind())
				}
				if op.Kind() == impls.Lookup {
					continue
				}
				if first, taken := owner[op.Key()]; taken && first != id {
					t.Fatalf("%v: workers %d and %d update one key", w, first, id)
				}
				owner[op.Key()] = id
				if in[op.Key()] != (op.Kind() == impls.Delete) {
					t.Fatalf("%v: worker %d: a %v that fails", w, id, op.Kind())
				}
				if in[op.Key()] {
					delete(in, op.Key())
				} else {
					in[op.Key()] = true
				}
				if d := len(in) - w.Size; d < -w.Updaters || d > w.Updaters {
					t.Fatalf("%v: population %d", w, len(in))
				}
			}
		}
		if len(owner) != 2*w.Size {
			t.Errorf("%v: %d of %d keys are ever updated", w, len(owner), 2*w.Size)
		}
	}
}

// What goes wrong with either fails the trial.
func TestApartFails(t *testing.T) {
	for _, test := range []struct {
		faults faults
		w      Workload
		want   string
	}{
		{faults{at: 100, wrong: true}, divided(2, 1), " element checks failed"},
		{faults{at: 100, ignores: true}, divided(2, 1), "worker 1: "},
		{faults{at: 100, ignores: true}, divided(2, 1), "updates found another worker's change"},
		{faults{at: 100, misses: true}, divided(2, 1).ReadOnly(), "where half of the keys were in the map all the time"},
		{faults{at: 100, lazy: true}, divided(2, 1), "operations were counted of"},
		{faults{}, divided(2, 2), "2 of 2 threads update: want at least 1 that does, and 1 that reads"},
	} {
		_, err := measure(testBackend(test.faults), "", test.w, Hands{}, brief(), brief())
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: %v, want %s", test.w, err, test.want)
		}
	}
}
