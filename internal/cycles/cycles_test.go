package cycles

import (
	"testing"
	"time"
)

// A counter's tick is found by the clock beside it, whatever a reading of either
// takes.
func TestTick(t *testing.T) {
	for _, test := range []struct {
		perTick time.Duration
		want    float64
	}{{1, 1}, {4, 4}, {40, 40}} {
		var at time.Duration
		now := func() time.Duration { at += 30; return at }
		read := func() uint64 { at += 10; return uint64(at / test.perTick) }
		if got := tick(now, read, time.Millisecond); got < test.want*0.999 || got > test.want*1.001 {
			t.Errorf("%v ns, want %v", got, test.want)
		}
	}
}

// A reading of the pair that was interrupted is not taken.
func TestBothPassesOverInterruptions(t *testing.T) {
	var at time.Duration
	n := 0
	now := func() time.Duration { at += 30; return at }
	read := func() uint64 {
		if n++; n != 7 {
			at += time.Second
		}
		return uint64(at)
	}
	if clock, count := both(now, read); time.Duration(count) < clock-30 || time.Duration(count) > clock+30 {
		t.Errorf("%v on the clock, %v on the counter", clock, time.Duration(count))
	}
}

// What two readings in a row show is the cost, not what an interruption makes of it.
func TestCost(t *testing.T) {
	var ticks uint64
	c := Clock{Tick: 0.5, Read: func() uint64 {
		if ticks += 50; ticks%1000 == 0 {
			ticks += 1e6
		}
		return ticks
	}}
	if cost, _ := c.look(); cost != 25 {
		t.Errorf("%v, want 25 ns", cost)
	}
}

// A counter that goes up by 40 at a time tells times apart by that much.
func TestStep(t *testing.T) {
	n := uint64(0)
	c := Clock{Tick: 0.5, Read: func() uint64 { n += 37; return n / 40 * 40 }}
	if _, step := c.look(); step != 20 {
		t.Errorf("%v ns, want 20", step)
	}
}

func TestBetween(t *testing.T) {
	c := Clock{Tick: 0.4}
	if got := c.Between(100, 1100); got != 400 {
		t.Errorf("%v, want 400 ns", got)
	}
	if got := c.Between(1100, 100); got >= 0 {
		t.Errorf("back by 1000 ticks is %v, want less than 0", got)
	}
}

// The counter of this machine goes forward, and by its calibration is not slower
// than a microsecond.
func TestClock(t *testing.T) {
	c := NewClock()
	if c.Name == "" || !(c.Tick > 0) || c.Tick > 1000 || c.Cost < 0 {
		t.Errorf("%+v", c)
	}
	from := c.Read()
	for c.Read() == from {
	}
}
