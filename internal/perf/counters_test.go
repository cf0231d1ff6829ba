package perf

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func openFake(t *testing.T, k *fake, list string) *Counters {
	t.Helper()
	c, err := Open(newPlan(k, environment{pmu: true}, events(t, list)))
	if err != nil {
		t.Fatal(err)
	}
	k.calls = nil
	return c
}

// TestCountersWindows checks that each window starts from zero, that hardware
// counts are scaled, and the order in which groups start and stop.
func TestCountersWindows(t *testing.T) {
	k := &fake{t: t, policy: bareMetal, counts: map[attr]uint64{}}
	c := openFake(t, k, "cycles,instructions,cs")
	cycles, instructions, cs := events(t, "cycles")[0], events(t, "instructions")[0], events(t, "cs")[0]
	check := func(want string) {
		t.Helper()
		readings, err := c.Read()
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, r := range readings {
			parts = append(parts, fmt.Sprintf("%s=%v@%v", r.Event.Name, r.Value, r.Running))
		}
		if got := strings.Join(parts, " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	window := func(enabled, running, nCycles, nInstructions, nCS uint64) {
		t.Helper()
		if err := c.Enable(); err != nil {
			t.Fatal(err)
		}
		k.enabled += enabled
		k.running += running
		k.counts[cycles.attr] += nCycles
		k.counts[instructions.attr] += nInstructions
		k.counts[cs.attr] += nCS
		if err := c.Disable(); err != nil {
			t.Fatal(err)
		}
	}
	check("cs=NaN@0 cycles=NaN@0 instructions=NaN@0")
	window(1000, 1000, 50, 70, 2)
	check("cs=2@1 cycles=50@1 instructions=70@1")
	check("cs=2@1 cycles=50@1 instructions=70@1")
	window(1000, 250, 10, 0, 1)
	check("cs=4@0.25 cycles=40@0.25 instructions=0@0.25")
	window(1000, 0, 0, 0, 0)
	check("cs=NaN@0 cycles=NaN@0 instructions=NaN@0")
	if want := []string{"enable software", "enable hardware", "disable hardware", "disable software"}; !slices.Equal(k.calls[:4], want) {
		t.Errorf("calls %q, want %q", k.calls[:4], want)
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(k.fds) != 0 {
		t.Errorf("%d descriptors were left open", len(k.fds))
	}
}

func TestOpenFailureLeavesNothingOpen(t *testing.T) {
	for _, tt := range []struct {
		spoil func(*fake)
		want  error
	}{
		{func(k *fake) { k.limit = 3 }, syscall.EMFILE},
		{func(k *fake) { k.idErr = syscall.ENOTTY }, syscall.ENOTTY},
		{func(k *fake) { k.policy = always(syscall.EBUSY) }, syscall.EBUSY},
	} {
		k := &fake{t: t, policy: bareMetal}
		p := newPlan(k, environment{pmu: true}, Default)
		tt.spoil(k)
		c, err := Open(p)
		var open *OpenError
		if c != nil || !errors.Is(err, tt.want) || !errors.As(err, &open) || open.Hint == "" {
			t.Errorf("%v, %v; want an OpenError of %v with a hint", c, err, tt.want)
		}
		if len(k.fds) != 0 {
			t.Errorf("%v: %d descriptors were left open", tt.want, len(k.fds))
		}
	}
}

// The counters are those of the plan: what was planned in user mode is opened so.
func TestOpenInUserMode(t *testing.T) {
	k := &fake{t: t, policy: unprivileged(bareMetal)}
	c, err := Open(newPlan(k, environment{paranoid: "2", pmu: true}, events(t, "cycles,instructions,faults")))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadErrors(t *testing.T) {
	k := &fake{t: t, policy: bareMetal, enabled: 1, running: 1}
	c := openFake(t, k, "cycles,instructions")
	defer c.Close()
	k.short = 8
	if readings, err := c.Read(); err == nil || !strings.Contains(err.Error(), "read 48 bytes of a group that has 2 events") {
		t.Errorf("short read: %v, %v", readings, err)
	}
	if err := c.Enable(); err == nil {
		t.Error("Enable took a short read")
	}
	k.readErr = syscall.EIO
	if readings, err := c.Read(); !errors.Is(err, syscall.EIO) {
		t.Errorf("failing read: %v, %v", readings, err)
	}
}

func TestEmptyPlan(t *testing.T) {
	c, err := Open(NewPlan(nil))
	if err != nil {
		t.Fatal(err)
	}
	readings, err := c.Read()
	if err := errors.Join(err, c.Enable(), c.Disable(), c.Close()); err != nil || readings != nil {
		t.Errorf("%v, %v", readings, err)
	}
}
