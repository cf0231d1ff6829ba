package history

import (
	"sync"
	"testing"
	"time"
)

// TestMeetingLetsAllGo has workers meet many times, whether they have processors
// of their own or not. Nobody goes on before all have come.
func TestMeetingLetsAllGo(t *testing.T) {
	const workers, times = 3, 50
	for _, crowded := range []bool{false, true} {
		m := meeting{crowded: crowded}
		began := time.Now()
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				c := clock{began: began}
				for n := range uint64(times) {
					m.wait((n+1)*workers, &c, time.Hour)
					if came := m.arrivals.Load(); came < (n+1)*workers {
						t.Errorf("a worker went on when %d had come; want %d", came, (n+1)*workers)
					}
				}
			})
		}
		wg.Wait()
	}
}

// TestMeetingIsPatient checks that a worker waits for as long as it was told when
// nobody comes, and no more than that when all have come.
func TestMeetingIsPatient(t *testing.T) {
	var m meeting
	c := clock{began: time.Now()}
	m.wait(2, &c, patience)
	if alone := c.now(); alone <= int64(patience) {
		t.Errorf("a worker alone waited for %d ns; want more than %v", alone, patience)
	}
	m.wait(2, &c, time.Hour)
	if start, now := int64(m.start.Load()), c.now(); now < start {
		t.Errorf("the last to come went on at %d; want %d or later", now, start)
	}
}
