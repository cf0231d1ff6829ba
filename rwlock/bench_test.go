package rwlock

import (
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// guarded is what the locks guard, and sink where sums of it end up.
var (
	guarded int
	sink    mem.Uint64
)

func BenchmarkRead(b *testing.B) {
	var l RWLock
	b.RunParallel(func(pb *testing.PB) {
		sum := 0
		for pb.Next() {
			l.RLock()
			sum += guarded
			l.RUnlock()
		}
		sink.Add(uint64(sum))
	})
}

// BenchmarkReadSync is the standard library's lock, to compare with.
func BenchmarkReadSync(b *testing.B) {
	var l sync.RWMutex
	b.RunParallel(func(pb *testing.PB) {
		sum := 0
		for pb.Next() {
			l.RLock()
			sum += guarded
			l.RUnlock()
		}
		sink.Add(uint64(sum))
	})
}

func BenchmarkWrite(b *testing.B) {
	var l RWLock
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			l.Lock()
			guarded++
			l.Unlock()
		}
	})
}

func BenchmarkSpin(b *testing.B) {
	var w mem.Uint64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			SpinLock(&w)
			guarded++
			SpinUnlock(&w)
		}
	})
}
