package topo

import (
	"slices"
	"strings"
	"testing"
)

func TestParseCPUList(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []int
	}{
		{"", nil},
		{"\n", nil},
		{"0\n", []int{0}},
		{"0-3,8,10-11\n", []int{0, 1, 2, 3, 8, 10, 11}},
		{"5-5", []int{5}},
		{"3,1,3", []int{3, 1, 3}},
		{"8191", []int{8191}},
	} {
		got, err := ParseCPUList(tt.in)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("ParseCPUList(%q) = %v, %v; want %v", tt.in, got, err, tt.want)
		}
	}
}

func TestParseCPUListErrors(t *testing.T) {
	for in, want := range map[string]string{
		",":                        "no CPU number",
		"0,":                       "no CPU number",
		"-1":                       "no CPU number",
		"1-":                       "no CPU number",
		"1-2-3":                    "no CPU number",
		"+1":                       "no CPU number",
		"0x1":                      "no CPU number",
		"a":                        "no CPU number",
		"0-4294967295":             "no CPU number",
		"3-1":                      "downwards",
		"0-8191,0":                 "more than 8192 CPUs",
		strings.Repeat("0-1,", 70): "no CPU number",
	} {
		got, err := ParseCPUList(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseCPUList(%q) = %d CPUs, %v; want an error with %q", in, len(got), err, want)
		}
	}
}

func TestFormatCPUList(t *testing.T) {
	for want, in := range map[string][]int{
		"":            nil,
		"7":           {7},
		"0-3,8,10-11": {0, 1, 2, 3, 8, 10, 11},
		"2,0-1,0-1":   {2, 0, 1, 0, 1},
		"3,2,1":       {3, 2, 1},
	} {
		if got := FormatCPUList(in); got != want {
			t.Errorf("FormatCPUList(%v) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParseCPUList(f *testing.F) {
	for _, seed := range []string{"", "0", "0-3,8,10-11\n", "3-1", "0-4294967295", "1--2", ",,", "99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cpus, err := ParseCPUList(s)
		if err != nil {
			return
		}
		if len(cpus) > maxCPU+1 {
			t.Fatalf("%d CPUs from %q", len(cpus), s)
		}
		again, err := ParseCPUList(FormatCPUList(cpus))
		if err != nil || !slices.Equal(again, cpus) {
			t.Fatalf("%q: %v became %v, %v", s, cpus, again, err)
		}
	})
}
