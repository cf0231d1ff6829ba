package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Labels are apart, in the order of what they stand for, where there is room, and where
// they want to be if nobody else is there.
func TestSpread(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		n := 1 + random.IntN(20)
		wishes := make([]float64, n)
		for i := range wishes {
			wishes[i] = math.Round(random.Float64() * 300)
		}
		const apart, low, high = 13, 0, 300
		places := spread(wishes, apart, low, high)
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(i, j int) int { return int(wishes[i] - wishes[j]) })
		for k, i := range order {
			if places[i] < low-1e-9 || places[i] > high+1e-9 {
				t.Fatalf("%v: %v leaves the plot", wishes, places)
			}
			if k > 0 && places[i]-places[order[k-1]] < apart-1e-9 {
				t.Fatalf("%v: %v overlap", wishes, places)
			}
		}
	}
	if places := spread([]float64{200, 10, 100}, 13, 0, 300); !slices.Equal(places, []float64{200, 10, 100}) {
		t.Errorf("%v moved without need", places)
	}
	if places := spread([]float64{100, 100}, 10, 0, 300); !slices.Equal(places, []float64{95, 105}) {
		t.Errorf("%v are not around their wish", places)
	}
}

// Ticks are on the axis, round, apart, and at least two where the axis is that long.
func TestTicks(t *testing.T) {
	for _, a := range []axis{
		{low: 0.97, high: 1.5, to: 150, log: true},
		{low: 0.97, high: 60, to: 150, log: true},
		{low: 0.98, high: 1.02, to: 150, log: true},
		{low: 1e-6, high: 0.01, to: 150, log: true},
		{low: 0.02, high: 20e3, to: 100, log: true},
		{low: 2.5e6, high: 170e6, from: 250, to: 20, log: true},
		{low: 0, high: 5500, from: 250, to: 20},
		{low: 0, high: 1, from: 250, to: 20},
	} {
		room := func(v float64) float64 { return max(28, textWidth(label(v))) }
		ticks := a.ticks(room)
		if len(ticks) < 2 || !a.fit(ticks, room) || !slices.IsSorted(ticks) {
			t.Errorf("%+v: ticks %v", a, ticks)
		}
		for _, v := range ticks {
			if !a.has(v) || len(label(v)) > 7 {
				t.Errorf("%+v: tick %v, %s", a, v, label(v))
			}
		}
	}
}

func TestLabel(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1.1: "1.1", 1000: "1k", 2.5e6: "2.5M", 3e9: "3G", 1e-5: "1e-5", 0.0003: "0.0003"} {
		if got := label(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
	for v, want := range map[float64]string{100: "100 ns", 1e3: "1 µs", 5e6: "5 ms", 2e9: "2 s"} {
		if got := labelTime(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}
