package slab

import (
	"testing"
	"time"
)

// clock replaces the clock for a test. It stands still unless the test moves it.
func clock(t *testing.T) *uint64 {
	t.Helper()
	real, at := now, uint64(1)
	now = func() uint64 { return at }
	t.Cleanup(func() { now = real })
	return &at
}

// retire allocates an element and retires it.
func retire(t *testing.T, c *Cache) Ref {
	t.Helper()
	r := alloc(t, c)
	c.Retire(r)
	return r
}

// TestResidence: an element is timed from when it is retired to when it is freed, by
// whoever frees it, and all are if that was asked for.
func TestResidence(t *testing.T) {
	at := clock(t)
	s := newSlab(t, 1000, 0)
	a, b := s.NewCache(), s.NewCache()
	s.Time(1)
	want := Stats{}
	check := func(what string, timed uint64, residence time.Duration) {
		t.Helper()
		want.Timed += timed
		want.Residence += residence
		if got := s.Stats(); got.Timed != want.Timed || got.Residence != want.Residence || got.Violations != 0 {
			t.Errorf("%s: %d timed, %v; want %d, %v", what, got.Timed, got.Residence, want.Timed, want.Residence)
		}
	}
	r := retire(t, a)
	*at += 100
	check("retired", 0, 0)
	a.Free(r)
	check("freed", 1, 100)

	r = retire(t, a)
	*at += 30
	b.Free(r)
	check("freed by another", 1, 30)

	refs := []Ref{retire(t, a), alloc(t, a), retire(t, a)}
	*at += 7
	b.FreeBulk(refs)
	check("freed in bulk, one of them not retired", 2, 14)

	r = retire(t, a)
	s.Time(0)
	*at += 5
	a.Free(r)
	check("retired before timing ended", 1, 5)

	for range idleTiming {
		a.Free(retire(t, a)) // until it looks
	}
	was := s.Stats()
	for range 1000 {
		r := retire(t, a)
		*at += 3
		a.Free(r)
	}
	if got := s.Stats(); got.Timed != was.Timed || got.Reclaimed != was.Reclaimed+1000 {
		t.Errorf("without timing %d were timed", got.Timed-was.Timed)
	}
	a.Close()
	b.Close()
	if err := s.Close(0); err != nil {
		t.Error(err)
	}
}

// TestTimedElementsAreRetired: what is timed can't be retired again, nor freed twice.
func TestTimedElementsAreRetired(t *testing.T) {
	s := newSlab(t, 100, 0)
	c := s.NewCache()
	s.Time(1)
	r := retire(t, c)
	c.Retire(r)
	c.Free(r)
	c.Free(r)
	if got := s.Stats(); got.Violations != 2 || got.Retired != 1 || got.Freed != 1 || got.Timed != 1 {
		t.Errorf("%+v; want 2 violations", got)
	}
}

// TestTimedAreATrueSample: elements are freed in batches, so how long one stays
// depends on its place in the batch. Those that are timed stay as long as all, on the
// average, whatever the batch.
func TestTimedAreATrueSample(t *testing.T) {
	for _, every := range []uint64{16, 64} {
		for _, batch := range []int{1, 64, 72, 512} {
			at := clock(t)
			s := newSlab(t, 2000, 0)
			c := s.NewCache()
			s.Time(every)
			const rounds = 400_000
			for range rounds / batch {
				var refs []Ref
				for range batch {
					refs = append(refs, retire(t, c))
					*at += 1000
				}
				c.FreeBulk(refs)
			}
			got := s.Stats()
			mean := float64(got.Residence) / float64(got.Timed)
			want := 1000 * float64(batch+1) / 2
			if off := mean/want - 1; off < -0.03 || off > 0.03 {
				t.Errorf("one of %d in batches of %d: they stay %.0f, all stay %.0f", every, batch, mean, want)
			}
			if n, want := float64(got.Timed), rounds/float64(every); n < 0.95*want || n > 1.05*want {
				t.Errorf("one of %d in batches of %d: %.0f were timed, want %.0f", every, batch, n, want)
			}
		}
	}
}
