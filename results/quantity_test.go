package results

import (
	"math"
	"strings"
	"testing"
)

func TestSizes(t *testing.T) {
	for _, test := range []struct {
		n    int
		text string
	}{{1, "1"}, {16, "16"}, {1000, "1000"}, {1024, "1k"}, {1536, "1536"}, {65536, "64k"}, {1 << 20, "1M"}, {3 << 30, "3G"}} {
		if got := FormatSize(test.n); got != test.text {
			t.Errorf("FormatSize(%d) = %s, want %s", test.n, got, test.text)
		}
		if got, err := ParseSize(test.text); got != test.n || err != nil {
			t.Errorf("ParseSize(%s) = %d, %v, want %d", test.text, got, err, test.n)
		}
	}
	for text, want := range map[string]int{"2K": 2048, "1m": 1 << 20, "3g": 3 << 30} {
		if n, err := ParseSize(text); n != want || err != nil {
			t.Errorf("ParseSize(%s) = %d, %v, want %d", text, n, err, want)
		}
	}
	for _, memory := range []string{"1MiB", "64kB", "1.5GB", "16B", "2Kb"} {
		if n, err := ParseSize(memory); err == nil || !strings.HasSuffix(err.Error(), "is an amount of memory: want a number of elements, such as 16, 1k or 1M") {
			t.Errorf("ParseSize(%s) = %d, %v", memory, n, err)
		}
	}
	for _, bad := range []string{"", "0", "0k", "-1", "+1", "1.5k", "k", "1kk", "1 k", "mb", "9223372036854775807k", "99999999999999999999"} {
		if n, err := ParseSize(bad); err == nil {
			t.Errorf("ParseSize(%q) = %d", bad, n)
		}
	}
}

func TestPercents(t *testing.T) {
	for _, text := range []string{"0%", "1%", "7%", "0.1%", "12.5%", "33.3%", "100%"} {
		share, err := ParsePercent(text)
		if err != nil {
			t.Error(err)
		}
		if got := FormatPercent(share); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
	for _, bad := range []string{"", "%", "1", "0.01", "-1%", "-0%", "101%", "NaN%", "Inf%", "1%%"} {
		if v, err := ParsePercent(bad); err == nil {
			t.Errorf("ParsePercent(%q) = %v", bad, v)
		}
	}
}

func FuzzParseSize(f *testing.F) {
	f.Add("16")
	f.Add("64k")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseSize(s)
		if err != nil {
			return
		}
		if again, err := ParseSize(FormatSize(n)); n < 1 || again != n || err != nil {
			t.Errorf("%q is %d, again %d, %v", s, n, again, err)
		}
	})
}

func FuzzParsePercent(f *testing.F) {
	f.Add("1%")
	f.Add("0.05%")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParsePercent(s)
		if err != nil {
			return
		}
		again, err := ParsePercent(FormatPercent(v))
		if !(v >= 0 && v <= 1) || err != nil || math.Abs(again-v) > 1e-11 {
			t.Errorf("%q is %v, again %v, %v", s, v, again, err)
		}
	})
}

func TestFormats(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{formatShort(0), "0"},
		{formatShort(9.8123), "9.81"},
		{formatShort(9.996), "10.0"},
		{formatShort(99.96), "100"},
		{formatShort(61234), "61234"},
		{formatShort(0.000213), "0.00021"},
		{formatShort(0.00000213), "2.1e-06"},
		{formatScaled(204_123_456), "204M"},
		{formatScaled(999_600), "1.00M"},
		{formatScaled(118), "118"},
		{formatNanoseconds(850), "850 ns"},
		{formatNanoseconds(1234), "1.23 µs"},
		{formatNanoseconds(17e6), "17.0 ms"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}
