package rcu

import (
	"runtime"
	"strconv"
	"sync"
	"testing"
	"unsafe"

	"readmostly/internal/mem"
)

// TestNesting covers rule 10: only the outermost exit ends the section.
func TestNesting(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		r := newReader()
		defer r.leave()
		const depth = 5
		for range depth {
			r.lock()
		}
		c := d.StartPoll()
		early := 0
		for range depth - 1 {
			r.unlock()
			for range 50 {
				if d.Poll(c) {
					early++
				}
			}
		}
		r.unlock()
		if early != 0 {
			t.Error("an inner exit ended the section")
		}
		finish(f, d, r)
		if !d.Poll(c) {
			t.Error("not done after a Synchronize that followed")
		}
	})
}

func TestQSBRNesting(t *testing.T) {
	d := NewQSBR()
	r := d.Register()
	defer r.Unregister()
	r.ReadLock()
	r.ReadLock()
	c := d.StartPoll()
	r.ReadUnlock()
	r.ReadUnlock()
	if d.Poll(c) {
		t.Error("done before the quiescent state")
	}
	r.QuiescentState()
	if !d.Poll(c) {
		t.Error("not done after the quiescent state")
	}
	r.Synchronize()
	if !r.Held() {
		t.Error("offline after Synchronize")
	}
	r.Offline()
	r.Synchronize()
	if r.Held() {
		t.Error("online after an offline reader's Synchronize")
	}
}

func TestClassicHeld(t *testing.T) {
	d := NewClassic()
	r := d.Register()
	steps := classicSteps(r)
	for depth, step := range []func(){steps.lock, steps.lock, steps.unlock} {
		step()
		if !r.Held() {
			t.Errorf("step %d: not held", depth)
		}
	}
	mustPanic(t, "Unregister inside a section", r.Unregister)
	steps.unlock()
	if r.Held() {
		t.Error("held outside")
	}
	r.Unregister()
	mustPanic(t, "Unregister twice", r.Unregister)
}

func TestReadersKeepApart(t *testing.T) {
	const block = 2 * mem.FalseSharingRange
	header := uintptr(0) // see runtime/mbitmap.go, minSizeForMallocHeader
	if strconv.IntSize == 32 {
		header = 8
	}
	if n := header + unsafe.Sizeof(ClassicReader{}); n != block {
		t.Errorf("a classic reader takes %d bytes with the allocator's header, want %d", n, block)
	}
	d := NewClassic()
	for range 20 {
		r := d.Register()
		defer r.Unregister()
		if at := uintptr(unsafe.Pointer(&r.mark)) % block; at != header {
			t.Errorf("a mark is %d bytes into its block, want %d", at, header)
		}
	}
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", what)
		}
	}()
	f()
}

func TestFenced(t *testing.T) {
	if !NewClassic(Fenced()).Fenced() {
		t.Error("not fenced though asked for")
	}
	if got, want := NewClassic().Fenced(), !mem.Asymmetric(); got != want {
		t.Errorf("Fenced() = %v by default, want %v", got, want)
	}
}

// TestNeverIdle covers rule 11 in its sharpest form: there is no moment at which
// nobody is inside, as each section begins before the last one ends. A grace
// period must come to its end all the same.
func TestNeverIdle(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		if !f.canYield {
			t.Skip("sections that never end on a P would be one section: see TestTightLoop")
		}
		d, newReader := f.make()
		var wg sync.WaitGroup
		var done mem.Uint64
		wg.Go(func() {
			a, b := newReader(), newReader()
			a.lock()
			for n := 0; done.Load() == 0; n++ {
				b.lock()
				a.unlock()
				a, b = b, a
				if n%32 == 0 {
					runtime.Gosched()
				}
			}
			a.unlock()
			a.leave()
			b.leave()
		})
		f.repeat(200, func(int) {
			d.Synchronize()
			pollUntilDone(d)
		})
		done.Store(1)
		wg.Wait()
	})
}

func TestTightLoop(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		stop := startReaders(f, newReader, 2, func(int) {})
		f.repeat(200, func(int) {
			d.Synchronize()
		})
		stop()
	})
}

// TestJoinAndLeave covers rule 15: readers come and go while grace periods run,
// and are waited for from their first section on.
func TestJoinAndLeave(t *testing.T) {
	eachFlavour(t, func(t *testing.T, f testFlavour) {
		d, newReader := f.make()
		p := newPipe()
		var done mem.Uint64
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for n := 0; done.Load() == 0; n++ {
					var rs [3]testReader
					for i := range rs {
						rs[i] = newReader()
						rs[i].lock()
						p.read(f, n)
						rs[i].unlock()
						if f.name == "qsbr" {
							rs[i].leave() // online, it would wait for its siblings
						}
					}
					if f.name != "qsbr" {
						for _, r := range rs {
							r.leave()
						}
					}
					runtime.Gosched()
				}
			})
		}
		f.repeat(800, func(i int) {
			p.update(func() { waysToWait[i%len(waysToWait)].wait(d) })
		})
		done.Store(1)
		wg.Wait()
		if n := p.errors.Load(); n != 0 {
			t.Errorf("%d sections saw their element age", n)
		}
		if n := d.Stats().Readers; n != 0 {
			t.Errorf("%d readers left over", n)
		}
	})
}

// TestJoinDuringGracePeriod opens a grace period over one reader and lets others
// come, stay inside, and go: it must wait for the first one and no other.
func TestJoinDuringGracePeriod(t *testing.T) {
	d := NewClassic()
	old := d.Register()
	token := old.ReadLock()
	c := d.StartPoll()
	if d.Poll(c) {
		t.Fatal("done while a reader is inside")
	}
	var late []testReader
	for range 3 * registryMin { // the table is replaced meanwhile
		r := classicSteps(d.Register())
		r.lock()
		late = append(late, r)
	}
	if d.Poll(c) {
		t.Error("done while the old reader is inside")
	}
	next := d.StartPoll()
	old.ReadUnlock(token)
	old.Unregister()
	if !d.Poll(c) {
		t.Error("held up by readers that came later")
	}
	if d.Poll(next) {
		t.Error("done while readers that were there are inside")
	}
	for _, r := range late {
		r.unlock()
		r.leave()
	}
	if !d.Poll(next) {
		t.Error("not done though nobody is inside")
	}
}

// TestOfflineReaderMayBlock covers the rest of rule 15.
func TestOfflineReaderMayBlock(t *testing.T) {
	d := NewQSBR()
	blocked, wake := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		r := d.Register()
		defer r.Unregister()
		r.Offline()
		blocked <- true
		<-wake
		r.Online()
	})
	<-blocked
	d.Synchronize()
	wake <- true
	wg.Wait()
}

func TestRegistry(t *testing.T) {
	var g registry[int]
	var places []int
	values := make([]int, 5*registryMin)
	for i := range values {
		places = append(places, g.add(&values[i]))
	}
	for i := 0; i < len(values); i += 2 {
		g.remove(places[i], &values[i])
	}
	found := map[*int]bool{}
	table := g.load()
	for i := range table {
		if v := table[i].Load(); v != nil {
			if found[v] {
				t.Error("listed twice")
			}
			found[v] = true
		}
	}
	for i := range values {
		if want := i%2 == 1; found[&values[i]] != want {
			t.Errorf("reader %d: listed %v, want %v", i, !want, want)
		}
	}
	if g.len() != len(values)/2 {
		t.Errorf("len = %d, want %d", g.len(), len(values)/2)
	}
	mustPanic(t, "removing twice", func() { g.remove(places[0], &values[0]) })
	before := len(table)
	for i := 0; i < len(values); i += 2 {
		g.add(&values[i])
	}
	for range 10 * before { // more than there are places
		var v int
		g.remove(g.add(&v), &v)
	}
	if after := len(g.load()); after != before {
		t.Errorf("the table grew from %d to %d though places were free", before, after)
	}
}
