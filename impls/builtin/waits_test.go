package builtin

import (
	"runtime"
	"testing"

	"readmostly/impls"
	"readmostly/impls/chain"
	"readmostly/impls/slab"
	"readmostly/rwlock"
)

// parts are what a test needs of a worker, whatever its mechanism.
func (w *worker) parts() (chain.Table, exclusion) { return w.table, w.exclusion }

type withParts interface {
	parts() (chain.Table, exclusion)
}

// eachBackend runs test on a map of two chains of each backend that has the
// capabilities, and two of its workers. It is filled with the keys 0 to 15.
func eachBackend(t *testing.T, able func(impls.Caps) bool, test func(t *testing.T, m impls.Map, a, b impls.Worker)) {
	for _, b := range impls.Backends() {
		if b.Caps.Floor || !able(b.Caps) {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			m, err := b.New(impls.Config{Buckets: 2, Capacity: 1000})
			if err != nil {
				t.Fatal(err)
			}
			var elements []impls.Element
			for key := range uint64(16) {
				elements = append(elements, impls.MakeElement(key, 1))
			}
			if err := m.(impls.Filler).Fill(elements); err != nil {
				t.Fatal(err)
			}
			var pair [2]impls.Worker
			for i := range pair {
				if pair[i], err = m.NewWorker(); err != nil {
					t.Fatal(err)
				}
			}
			test(t, m, pair[0], pair[1])
			for _, w := range pair {
				w.Close()
			}
			if err := m.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestUpdatersWaitForEachOther holds a chain up, as an updater does that is in the
// middle of its work: no other update of the chain must get on (rule 5).
func TestUpdatersWaitForEachOther(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that who doesn't wait is done when we have yielded
	const present, absent = 3, 99
	for name, op := range map[string]struct {
		able   func(impls.Caps) bool
		update func(w impls.Worker) (uint64, bool, error)
	}{
		"Insert": {func(c impls.Caps) bool { return c.Insert }, func(w impls.Worker) (uint64, bool, error) {
			ok, err := w.Insert(impls.MakeElement(absent, 1))
			return absent, ok, err
		}},
		"Delete": {func(c impls.Caps) bool { return c.Delete }, func(w impls.Worker) (uint64, bool, error) {
			ok, err := w.Delete(present)
			return present, ok, err
		}},
		"Replace": {func(c impls.Caps) bool { return c.Replace }, func(w impls.Worker) (uint64, bool, error) {
			ok, err := w.Replace(impls.MakeElement(present, 2))
			return present, ok, err
		}},
	} {
		key := uint64(present)
		if name == "Insert" {
			key = absent
		}
		t.Run(name, func(t *testing.T) {
			eachBackend(t, op.able, func(t *testing.T, m impls.Map, a, _ impls.Worker) {
				var leave func()
				switch m := m.(type) {
				case *gcMap:
					b := m.of(key)
					rwlock.SpinLock(&b.word)
					leave = func() { rwlock.SpinUnlock(&b.word) }
				default:
					table, x := a.(withParts).parts()
					b := table.Of(key)
					x.enter(b)
					leave = func() { x.leave(b) }
				}
				done := make(chan bool)
				go func() {
					defer close(done)
					w, err := m.NewWorker()
					if err != nil {
						t.Error(err)
						return
					}
					defer w.Close()
					if _, ok, err := op.update(w); !ok || err != nil {
						t.Errorf("%v, %v", ok, err)
					}
				}()
				for range 50 {
					runtime.Gosched()
				}
				select {
				case <-done:
					t.Error("the update was made beside another")
				default:
				}
				leave()
				<-done
			})
		})
	}
}

// TestWhichReadersWait holds a chain up in the same way: readers of the locks and
// sequences wait until it is let go, and the others get on.
func TestWhichReadersWait(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const key = 3
	for name, look := range map[string]func(w impls.Worker){
		"Lookup": func(w impls.Worker) { w.Lookup(key) },
		"Run":    func(w impls.Worker) { w.Run([]impls.Op{impls.MakeOp(impls.Lookup, key)}, new(impls.Tally)) },
		"Walk":   func(w impls.Worker) { w.Walk(func(impls.Element) bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) {
			eachBackend(t, impls.Caps.Updates, func(t *testing.T, m impls.Map, a, b impls.Worker) {
				p, ok := a.(withParts)
				if !ok {
					return
				}
				waits := false
				switch m.(type) {
				case rwMap, *rwmutexMap, seqMap:
					waits = true
				}
				table, x := p.parts()
				bucket := table.Of(key)
				x.enter(bucket)
				done := make(chan bool)
				go func() {
					look(b)
					close(done)
				}()
				if !waits {
					<-done // or it hangs
				}
				for range 50 {
					runtime.Gosched()
				}
				select {
				case <-done:
					if waits {
						t.Error("reads beside a writer")
					}
				default:
				}
				x.leave(bucket)
				<-done
			})
		})
	}
}

// TestOneDeletionMakesRoom fills the memory and has a worker delete one element in
// the middle of a batch that it has just looked up: the next insertion finds
// memory, whatever the worker's queue and its announcements hold, and the map is
// whole. The same for a replacement.
func TestOneDeletionMakesRoom(t *testing.T) {
	eachBackend(t, func(c impls.Caps) bool { return c.Insert && c.Delete && c.Replace }, func(t *testing.T, m impls.Map, a, _ impls.Worker) {
		if _, ok := m.(*gcMap); ok {
			return // has all the memory of the process
		}
		key := uint64(16)
		for {
			ok, err := a.Insert(impls.MakeElement(key, 1))
			if err != nil {
				break
			}
			if !ok {
				t.Fatalf("key %d was there", key)
			}
			key++
		}
		for n := range uint64(40) {
			var got impls.Tally
			a.Run([]impls.Op{impls.MakeOp(impls.Lookup, n), impls.MakeOp(impls.Delete, n), impls.MakeOp(impls.Insert, n)}, &got)
			if got.Err != nil || got.Hits != 1 || got.Deleted != 1 || got.Inserted != 1 {
				t.Fatalf("deletion %d made no room: %+v", n, got)
			}
			if ok, err := a.Delete(n); !ok || err != nil {
				t.Fatal(ok, err)
			}
			got = impls.Tally{}
			a.Run([]impls.Op{impls.MakeOp(impls.Lookup, n+1), impls.MakeOp(impls.Replace, n+1)}, &got)
			if got.Err != nil || got.Replaced != 1 {
				t.Fatalf("deletion %d made no room for a replacement: %+v", n, got)
			}
			if ok, err := a.Insert(impls.MakeElement(n, 2)); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
	})
}

// TestWhatIsUnlinkedIsMarked: hazard pointers and counts protect only what a reader
// stands on, so what updaters unlink is marked, in each way that they have (rule
// 38).
func TestWhatIsUnlinkedIsMarked(t *testing.T) {
	eachBackend(t, func(impls.Caps) bool { return true }, func(t *testing.T, m impls.Map, a, b impls.Worker) {
		switch a.(type) {
		case *hazardWorker, *refcountWorker:
		default:
			return
		}
		table, _ := a.(withParts).parts()
		done := func(ok bool, err error) {
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		for _, step := range []struct {
			name   string
			key    uint64
			unlink func()
		}{
			{"Delete", 1, func() { done(a.Delete(1)) }},
			{"Replace", 2, func() { done(a.Replace(impls.MakeElement(2, 2))) }},
			{"Replace without memory", 4, func() {
				for key := uint64(16); ; key++ {
					if _, err := a.Insert(impls.MakeElement(key, 1)); err != nil {
						break
					}
				}
				done(a.Delete(3))
				done(a.Replace(impls.MakeElement(4, 2)))
			}},
		} {
			_, ref := table.Seek(table.Of(step.key), step.key)
			unlinked := slab.At(ref)
			// Another worker holds it, so that it isn't freed.
			b.(impls.Staller).Stall(step.key, func() {
				step.unlink()
				if got := unlinked.Next.Load(); got != slab.Removed {
					t.Errorf("%s left link %#x in what it unlinked; want %#x", step.name, got, slab.Removed)
				}
			})
		}
	})
}

// TestHazardReadersLetGo: nothing stays announced when an operation is over, or it
// would be held back until the worker's next.
func TestHazardReadersLetGo(t *testing.T) {
	eachBackend(t, func(impls.Caps) bool { return true }, func(t *testing.T, m impls.Map, a, _ impls.Worker) {
		w, ok := a.(*hazardWorker)
		if !ok {
			return
		}
		for _, step := range []struct {
			name string
			do   func()
		}{
			{"Lookup", func() { w.Lookup(3) }},
			{"Lookup, absent", func() { w.Lookup(99) }},
			{"Run", func() {
				w.Run([]impls.Op{impls.MakeOp(impls.Lookup, 3), impls.MakeOp(impls.Lookup, 99)}, new(impls.Tally))
			}},
			{"Walk", func() { w.Walk(func(impls.Element) bool { return true }) }},
			{"Walk, left", func() { w.Walk(func(impls.Element) bool { return false }) }},
			{"Stall", func() { w.Stall(3, func() {}) }},
			{"Insert", func() { w.Insert(impls.MakeElement(50, 1)) }},
			{"Replace", func() { w.Replace(impls.MakeElement(3, 3)) }},
			{"Delete", func() { w.Delete(3) }},
		} {
			step.do()
			for i := range w.slots {
				if got := w.slots[i].Load(); got != 0 {
					t.Errorf("%s leaves %#x announced", step.name, got)
				}
			}
		}
	})
}

// TestReadersKnowTheirEnd leads readers to the end of another chain, as an element
// does that is used again there (rule 23).
func TestReadersKnowTheirEnd(t *testing.T) {
	eachBackend(t, func(impls.Caps) bool { return true }, func(t *testing.T, m impls.Map, a, _ impls.Worker) {
		p, ok := a.(withParts)
		if !ok {
			return // the collector's chains end with nil
		}
		table, _ := p.parts()
		absent := uint64(99)
		for table.Index(absent) != 0 {
			absent++
		}
		last := &table.Bucket(0).Head
		for ref := last.Load(); !slab.IsEnd(ref); ref = last.Load() {
			last = &slab.At(ref).Next
		}
		last.Store(table.End(1))
		if _, _, _, _, v := a.(reader).read([]impls.Op{impls.MakeOp(impls.Lookup, absent)}); v != astray && v != disturbed {
			t.Errorf("a reader takes the end of chain 1 for that of chain 0: verdict %d", v)
		}
		var whole bool
		switch w := a.(type) {
		case *nullsWorker:
			whole = w.copyWhole(0)
		case *hazardWorker:
			whole = w.copyAnnounced(0)
			w.clear()
		case *refcountWorker:
			whole = w.each(0, func(impls.Element) bool { return false }) == sound
		}
		if whole {
			t.Error("a walk takes the end of chain 1 for that of chain 0")
		}
		last.Store(table.End(0))
	})
}
