package spelling

import "testing"

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"abc", "abc", 0},
		{"abc", "abd", 1},
		{"abc", "ab", 1},
		{"abc", "xabc", 1},
		{"kitten", "sitting", 3},
		{"hazrad", "hazard", 2},
		{"flaw", "lawn", 2},
	} {
		if got := Distance(test.a, test.b); got != test.want {
			t.Errorf("Distance(%q, %q) = %d; want %d", test.a, test.b, got, test.want)
		}
		if got := Distance(test.b, test.a); got != test.want {
			t.Errorf("Distance(%q, %q) = %d; want %d", test.b, test.a, got, test.want)
		}
	}
}

func FuzzDistance(f *testing.F) {
	f.Add("rcu", "hazard", "rwlock")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if len(a)+len(b)+len(c) > 300 {
			return
		}
		ab, bc, ac := Distance(a, b), Distance(b, c), Distance(a, c)
		if (ab == 0) != (a == b) || ac > ab+bc || ab > max(len(a), len(b)) || ab < max(len(a)-len(b), len(b)-len(a)) {
			t.Errorf("the distances of %q, %q and %q are %d, %d, %d: no metric", a, b, c, ab, bc, ac)
		}
	})
}
