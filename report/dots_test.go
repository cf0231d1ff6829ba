package report

import (
	"strings"
	"testing"
)

// Two modes are two dots, an interval is a whisker, and what lies beyond the axis is an
// arrow.
func TestDots(t *testing.T) {
	plot := dotPlot{unit: "times", label: label, one: "1", bounds: func(dotPlot) (float64, float64) { return 0.9, 4 }}
	for _, test := range []struct {
		dots                     []dot
		full, open, arrow, whisk int
	}{
		{[]dot{{1.5, 1.2, 1.8, full}}, 1, 0, 0, 1},
		{[]dot{{1.5, 1.5, 1.5, full}}, 1, 0, 0, 0},
		{[]dot{{1.5, 0, 0, full}, {3, 0, 0, open}}, 1, 1, 0, 0},
		{[]dot{{1.5, 0, 0, full}, {30, 0, 0, open}}, 1, 0, 1, 0},
		{[]dot{{30, 20, 50, full}}, 0, 0, 1, 0},
		{[]dot{{3, 2, 50, full}}, 1, 0, 0, 1},
		{[]dot{{0.5, 0.5, 0.5, full}}, 0, 0, 1, 0},
	} {
		plot.rows = []dotRow{{name: "a", colour: ink, dots: test.dots, text: "x"}}
		body, _ := plot.draw()
		all, open := strings.Count(body, "<circle"), strings.Count(body, `class="o"`)
		if all-open != test.full || open != test.open || strings.Count(body, `class="a"`) != test.arrow || strings.Count(body, `class="w"`) != test.whisk {
			t.Errorf("%v is drawn as\n%s", test.dots, body)
		}
	}
}

// The axis of ratios has room for the cheap ones, and one that is dear beyond measure
// does not squeeze them.
func TestCheap(t *testing.T) {
	plot := dotPlot{}
	for _, v := range []float64{1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 72} {
		plot.rows = append(plot.rows, dotRow{dots: []dot{{v, v * 0.99, v * 1.01, full}}})
	}
	if low, high := cheap(plot); low > 0.98 || low < 0.9 || high < 1.6 || high > 3 {
		t.Errorf("the axis is from %v to %v", low, high)
	}
	plot.rows = plot.rows[:7]
	if _, high := cheap(plot); high < 1.61 {
		t.Errorf("the axis ends at %v, before the dearest", high)
	}
}
