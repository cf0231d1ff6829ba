package hazard

import (
	"runtime"
	"strconv"
	"sync"
	"testing"

	"readmostly/internal/mem"
)

// pool is type-stable memory: buffers that are never freed but reused at once,
// and poisoned in between. Reference i is buffer i; 0 is none.
type pool struct {
	buffers [1024]struct{ a, b mem.Uint64 }
	mu      sync.Mutex
	free    []uint64
}

func newPool() *pool {
	p := new(pool)
	for i := 1; i < len(p.buffers); i++ {
		p.free = append(p.free, uint64(i))
	}
	return p
}

func (p *pool) get(v uint64) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	ref := p.free[len(p.free)-1]
	p.free = p.free[:len(p.free)-1]
	p.buffers[ref].a.Store(v)
	p.buffers[ref].b.Store(^v)
	return ref
}

func (p *pool) put(refs []uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ref := range refs {
		p.buffers[ref].b.Store(0)
		p.buffers[ref].a.Store(0)
	}
	p.free = append(p.free, refs...)
}

// TestReuse exchanges the current buffer all the time while readers look at it:
// a protected buffer is never poisoned nor filled anew. Updaters come and go.
func TestReuse(t *testing.T) {
	everyKind(t, func(t *testing.T, kind Option) {
		for _, procs := range []int{1, 2, 8} {
			t.Run("procs="+strconv.Itoa(procs), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				reuse(t, kind)
			})
		}
	})
}

func reuse(t *testing.T, kind Option) {
	const readers, updaters, lives, updates = 3, 2, 4, 1500
	d := NewDomain(2, kind, Threshold(8))
	p := newPool()
	var current, done mem.Uint64
	current.Store(p.get(1))

	var wg sync.WaitGroup
	for u := range updaters {
		wg.Go(func() {
			for life := range lives {
				me := d.Register(p.put)
				for i := range updates {
					ref := p.get(uint64(u+1)<<40 | uint64(life)<<20 | uint64(i))
					me.Retire(current.Swap(ref))
				}
				me.Unregister()
			}
			done.Add(1)
		})
	}
	for r := range readers {
		wg.Go(func() {
			me := d.Register(p.put)
			defer me.Unregister()
			slot := r % 2
			for done.Load() < updaters {
				ref := me.ProtectFrom(slot, &current)
				buf := &p.buffers[ref]
				a, b, again := buf.a.Load(), buf.b.Load(), buf.a.Load()
				if b != ^a || again != a {
					t.Errorf("buffer %d changed while protected: %#x %#x %#x", ref, a, b, again)
					break
				}
				if s := d.Stats(); s.Reclaimed > s.Retired {
					t.Errorf("stats %+v", s)
				}
				slot ^= 1 // so that two protections overlap
			}
		})
	}
	wg.Wait()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	const want = updaters * lives * updates
	if s := d.Stats(); s.Retired != want || s.Waiting() != 0 {
		t.Errorf("stats %+v, want %d retired and reclaimed", s, want)
	}
	if got := len(p.free); got != len(p.buffers)-2 {
		t.Errorf("%d buffers are free, want %d: all but buffer 0 and the current", got, len(p.buffers)-2)
	}
}
