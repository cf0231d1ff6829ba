package topo

import (
	"slices"
	"strings"
	"testing"
)

// A choice of CPUs that is taken gives every worker one that the machine has,
// and one that is not is refused in one line.
func FuzzParsePlacement(f *testing.F) {
	for _, seed := range []string{"", "auto", "none", "0,2,4-7", "0-3", "3-0", " 1 ", "0,0", "8", ",", "autonone"} {
		f.Add(seed, 3)
	}
	f.Add("0-3", 0)
	f.Add("0-3", -1)
	m, err := ReadFS(smtTree(), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		n %= 1000
		cpus, err := m.ParsePlacement(s, n)
		if err != nil {
			if text := err.Error(); text == "" || strings.Contains(text, "\n") {
				t.Fatalf("refused with %q", text)
			}
			return
		}
		if s != "none" && len(cpus) != max(n, 0) {
			t.Fatalf("%q gives %d CPUs for %d workers", s, len(cpus), n)
		}
		for _, cpu := range cpus {
			if !slices.Contains(m.ids(), cpu) {
				t.Fatalf("%q gives CPU %d, which is not among %v", s, cpu, m.ids())
			}
		}
	})
}
