package hazard

import (
	"errors"
	"slices"
	"testing"

	"readmostly/internal/mem"
)

// collector is a reclaim function that remembers.
type collector struct{ got []uint64 }

func (c *collector) reclaim(refs []uint64) { c.got = append(c.got, refs...) }

// take returns what was reclaimed since the last call, in order.
func (c *collector) take() []uint64 {
	got := c.got
	c.got = nil
	slices.Sort(got)
	return got
}

// everyKind runs test with both places for the fence.
func everyKind(t *testing.T, test func(t *testing.T, kind Option)) {
	t.Run("default", func(t *testing.T) { test(t, func(*Domain) {}) })
	t.Run("fenced", func(t *testing.T) { test(t, Fenced()) })
}

func TestScanSparesTheProtected(t *testing.T) {
	everyKind(t, func(t *testing.T, kind Option) {
		d := NewDomain(2, kind)
		var c collector
		reader, updater := d.Register(c.reclaim), d.Register(c.reclaim)

		reader.Protect(0, 7)
		reader.Protect(1, 9)
		updater.Protect(1, 5) // one's own slots count too
		for ref := uint64(1); ref <= 10; ref++ {
			updater.Retire(ref)
		}
		for _, step := range []struct {
			name string
			do   func()
			want []uint64
		}{
			{"first scan", func() {}, []uint64{1, 2, 3, 4, 6, 8, 10}},
			{"nothing changed", func() {}, nil},
			{"another reader's scan", reader.Flush, nil},
			{"own slot cleared", func() { updater.Clear(1) }, []uint64{5}},
			{"slot given to another", func() { reader.Protect(0, 11) }, []uint64{7}},
			{"reader left", reader.Unregister, []uint64{9}},
		} {
			step.do()
			updater.Flush()
			if got := c.take(); !slices.Equal(got, step.want) {
				t.Errorf("%s: reclaimed %d, want %d", step.name, got, step.want)
			}
		}
		if got := d.Stats(); got.Retired != 10 || got.Reclaimed != 10 || got.Waiting() != 0 {
			t.Errorf("stats %+v", got)
		}
	})
}

// TestScanSeesEverySlot: none is left out, however many slots and participants
// there are, and whatever other slots hold.
func TestScanSeesEverySlot(t *testing.T) {
	const slots, readers = 25, 40
	everyKind(t, func(t *testing.T, kind Option) {
		d := NewDomain(slots, kind, Threshold(1<<20))
		var c collector
		updater := d.Register(c.reclaim)
		var all []*Participant
		for r := range readers {
			p := d.Register(drop)
			all = append(all, p)
			for s := range slots {
				p.Protect(s, uint64(1+(s*readers+r)*7%(slots*readers)))
			}
		}
		for ref := uint64(1); ref <= slots*readers; ref++ {
			updater.Retire(ref)
		}
		updater.Flush()
		if got := c.take(); got != nil {
			t.Errorf("reclaimed %d that are protected: %d", len(got), got)
		}
		for r, p := range all {
			for s := range slots {
				p.Clear(s)
				updater.Flush()
				want := uint64(1 + (s*readers+r)*7%(slots*readers))
				if got := c.take(); !slices.Equal(got, []uint64{want}) {
					t.Fatalf("slot %d of participant %d was cleared: reclaimed %d, want %d", s, r, got, want)
				}
			}
		}
	})
}

func TestThreshold(t *testing.T) {
	d := NewDomain(3)
	if got := d.Threshold(); got != 64 {
		t.Errorf("threshold %d without participants", got)
	}
	var c collector
	p := d.Register(c.reclaim)
	d.Register(c.reclaim).Unregister()
	if got, want := d.Threshold(), 2*3*2+64; got != want {
		t.Errorf("threshold %d after two participants at once, want %d", got, want)
	}
	before := d.Stats().Scans
	for i := range d.Threshold() - 1 {
		p.Retire(uint64(i + 1))
	}
	if got := d.Stats().Scans - before; got != 0 || len(c.got) != 0 {
		t.Errorf("%d scans below the threshold, reclaimed %d", got, len(c.got))
	}
	p.Retire(1000)
	if got := d.Stats().Scans - before; got != 1 || len(c.got) != d.Threshold() || p.Retired() != 0 {
		t.Errorf("%d scans at the threshold, reclaimed %d, %d wait", got, len(c.got), p.Retired())
	}
}

func TestOrphansAreAdopted(t *testing.T) {
	everyKind(t, func(t *testing.T, kind Option) {
		d := NewDomain(1, kind)
		var left, adopter collector
		reader := d.Register(drop)
		leaving, staying := d.Register(left.reclaim), d.Register(adopter.reclaim)
		reader.Protect(0, 5)
		leaving.Retire(5)
		leaving.Retire(6)
		leaving.Protect(0, 6) // ends when it leaves
		leaving.Unregister()
		if got := left.take(); !slices.Equal(got, []uint64{6}) {
			t.Errorf("leaving reclaimed %d, want 6 only", got)
		}
		staying.Flush()
		if got := adopter.take(); got != nil {
			t.Errorf("reclaimed %d, which is protected", got)
		}
		reader.Clear(0)
		staying.Flush()
		if got := adopter.take(); !slices.Equal(got, []uint64{5}) {
			t.Errorf("adopted %d, want 5", got)
		}
	})
}

func drop([]uint64) {}

func TestClose(t *testing.T) {
	d := NewDomain(1)
	var c collector
	reader, updater, leaving := d.Register(c.reclaim), d.Register(c.reclaim), d.Register(c.reclaim)
	reader.Protect(0, 1)
	leaving.Retire(1)
	leaving.Unregister()
	updater.Retire(2)
	if err := d.Close(); !errors.Is(err, ErrProtected) {
		t.Errorf("Close with a slot set: %v", err)
	}
	if got := c.take(); !slices.Equal(got, []uint64{2}) {
		t.Errorf("reclaimed %d, want 2 only", got)
	}
	reader.Clear(0)
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if got := c.take(); !slices.Equal(got, []uint64{1}) {
		t.Errorf("reclaimed %d, want the rest", got)
	}
	if got := d.Stats(); got.Retired != 2 || got.Waiting() != 0 {
		t.Errorf("stats %+v", got)
	}
	if err := d.Close(); err != nil {
		t.Errorf("Close again: %v", err)
	}
	mustPanic(t, "Register", func() { d.Register(drop) })
	mustPanic(t, "Retire", func() { updater.Retire(3) })
}

func TestMisusePanics(t *testing.T) {
	mustPanic(t, "no slots", func() { NewDomain(0) })
	mustPanic(t, "no threshold", func() { Threshold(0) })
	d := NewDomain(1)
	mustPanic(t, "no reclaim function", func() { d.Register(nil) })
	p := d.Register(drop)
	mustPanic(t, "zero reference", func() { p.Retire(0) })
	mustPanic(t, "slot out of range", func() { p.Protect(1, 1) })
	p.Unregister()
	mustPanic(t, "Unregister twice", p.Unregister)
	mustPanic(t, "Flush after Unregister", p.Flush)
	mustPanic(t, "Retire after Unregister", func() { p.Retire(1) })
	mustPanic(t, "Protect after Unregister", func() { p.Protect(0, 1) })
	mustPanic(t, "ProtectFrom after Unregister", func() { p.ProtectFrom(0, new(mem.Uint64)) })
	mustPanic(t, "Clear after Unregister", func() { p.Clear(0) })
	mustPanic(t, "Slot after Unregister", func() { p.Slot(0) })
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	f()
}
