package refcount

import (
	"testing"

	"readmostly/internal/mem"
)

func TestCounts(t *testing.T) {
	var w mem.Uint64
	get := func() bool { Get(&w); return true }
	getUnlessZero := func() bool { return GetUnlessZero(&w) }
	put := func() bool { return Put(&w) }
	set := func() bool { Init(&w); return true }
	for i, step := range []struct {
		name string
		do   func() bool
		want bool
		left uint64
	}{
		{"GetUnlessZero", getUnlessZero, false, 0},
		{"Init", set, true, 1},
		{"GetUnlessZero", getUnlessZero, true, 2},
		{"Get", get, true, 3},
		{"Put", put, false, 2},
		{"Put", put, false, 1},
		{"Put", put, true, 0},
		{"GetUnlessZero", getUnlessZero, false, 0},
		{"Init", set, true, 1},
		{"Put", put, true, 0},
	} {
		if got := step.do(); got != step.want || Read(&w) != step.left {
			t.Fatalf("step %d, %s: %v, count %d; want %v, %d", i, step.name, got, Read(&w), step.want, step.left)
		}
	}
}

// TestLimits does each operation at the edges of the counts. A saturated count
// never gets out of saturation, so its object is never freed.
func TestLimits(t *testing.T) {
	get := func(w *mem.Uint64) bool { Get(w); return true }
	for _, tc := range []struct {
		name   string
		do     func(*mem.Uint64) bool
		start  uint64
		want   bool
		left   uint64
		panics bool
	}{
		{"Get of 0", get, 0, false, Saturated, true},
		{"Get of 1", get, 1, true, 2, false},
		{"Get below Max", get, Max - 1, true, Max, false},
		{"Get at Max", get, Max, true, Saturated, false},
		{"Get of a saturated count", get, Saturated, true, Saturated, false},
		{"Get at the lower edge", get, Max + 1, true, Saturated, false},
		{"GetUnlessZero of 0", GetUnlessZero, 0, false, 0, false},
		{"GetUnlessZero below Max", GetUnlessZero, Max - 1, true, Max, false},
		{"GetUnlessZero at Max", GetUnlessZero, Max, true, Saturated, false},
		{"GetUnlessZero of a saturated count", GetUnlessZero, Saturated, true, Saturated, false},
		{"GetUnlessZero at the upper edge", GetUnlessZero, 1<<64 - 1, true, Saturated, false},
		{"Put of 0", Put, 0, false, Saturated, true},
		{"Put of 1", Put, 1, true, 0, false},
		{"Put of 2", Put, 2, false, 1, false},
		{"Put at Max", Put, Max, false, Max - 1, false},
		{"Put of a saturated count", Put, Saturated, false, Saturated, false},
		{"Put at the lower edge", Put, Max + 1, false, Saturated, false},
		{"Set beyond Max", func(w *mem.Uint64) bool { Set(w, Max+1); return true }, 0, false, 0, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var w mem.Uint64
			w.Store(tc.start)
			got, panicked := false, false
			func() {
				defer func() { panicked = recover() != nil }()
				got = tc.do(&w)
			}()
			if got != tc.want || panicked != tc.panics || Read(&w) != tc.left {
				t.Errorf("%v, panic %v, count %#x; want %v, %v, %#x",
					got, panicked, Read(&w), tc.want, tc.panics, tc.left)
			}
		})
	}
}

func TestCountMethods(t *testing.T) {
	var c Count
	if c.GetUnlessZero() {
		t.Error("a reference to an object that isn't alive")
	}
	c.Set(2)
	c.Get()
	if !c.GetUnlessZero() || c.Read() != 4 {
		t.Errorf("count %d, want 4", c.Read())
	}
	for want := 3; want >= 0; want-- {
		if last := c.Put(); last != (want == 0) || c.Read() != uint64(want) {
			t.Errorf("last %v with count %d, want %d", last, c.Read(), want)
		}
	}
	c.Init()
	if c.Read() != 1 {
		t.Errorf("count %d after Init", c.Read())
	}
}
