package workloads

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"readmostly/internal/topo"
)

// Two players take turns until all throws are thrown.
func TestPlay(t *testing.T) {
	real := instant
	instant = func() time.Duration { return 0 }
	defer func() { instant = real }()
	var c court
	other := make(chan error)
	go func() {
		_, err := c.play(1)
		other <- err
	}()
	took, err := c.play(0)
	if err := errors.Join(err, <-other); err != nil || took != 0 {
		t.Errorf("%v, %v, and the clock stood still", took, err)
	}
	if n := c.throw.Load(); n != 2*games*returns {
		t.Errorf("%d throws, want %d", n, 2*games*returns)
	}
}

// Nobody waits for ever for one who doesn't answer.
func TestPlayAlone(t *testing.T) {
	real, at := instant, time.Duration(0)
	instant = func() time.Duration { at += time.Millisecond; return at }
	defer func() { instant = real }()
	var c court
	if took, err := c.play(0); !errors.Is(err, errNoAnswer) || c.throw.Load() != 1 {
		t.Errorf("%v, %v after %d throws", took, err, c.throw.Load())
	}
}

// How far cores are from each other is known of two that are pinned apart, and of
// nobody else.
func TestPing(t *testing.T) {
	cpus, err := topo.Allowed()
	if err != nil || runtime.GOOS != "linux" {
		t.Skip("no pinning here: ", err)
	}
	for _, tt := range []struct {
		name    string
		members int
		hands   Hands
		maybe   bool // it may be known: a core can be lost at any time
	}{
		{"one", 1, Hands{CPUs: cpus[:1]}, false},
		{"not pinned", 2, Hands{}, false},
		{"on one CPU", 2, Hands{CPUs: cpus[:1]}, false},
		{"apart", 2, Hands{CPUs: cpus}, len(cpus) > 1},
	} {
		c, err := NewCrew(tt.members, tt.hands)
		if err != nil {
			t.Fatal(err)
		}
		near, far, ok := c.Ping()
		if ok && (!tt.maybe || near <= 0 || far < near) || !ok && far != 0 {
			t.Errorf("%s: %v to %v, %v", tt.name, near, far, ok)
		}
		c.Close()
	}
}
