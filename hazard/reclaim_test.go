package hazard

import (
	"runtime"
	"slices"
	"testing"
)

// A tree is a family of objects: object n has the children 2n and 2n+1, which its
// deleter retires.
type tree struct {
	p    *Participant // that retires the children
	last uint64
	got  map[uint64]int // how often each was reclaimed
}

func newTree(last uint64) *tree { return &tree{last: last, got: map[uint64]int{}} }

func (f *tree) reclaim(refs []uint64) {
	before := slices.Clone(refs)
	for i, ref := range before {
		f.got[ref]++
		for child := 2 * ref; child <= min(f.last, 2*ref+1); child++ {
			f.p.Retire(child)
		}
		if refs[i] != before[i] {
			panic("the batch changes while it is being reclaimed")
		}
	}
}

func (f *tree) check(t *testing.T, what string, want uint64) {
	t.Helper()
	if n := uint64(len(f.got)); n != want {
		t.Errorf("%s: %d objects were reclaimed, want %d", what, n, want)
	}
	for ref, times := range f.got {
		if times != 1 {
			t.Errorf("%s: object %d was reclaimed %d times", what, ref, times)
		}
	}
}

// TestDeletersRetire has a reclaim function retire the children of what it
// reclaims, of a batch as long as the threshold, from each place that scans: all
// are reclaimed, each once, but for what is protected and its descendants.
func TestDeletersRetire(t *testing.T) {
	const roots, last, protected = 8, 511, 37
	for name, scan := range map[string]func(d *Domain, p *Participant){
		"Flush":      func(d *Domain, p *Participant) { p.Flush() },
		"Unregister": func(d *Domain, p *Participant) { p.Unregister() },
	} {
		everyKind(t, func(t *testing.T, kind Option) {
			d := NewDomain(1, kind, Threshold(roots))
			f := newTree(last)
			reader := d.Register(f.reclaim)
			f.p = d.Register(f.reclaim)
			reader.Protect(0, protected)
			// Object 1 to 7 are nobody's; the others descend from 8 roots.
			for ref := uint64(roots); ref < 2*roots; ref++ {
				f.p.Retire(ref)
			}
			below := uint64(0)
			for first, n := uint64(protected), uint64(1); first <= last; first, n = 2*first, 2*n {
				below += min(n, last+1-first)
			}
			if w, threshold := f.p.Retired(), d.Threshold(); w >= threshold {
				t.Errorf("%s: %d wait after a scan at the threshold of %d", name, w, threshold)
			}
			scan(d, f.p)
			f.check(t, name, last-(roots-1)-below)
			if s := d.Stats(); s.Waiting() != 1 {
				t.Errorf("%s: %d wait, want the protected one", name, s.Waiting())
			}
			reader.Clear(0)
			f.p = reader
			if err := d.Close(); err != nil {
				t.Error(err)
			}
			f.check(t, name, last-(roots-1))
			if s := d.Stats(); s.Retired != last-(roots-1) || s.Waiting() != 0 {
				t.Errorf("%s: %+v", name, s)
			}
		})
	}
}

// TestRetiredByADeleterIsScannedAnew: what a deleter unlinks and retires was
// linked at the time of the scan that called it, so a reader may have protected it
// since. A scan that judged it by what it had read before would free it.
func TestRetiredByADeleterIsScannedAnew(t *testing.T) {
	everyKind(t, func(t *testing.T, kind Option) {
		d := NewDomain(1, kind)
		const orphan, child = 1, 2
		var got []uint64
		reader, leaver := d.Register(drop), d.Register(drop)
		reader.Protect(0, orphan)
		leaver.Retire(orphan)
		leaver.Unregister()
		reader.Clear(0)
		var p *Participant
		p = d.Register(func(refs []uint64) {
			got = append(got, refs...)
			if slices.Contains(refs, orphan) {
				reader.Protect(0, child)
				p.Retire(child)
			}
		})
		p.Flush()
		if !slices.Equal(got, []uint64{orphan}) {
			t.Errorf("reclaimed %d while %d is protected, want %d only", got, child, orphan)
		}
		reader.Clear(0)
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if !slices.Equal(got, []uint64{orphan, child}) {
			t.Errorf("reclaimed %d", got)
		}
	})
}

// TestRetireTwicePanics: a reference that waits already is not retired again,
// whether it was retired lately, or was spared by a scan; once it is reclaimed it
// may name another object.
func TestRetireTwicePanics(t *testing.T) {
	d := NewDomain(1)
	var c collector
	reader, p := d.Register(c.reclaim), d.Register(c.reclaim)
	reader.Protect(0, 7)
	for ref := uint64(1); ref <= 60; ref++ {
		p.Retire(ref)
	}
	for ref := uint64(1); ref <= 60; ref++ {
		mustPanic(t, "Retire twice", func() { p.Retire(ref) })
	}
	p.Flush()
	if got := c.take(); len(got) != 59 || len(slices.Compact(got)) != 59 {
		t.Errorf("reclaimed %d references, some of them twice: %d", len(got), got)
	}
	mustPanic(t, "Retire of what a scan spared", func() { p.Retire(7) })
	p.Retire(8)
	reader.Clear(0)
	p.Flush()
	if got := c.take(); !slices.Equal(got, []uint64{7, 8}) {
		t.Errorf("reclaimed %d, want 7 and 8", got)
	}
	if s := d.Stats(); s.Retired != 61 || s.Waiting() != 0 {
		t.Errorf("stats %+v", s)
	}
}

// TestReclaimFunctionEnds: a reclaim function that panics or ends its goroutine
// leaves a participant that works, and nothing that is reclaimed twice.
func TestReclaimFunctionEnds(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("in a deleter") }, "Goexit": runtime.Goexit} {
		d := NewDomain(1)
		var got []uint64
		ending := true
		p := d.Register(func(refs []uint64) {
			got = append(got, refs...)
			if ending {
				end()
			}
		})
		done := make(chan bool)
		go func() {
			defer close(done)
			defer func() { _ = recover() }()
			p.Retire(1)
			p.Flush()
		}()
		<-done
		ending = false
		p.Retire(2)
		p.Flush()
		if err := d.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(got, []uint64{1, 2}) || d.Stats().Waiting() != 0 {
			t.Errorf("%s: reclaimed %d, %+v", name, got, d.Stats())
		}
	}
}

// TestReclaimFunctionScans: a participant can't scan within its own scan, and says
// so; others may come and go there.
func TestReclaimFunctionScans(t *testing.T) {
	d := NewDomain(1)
	var p *Participant
	calls := 0
	p = d.Register(func([]uint64) {
		calls++
		mustPanic(t, "Flush in the reclaim function", p.Flush)
		mustPanic(t, "Unregister in the reclaim function", p.Unregister)
		mustPanic(t, "Close in a reclaim function", func() { d.Close() })
		other := d.Register(drop)
		other.Retire(100)
		other.Flush()
		other.Unregister()
		d.Stats()
		d.Bound()
	})
	p.Retire(1)
	p.Flush()
	p.Retire(2)
	p.Unregister()
	if calls != 2 || d.Stats().Waiting() != 0 {
		t.Errorf("%d calls, %+v", calls, d.Stats())
	}
}

// TestSet holds the set against a map, through growth and resets.
func TestSet(t *testing.T) {
	var s set
	want := map[uint64]bool{}
	ref := uint64(1)
	for n := range 3000 {
		ref = ref*6364136223846793005%997 + 1
		if got := s.add(ref * 64); got == want[ref*64] {
			t.Fatalf("add of %d = %v; it is in: %v", ref*64, got, want[ref*64])
		}
		want[ref*64] = true
		if s.n != len(want) {
			t.Fatalf("%d are in, want %d", s.n, len(want))
		}
		if n%700 == 699 {
			keep := []uint64{64, 1 << 40, ref * 64}
			s.reset(keep)
			want = map[uint64]bool{}
			for _, ref := range keep {
				want[ref] = true
			}
		}
	}
}
