package rcu

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"readmostly/internal/mem"
)

// unsafeDomain waits for nobody. The checks below must find it out, or they
// check nothing.
type unsafeDomain struct{ calls int }

func (d *unsafeDomain) Synchronize() {
	if d.calls++; d.calls%3 == 0 {
		runtime.Gosched()
	}
}

// delay makes the n-th section last for a while, now and then a long one.
func delay(f testFlavour, n int) {
	if n%16 == 0 && f.canYield {
		runtime.Gosched()
	} else {
		mem.Pause(uint32(1 + n%8))
	}
}

// startReaders runs section in readers of d until the returned function is
// called, which waits for them.
func startReaders(f testFlavour, newReader func() testReader, readers int, section func(n int)) (stop func()) {
	var done mem.Uint64
	var wg sync.WaitGroup
	for range readers {
		r := newReader()
		wg.Go(func() {
			defer r.leave()
			for n := 0; done.Load() == 0; n++ {
				r.lock()
				section(n)
				r.unlock()
				if n%64 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	return func() { done.Store(1); wg.Wait() }
}

// pipe is rcutorture's: an element that was unlinked ages by one with each grace
// period, until it is taken for use again. A reader that sees the element in
// its hand age has not been waited for.
type pipe struct {
	age     [32]mem.Uint64
	current mem.Uint64
	retired []uint64
	free    []uint64
	errors  mem.Uint64
}

const pipeLength = 10

func newPipe() *pipe {
	p := &pipe{}
	for i := 1; i < len(p.age); i++ {
		p.free = append(p.free, uint64(i))
	}
	return p
}

func (p *pipe) read(f testFlavour, n int) {
	e := p.current.Load()
	delay(f, n)
	if p.age[e].Load() != 0 {
		p.errors.Add(1)
	}
}

// update replaces the current element, waits, and lets all unlinked ones age.
func (p *pipe) update(wait func()) {
	e := p.free[0]
	p.free = p.free[1:]
	mem.StoreRelease(&p.age[e], 0)
	old := p.current.Load()
	mem.StoreRelease(&p.current, e)
	p.retired = append(p.retired, old)
	wait()
	var still []uint64
	for _, e := range p.retired {
		age := p.age[e].Load() + 1
		mem.StoreRelease(&p.age[e], age)
		if age < pipeLength {
			still = append(still, e)
		} else {
			p.free = append(p.free, e)
		}
	}
	p.retired = still
}

// TestPipeAge covers rule 6: no grace period is too short, however one waits.
func TestPipeAge(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		p := newPipe()
		stop := startReaders(f, newReader, 3, func(n int) { p.read(f, n) })
		f.repeat(1500, func(i int) {
			p.update(func() { waysToWait[i%len(waysToWait)].wait(d) })
		})
		stop()
		if n := p.errors.Load(); n != 0 {
			t.Errorf("%d sections saw their element age", n)
		}
	})
}

func TestPipeAgeFindsNoWaiting(t *testing.T) {
	f := testFlavours[0]
	_, newReader := f.make()
	d := &unsafeDomain{}
	p := newPipe()
	stop := startReaders(f, newReader, 3, func(n int) { p.read(f, n) })
	for p.errors.Load() == 0 {
		p.update(d.Synchronize)
	}
	stop()
}

// mailbox is {x=i; synchronize; y=i} against sections {r1=x; r2=y}.
type mailbox struct {
	x      mem.Uint64
	_      mem.Pad
	y      mem.Uint64
	_      mem.Pad
	errors mem.Uint64
}

func (l *mailbox) read(f testFlavour, n int) {
	r1 := l.x.Load()
	delay(f, n)
	if r2 := l.y.Load(); r2 > r1 {
		l.errors.Add(1)
	}
}

func (l *mailbox) update(wait func()) {
	i := l.x.Load() + 1
	mem.StoreRelease(&l.x, i)
	wait()
	mem.StoreRelease(&l.y, i)
}

// TestLitmusBothEnds covers rule 9: a section that sees what came after the
// grace period sees what came before it.
func TestLitmusBothEnds(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		var l mailbox
		stop := startReaders(f, newReader, 2, func(n int) { l.read(f, n) })
		f.repeat(1500, func(i int) {
			l.update(func() { waysToWait[i%len(waysToWait)].wait(d) })
		})
		stop()
		if n := l.errors.Load(); n != 0 {
			t.Errorf("%d sections saw y=1 and x=0", n)
		}
	})
}

func TestLitmusFindsNoWaiting(t *testing.T) {
	f := testFlavours[0]
	_, newReader := f.make()
	d := &unsafeDomain{}
	var l mailbox
	stop := startReaders(f, newReader, 2, func(n int) { l.read(f, n) })
	for l.errors.Load() == 0 {
		l.update(d.Synchronize)
	}
	stop()
}

// TestLitmusStoreBuffering is {y=k; synchronize; r2=x} against sections
// {x=n; r1=y}: section n comes before the k-th grace period, which then sees its
// store, or after the k-th unlink, which it then sees. It is what a plain store
// at the entry needs the other side's fence for. Both run freely, and the updater
// without the engine around the flavour, as the window is shorter than telling
// the other side to start takes, or a mutex.
func TestLitmusStoreBuffering(t *testing.T) {
	if runtime.GOMAXPROCS(0) == 1 {
		t.Skip("one processor sees its own stores")
	}
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		bare := d.(flavour)
		var x, y struct {
			mem.Uint64
			_ mem.Pad
		}
		r1 := make([]uint64, f.rounds(200_000)+2) // by n, from 1
		for n := range r1 {
			r1[n] = ^uint64(0) // a section that never was saw all
		}
		var ended mem.Uint64
		r := newReader()
		go func() {
			start := time.Now()
			for n := 1; n < len(r1)-1; n++ {
				if n%1024 == 0 {
					runtime.Gosched()
					if time.Since(start) > enough {
						break
					}
				}
				r.lock()
				mem.StoreRelease(&x.Uint64, uint64(n))
				r1[n] = y.Load()
				r.unlock()
				mem.Pause(uint32(1 + n%16))
			}
			r.leave()
			ended.Store(1)
		}()
		r2 := []uint64{0} // by k, from 1
		for ended.Load() == 0 {
			mem.StoreRelease(&y.Uint64, uint64(len(r2)))
			fullFence()
			bare.begin()
			for n := 0; !bare.quiet(); n++ {
				mem.Spin(n)
			}
			r2 = append(r2, x.Load())
		}
		for k := 1; k < len(r2); k++ {
			if n := r2[k] + 1; r1[n] < uint64(k) {
				t.Fatalf("section %d saw y=%d, and grace period %d saw x=%d", n, r1[n], k, r2[k])
			}
		}
	})
}
