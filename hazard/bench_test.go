package hazard

import (
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"readmostly/internal/mem"
)

// BenchmarkProtect publishes and validates.
func BenchmarkProtect(b *testing.B) {
	for _, tc := range []struct {
		name string
		opts []Option
	}{{"fence=default", nil}, {"fence=reader", []Option{Fenced()}}} {
		b.Run(tc.name, func(b *testing.B) {
			d := NewDomain(1, tc.opts...)
			var src mem.Uint64
			src.Store(1)
			b.RunParallel(func(pb *testing.PB) {
				p := d.Register(drop)
				defer p.Unregister()
				for pb.Next() {
					p.ProtectFrom(0, &src)
				}
			})
		})
	}
}

// BenchmarkScanFence is what the fence of a scan costs, alone and beside a peer
// that is running, as readers are: the median, as a fence during which the machine
// gives its processors to others takes as long as they please. Divided by what
// BenchmarkProtect saves per publication it is the break-even between the two
// forms: see the package's documentation.
func BenchmarkScanFence(b *testing.B) {
	if !mem.Asymmetric() {
		b.Skip("no asymmetric fence")
	}
	for _, peers := range []int{0, 1} {
		b.Run("peers="+strconv.Itoa(peers), func(b *testing.B) {
			var done, steps mem.Uint64
			var wg sync.WaitGroup
			for range peers {
				wg.Go(func() {
					for done.Load() == 0 {
						mem.StoreRelaxed(&steps, steps.Load()+1)
					}
				})
			}
			var took []float64
			for b.Loop() {
				before := steps.Load()
				for range 300 {
					mem.Pause(1)
				}
				began := steps.Load()
				start := time.Now()
				mem.HeavyFence()
				d := time.Since(start)
				if peers == 0 || began > before && steps.Load() > began {
					took = append(took, float64(d))
				}
			}
			done.Store(1)
			wg.Wait()
			if len(took) == 0 {
				b.Skip("the peer never ran")
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2], "p50-ns")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkRetire includes the scans.
func BenchmarkRetire(b *testing.B) {
	d := NewDomain(2)
	p := d.Register(drop)
	ref := uint64(0)
	for b.Loop() {
		ref++
		p.Retire(ref)
	}
	b.ReportMetric(float64(d.Stats().Scans)/float64(b.N), "scans/op")
}
