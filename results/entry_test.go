package results

import (
	"math"
	"slices"
	"testing"
)

func TestMarks(t *testing.T) {
	column := []entry{{"1.003 ±0.8%", "~", plain}, {"1.3 ±2%", "!", red}, {"3 ±90%", "~!*", plain}, {"-", "", plain}}
	want := []string{"1.003 ±0.8% ~  ", "1.3 ±2%  ! ", "3 ±90% ~!*", "-    "}
	if got := lines(column, false); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	want[1] = "\x1b[31m1.3 ±2%\x1b[0m  ! "
	if got := lines(column, true); !slices.Equal(got, want) {
		t.Errorf("in colour %q, want %q", got, want)
	}
	if got := lines([]entry{{text: "a"}, {text: "b"}}, false); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("without marks %q", got)
	}
}

// What is marked, of ten forks, where the header asks for 1 %.
func TestRatioEntry(t *testing.T) {
	scaled := func(by float64) (values []float64) {
		for i := range 10 {
			values = append(values, 1.2*(1+by*(float64(i)-4.5)/3.5)) // the interval goes from the second to the ninth
		}
		return values
	}
	for _, test := range []struct {
		backend ratios
		text    string
		marks   string
	}{
		{ratios{"a", scaled(0.0099), false}, "1.200 ±1.0%", ""},
		{ratios{"a", scaled(0.0101), false}, "1.200 ±1.0%", "!"},
		{ratios{"a", around(1, 10), false}, "1.000 ±0.4%", "~"},
		{ratios{"a", []float64{0.9, 0.9, 0.9, 0.9, 1, 1.3, 1.3, 1.4, 1.4, 1.5}, false}, "1.150 ±22%", "~!"},
		{ratios{"a", []float64{1.2, 1.2, 1.2, 1.2, 1.2, 2, 2, 2, 2, 2}, false}, "1.20 50% | 2.00 50%", "!*"},
		{ratios{"a", []float64{1.2, 1.3}, false}, "1.250 ±∞", "!"},
		{ratios{"a", around(33, 10), false}, "33.0 ±0.4%", ""},
		{ratios{"noop", []float64{0.06, 0.07, 0.05, 0.06, 0.06, 0.06, 0.07, 0.05}, false}, "0.06 ±17%", ""},
		{ratios{"unsync-control", scaled(0.02), false}, "1.200 ±2.0%", "!"},
	} {
		table := tablesOf(tableOf(0, test.backend))[0]
		e, ok := table.ratioEntry(table.subjects[0], 2)
		if !ok || e.text != test.text || e.marks != test.marks {
			t.Errorf("%v: %q, marks %q, want %q, marks %q", test.backend, e.text, e.marks, test.text, test.marks)
		}
		table.precision = 0
		if e, _ := table.ratioEntry(table.subjects[0], 2); slices.Contains([]byte(e.marks), '!') {
			t.Errorf("%v: marked %q without a precision", test.backend, e.marks)
		}
	}
	table := tablesOf(tableOf(0, ratios{"unsync", around(1, 10), false}))[0]
	if e, ok := table.ratioEntry(table.subjects[0], 2); ok || e.text != absent {
		t.Errorf("the baseline is compared with itself: %+v", e)
	}
}

func TestFormatHalfWidth(t *testing.T) {
	for _, test := range []struct {
		half float64
		want string
	}{{0, "±0.0%"}, {0.0004, "±0.0%"}, {0.0096, "±1.0%"}, {0.0994, "±9.9%"}, {0.0996, "±10%"}, {2.4, "±240%"}} {
		if got := formatHalfWidth(Interval{Center: 1, Lo: 1 - test.half, Hi: 1}); got != test.want {
			t.Errorf("%v: %s, want %s", test.half, got, test.want)
		}
	}
	if got := formatHalfWidth(Interval{Center: 1, Lo: math.Inf(-1), Hi: 2}); got != "±∞" {
		t.Errorf("unknown: %s", got)
	}
}
