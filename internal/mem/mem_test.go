package mem

import (
	"runtime"
	"sync"
	"testing"
)

func TestStores(t *testing.T) {
	var w Uint64
	for _, store := range []func(*Uint64, uint64){StoreRelaxed, StoreRelease} {
		store(&w, 42)
		if got := w.Load(); got != 42 {
			t.Fatalf("loaded %d after storing 42", got)
		}
		w.Store(0)
	}
}

// TestStoreBuffering is the litmus that separates the stores: with x = y = 0,
// {x=1; r1=y} and {y=1; fence of all; r2=x} must never both read 0. The first
// side pays for a plain store only.
func TestStoreBuffering(t *testing.T) {
	if !Asymmetric() {
		t.Skip(AsymmetricError())
	}
	type padded struct {
		Uint64
		_ Pad
	}
	var x, y, round, seen padded
	const rounds = 20000
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := uint64(1); i <= rounds; i++ {
			for n := 0; round.Load() != i; n++ {
				Spin(n)
			}
			StoreRelease(&x.Uint64, i)
			r1 := y.Load()
			seen.Store(i<<1 | b2u(r1 == i))
		}
	}()
	for i := uint64(1); i <= rounds; i++ {
		round.Store(i)
		StoreRelease(&y.Uint64, i)
		HeavyFence()
		r2 := x.Load()
		for n := 0; seen.Load()>>1 != i; n++ {
			Spin(n)
		}
		if r2 != i && seen.Load()&1 == 0 {
			t.Fatalf("round %d: neither side saw the other's store", i)
		}
	}
	wg.Wait()
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func TestPinNests(t *testing.T) {
	a := Pin()
	b := Pin()
	Unpin()
	Unpin()
	if a != b {
		t.Errorf("pinned to P %d, then to P %d", a, b)
	}
	if n := runtime.GOMAXPROCS(0); a < 0 || a >= n {
		t.Errorf("P %d out of range [0, %d)", a, n)
	}
}

func TestSpinEndsForAStalledPeer(t *testing.T) {
	Pause(0)
	for n := range spinYields + 3 {
		Spin(n)
	}
}

func TestYieldToKernel(t *testing.T) {
	if YieldToKernel(true) || !YieldToKernel(true) {
		t.Error("what was said before isn't returned")
	}
	defer YieldToKernel(false)
	for n := range spinYields {
		if !TrySpin(n) {
			t.Errorf("the wait number %d would sleep", n)
		}
	}
	if TrySpin(spinYields) {
		t.Errorf("the wait number %d would not sleep", spinYields)
	}
}

func BenchmarkStoreRelease(b *testing.B) {
	var w Uint64
	for i := range b.N {
		StoreRelease(&w, uint64(i))
	}
}

func BenchmarkStore(b *testing.B) {
	var w Uint64
	for i := range b.N {
		w.Store(uint64(i))
	}
}

func BenchmarkPinUnpin(b *testing.B) {
	for range b.N {
		Pin()
		Unpin()
	}
}

func BenchmarkHeavyFence(b *testing.B) {
	if !Asymmetric() {
		b.Skip(AsymmetricError())
	}
	for range b.N {
		HeavyFence()
	}
}
