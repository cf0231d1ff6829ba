package seqlock

import (
	"testing"

	"readmostly/internal/mem"
)

var sink mem.Uint64

// BenchmarkRead reads two words in a read section; BenchmarkUnsync is the same
// without one.
func BenchmarkRead(b *testing.B) {
	var l SeqLock
	var x, y mem.Uint64
	b.RunParallel(func(pb *testing.PB) {
		sum := uint64(0)
		for pb.Next() {
			for {
				s := l.Begin()
				v := x.Load() + y.Load()
				if !l.Retry(s) {
					sum += v
					break
				}
			}
		}
		sink.Add(sum)
	})
}

func BenchmarkUnsync(b *testing.B) {
	var x, y mem.Uint64
	b.RunParallel(func(pb *testing.PB) {
		sum := uint64(0)
		for pb.Next() {
			sum += x.Load() + y.Load()
		}
		sink.Add(sum)
	})
}

func BenchmarkWrite(b *testing.B) {
	var l SeqLock
	var x, y mem.Uint64
	for b.Loop() {
		l.WriteLock()
		v := x.Load() + 1
		mem.StoreRelaxed(&x, v)
		mem.StoreRelaxed(&y, v)
		l.WriteUnlock()
	}
}

func BenchmarkReadExcl(b *testing.B) {
	var l SeqLock
	for b.Loop() {
		l.ReadLockExcl()
		l.ReadUnlockExcl()
	}
}
