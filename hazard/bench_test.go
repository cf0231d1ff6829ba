package hazard

import (
	"testing"

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
