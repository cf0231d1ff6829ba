package perf

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
)

// encode writes a group read as the kernel does.
func encode(enabled, running uint64, values ...value) []byte {
	buf := binary.NativeEndian.AppendUint64(nil, uint64(len(values)))
	buf = binary.NativeEndian.AppendUint64(buf, enabled)
	buf = binary.NativeEndian.AppendUint64(buf, running)
	for _, v := range values {
		buf = binary.NativeEndian.AppendUint64(buf, v.count)
		buf = binary.NativeEndian.AppendUint64(buf, v.id)
	}
	return buf
}

func TestDecode(t *testing.T) {
	s, err := decode(encode(1000, 500, value{7, 11}, value{1 << 63, 12}))
	if got, want := fmt.Sprint(s, err), "{1000 500 [{7 11} {9223372036854775808 12}]} <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	whole := encode(1, 1, value{1, 1}, value{2, 2})
	for n := range len(whole) {
		if s, err := decode(whole[:n]); err == nil {
			t.Errorf("%d of %d bytes gave %v", n, len(whole), s)
		}
	}
	if s, err := decode(append(whole, 0)); err == nil {
		t.Errorf("a byte too many gave %v", s)
	}
	binary.NativeEndian.PutUint64(whole, math.MaxUint64)
	if s, err := decode(whole); err == nil {
		t.Errorf("2^64-1 events gave %v", s)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(1, 1))
	f.Add(encode(10, 5, value{1, 2}))
	f.Add(encode(10, 5, value{1, 2}, value{3, 4})[:50])
	f.Fuzz(func(t *testing.T, buf []byte) {
		s, err := decode(buf)
		if err != nil {
			return
		}
		if again := encode(s.enabled, s.running, s.values...); string(again) != string(buf) {
			t.Fatalf("% x became % x", buf, again)
		}
	})
}

func TestSince(t *testing.T) {
	cycles, misses := Default[0], Default[2]
	ids := []uint64{21, 22}
	at := func(enabled, running, a, b uint64) snapshot {
		return snapshot{enabled, running, []value{{a, 21}, {b, 22}}}
	}
	for _, tt := range []struct {
		name          string
		before, after snapshot
		want          string
	}{
		{"full time", at(0, 0, 0, 0), at(100, 100, 5, 7), "cycles 5 1 cache-misses 7 1 "},
		{"a quarter of the time", at(0, 0, 0, 0), at(100, 25, 5, 0), "cycles 20 0.25 cache-misses 0 0.25 "},
		{"second window", at(100, 25, 5, 7), at(300, 125, 6, 57), "cycles 2 0.5 cache-misses 100 0.5 "},
		{"counter wrapped", at(0, 0, math.MaxUint64, 0), at(10, 10, 4, 0), "cycles 5 1 cache-misses 0 1 "},
		{"running over enabled", at(0, 0, 0, 0), at(100, 101, 5, 7), "cycles 5 1 cache-misses 7 1 "},
		{"never ran", at(0, 0, 0, 0), at(100, 0, 0, 0), "cycles NaN 0 cache-misses NaN 0 "},
		{"did not run in this window", at(100, 50, 9, 9), at(200, 50, 9, 9), "cycles NaN 0 cache-misses NaN 0 "},
		{"never enabled", at(100, 50, 9, 9), at(100, 50, 9, 9), "cycles NaN 0 cache-misses NaN 0 "},
	} {
		readings, err := since(tt.before, tt.after, []Event{cycles, misses}, ids)
		got := ""
		for _, r := range readings {
			got += fmt.Sprintf("%s %v %v ", r.Event.Name, r.Value, r.Running)
		}
		if err != nil || got != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
}

func TestSinceErrors(t *testing.T) {
	one := func(enabled, running, id uint64) snapshot { return snapshot{enabled, running, []value{{1, id}}} }
	for want, s := range map[string][2]snapshot{
		"backwards":           {one(2, 1, 21), one(1, 1, 21)},
		"ran backwards":       {one(2, 2, 21), one(3, 1, 21)},
		"no value for cycles": {one(0, 0, 21), one(1, 1, 99)},
	} {
		if got, err := since(s[0], s[1], Default[:1], []uint64{21}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, %v; want an error with %q", got, err, want)
		}
	}
}
