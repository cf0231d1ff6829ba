package rcu

import (
	"slices"
	"testing"
	"time"

	"readmostly/internal/mem"
)

// BenchmarkReader is one section around one load of a shared word. Its floor is
// the sub-benchmark none: the same load with no section around it. What entry
// and exit cost is the difference.
func BenchmarkReader(b *testing.B) {
	var w mem.Uint64
	var sum uint64
	b.Run("none", func(b *testing.B) {
		for range b.N {
			sum += w.Load()
		}
	})
	b.Run("classic", func(b *testing.B) {
		r := NewClassic().Register()
		for range b.N {
			token := r.ReadLock()
			sum += w.Load()
			r.ReadUnlock(token)
		}
	})
	b.Run("classic-nested", func(b *testing.B) {
		r := NewClassic().Register()
		defer r.ReadUnlock(r.ReadLock())
		for range b.N {
			token := r.ReadLock()
			sum += w.Load()
			r.ReadUnlock(token)
		}
	})
	b.Run("classic-fenced", func(b *testing.B) {
		r := NewClassic(Fenced()).Register()
		for range b.N {
			token := r.ReadLock()
			sum += w.Load()
			r.ReadUnlock(token)
		}
	})
	b.Run("qsbr", func(b *testing.B) {
		r := NewQSBR().Register()
		for range b.N {
			r.ReadLock()
			sum += w.Load()
			r.ReadUnlock()
		}
	})
	b.Run("qsbr-quiescent", func(b *testing.B) {
		r := NewQSBR().Register()
		for range b.N {
			r.ReadLock()
			sum += w.Load()
			r.ReadUnlock()
			r.QuiescentState()
		}
	})
	b.Run("sched", func(b *testing.B) {
		d := NewSched()
		for range b.N {
			d.ReadLock()
			sum += w.Load()
			d.ReadUnlock()
		}
	})
	b.Run("srcu", func(b *testing.B) {
		d := NewSRCU()
		for range b.N {
			token := d.ReadLock()
			sum += w.Load()
			d.ReadUnlock(token)
		}
	})
	b.Run("srcu-fenced", func(b *testing.B) {
		d := newSRCU(true)
		for range b.N {
			token := d.ReadLock()
			sum += w.Load()
			d.ReadUnlock(token)
		}
	})
	w.Store(sum)
}

// BenchmarkGracePeriod is an updater alone beside one reader that never rests.
// It reports the median and the 99th percentile of the calls during which the
// reader really ran, and what share of all calls that was: on a busy machine the
// other times are those of the kernel's scheduler.
func BenchmarkGracePeriod(b *testing.B) {
	for _, f := range testFlavours {
		if f.name == "qsbr-offline" {
			continue
		}
		for _, way := range waysToWait[:2] {
			b.Run(f.name+"/"+way.name, func(b *testing.B) {
				d, _ := f.make()
				var sections mem.Uint64
				stop := busyReader(d, &sections)
				took := make([]time.Duration, 0, b.N)
				b.ResetTimer()
				for range b.N {
					before := sections.Load()
					start := time.Now()
					way.wait(d)
					end := time.Since(start)
					if sections.Load() != before {
						took = append(took, end)
					}
				}
				b.StopTimer()
				stop()
				b.ReportMetric(100*float64(len(took))/float64(b.N), "%beside")
				if len(took) == 0 {
					return
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
				b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
			})
		}
	}
}

// busyReader runs sections of a few loads in a loop, and counts them.
func busyReader(d Domain, sections *mem.Uint64) (stop func()) {
	var done, w mem.Uint64
	ended := make(chan bool)
	loads := func() {
		for range 4 {
			w.Load()
		}
	}
	var loop func()
	switch d := d.(type) {
	case *Classic:
		r := d.Register()
		loop = func() { token := r.ReadLock(); loads(); r.ReadUnlock(token) }
	case *QSBR:
		r := d.Register()
		loop = func() { r.ReadLock(); loads(); r.ReadUnlock(); r.QuiescentState() }
	case *Sched:
		loop = func() { d.ReadLock(); loads(); d.ReadUnlock() }
	case *SRCU:
		loop = func() { token := d.ReadLock(); loads(); d.ReadUnlock(token) }
	}
	go func() {
		for done.Load() == 0 {
			loop()
			bump(sections)
		}
		close(ended)
	}()
	return func() { done.Store(1); <-ended }
}
