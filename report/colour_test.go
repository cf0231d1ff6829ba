package report

import (
	"math"
	"strconv"
	"testing"

	"readmostly/impls"
)

// luminance is that of the Web Content Accessibility Guidelines.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	must(t, err)
	sum := 0.0
	for i, weight := range []float64{0.0722, 0.7152, 0.2126} {
		v := float64(n>>(8*i)&0xff) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

// Each mechanism has a colour, no two of those that are compared here have the same, and
// all of them can be seen on their page.
func TestColours(t *testing.T) {
	seen := map[string]string{}
	for _, b := range impls.Backends() {
		c := colourOf(b.Name)
		if b.Mechanism == "none" {
			continue
		}
		if c == grey {
			t.Errorf("%s has no colour", b.Mechanism)
		}
		if other := seen[c.class]; other != "" && other != b.Mechanism {
			t.Errorf("%s looks like %s", b.Mechanism, other)
		}
		seen[c.class] = b.Mechanism
	}
	for name, c := range mechanism {
		for _, on := range []struct{ colour, ground string }{{c.light, "#ffffff"}, {c.dark, "#16181c"}} {
			a, b := luminance(t, on.colour)+0.05, luminance(t, on.ground)+0.05
			if contrast := max(a, b) / min(a, b); contrast < 3 {
				t.Errorf("%s: the contrast of %s on %s is %.1f, want 3", name, on.colour, on.ground, contrast)
			}
		}
	}
	if colourOf("nobody-has-this") != grey {
		t.Error("a backend that isn't here has a colour")
	}
}
