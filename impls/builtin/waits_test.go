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
		if o := a.(reader).read([]impls.Op{impls.MakeOp(impls.Lookup, absent)}); o.verdict != astray && o.verdict != disturbed {
			t.Errorf("a reader takes the end of chain 1 for that of chain 0: %+v", o)
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
