//go:build !nolinux

package bench

import "testing"

// A CPU counts by its number, the line of all CPUs together does not.
func TestSteal(t *testing.T) {
	text := []byte("cpu  1 2 3 4 5 6 7 100 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\ncpu1 1 2 3 4 5 6 7 50 9 10\ncpu10 1 2 3 4 5 6 7 42 9 10\nintr 1 2 3 4 5 6 7 8 9\n")
	for _, tt := range []struct {
		cpus []int
		want int
	}{{nil, 100}, {[]int{1}, 50}, {[]int{0, 10}, 50}, {[]int{7}, 0}} {
		if got := parseSteal(text, tt.cpus); got != tt.want {
			t.Errorf("CPUs %v: %d, want %d", tt.cpus, got, tt.want)
		}
	}
}
