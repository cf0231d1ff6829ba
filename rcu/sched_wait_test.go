package rcu

import (
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// TestSchedWaitsForThePinned covers rule 6 for readers that nobody can hold
// inside while others run: each stays by itself for long enough that a wait that
// doesn't wait is over much sooner.
func TestSchedWaitsForThePinned(t *testing.T) {
	const rounds, long = 30, 20000 // pauses
	for name, wait := range map[string]func(Domain){
		"Synchronize":          Domain.Synchronize,
		"SynchronizeExpedited": Domain.SynchronizeExpedited,
		"StartPoll":            pollUntilDone,
	} {
		t.Run(name, func(t *testing.T) {
			d := NewSched()
			var inside, left mem.Uint64
			for i := range uint64(rounds) {
				var reader sync.WaitGroup
				reader.Go(func() {
					d.ReadLock()
					inside.Store(i + 1)
					mem.Pause(long)
					left.Store(i + 1)
					d.ReadUnlock()
				})
				for n := 0; inside.Load() != i+1; n++ {
					mem.Spin(n % 64) // never asleep while it lasts
				}
				wait(d)
				if left.Load() != i+1 {
					t.Errorf("the grace period was over before reader %d had left", i)
				}
				reader.Wait()
			}
		})
	}
}
