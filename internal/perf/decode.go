package perf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// snapshot is a group's state at one instant, since it was opened.
type snapshot struct {
	enabled uint64 // nanoseconds for which the group was enabled
	running uint64 // of those, nanoseconds for which it held counters
	values  []value
}

type value struct{ count, id uint64 }

const (
	headerBytes = 24
	valueBytes  = 16
)

// decode reads what read(2) returns for a group under readFormat, in the
// machine's own byte order:
//
//	u64 nr, time_enabled, time_running; { u64 value, id; } [nr]
func decode(buf []byte) (snapshot, error) {
	if len(buf) < headerBytes {
		return snapshot{}, fmt.Errorf("perf: short read of a group: %d bytes, want at least %d", len(buf), headerBytes)
	}
	word := func(i int) uint64 { return binary.NativeEndian.Uint64(buf[i:]) }
	nr := word(0)
	if got := uint64(len(buf)-headerBytes) / valueBytes; nr != got || len(buf)%8 != 0 || (len(buf)-headerBytes)%valueBytes != 0 {
		return snapshot{}, fmt.Errorf("perf: read %d bytes of a group that has %d events", len(buf), nr)
	}
	s := snapshot{enabled: word(8), running: word(16), values: make([]value, nr)}
	for i := range s.values {
		at := headerBytes + i*valueBytes
		s.values[i] = value{count: word(at), id: word(at + 8)}
	}
	return s, nil
}

// Reading is what one event counted in a window.
type Reading struct {
	Event   Event
	Value   float64 // scaled up to the whole window; not a number where Running is 0
	Running float64 // the share of the window in which it was really counted, from 0 to 1
}

// since returns what a group counted between two snapshots. Where the group never
// ran, nothing is known but that. The ids name the events in the order of events.
func since(before, after snapshot, events []Event, ids []uint64) ([]Reading, error) {
	enabled, running := after.enabled-before.enabled, after.running-before.running
	if after.enabled < before.enabled || after.running < before.running {
		return nil, fmt.Errorf("perf: the times of a group ran backwards")
	}
	readings := make([]Reading, len(events))
	if enabled == 0 || running == 0 {
		for i, e := range events {
			readings[i] = Reading{Event: e, Value: math.NaN()}
		}
		return readings, nil
	}
	// The kernel takes the two times one after the other, so that running may
	// exceed enabled by a few nanoseconds.
	running = min(running, enabled)
	share := float64(running) / float64(enabled)
	for i, e := range events {
		was, ok1 := before.count(ids[i])
		is, ok2 := after.count(ids[i])
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("perf: the group read has no value for %s", e.Name)
		}
		readings[i] = Reading{Event: e, Value: float64(is-was) / share, Running: share}
	}
	return readings, nil
}

func (s snapshot) count(id uint64) (uint64, bool) {
	for _, v := range s.values {
		if v.id == id {
			return v.count, true
		}
	}
	return 0, false
}
