package rcu

import (
	"sync"
	"testing"
)

// fakeDomain is a domain whose grace periods begin and end when the test says so
// or, when auto is set, whenever somebody looks.
type fakeDomain struct {
	mu   sync.Mutex
	cond sync.Cond
	seq  uint64
	auto bool
	// onWait, if not nil, is called by whoever is about to wait for readers.
	onWait func()

	starts, polls, waits int
}

func newFake(auto bool) *fakeDomain {
	d := &fakeDomain{auto: auto}
	d.cond.L = &d.mu
	return d
}

func (d *fakeDomain) begin() { d.mu.Lock(); d.seq |= seqInProgress; d.mu.Unlock() }

// end ends the grace period under way or, if there is none, a whole one.
func (d *fakeDomain) end() {
	d.mu.Lock()
	d.seq = (d.seq | seqInProgress) + 1
	d.mu.Unlock()
	d.cond.Broadcast()
}

func (d *fakeDomain) setAuto(auto bool) {
	d.mu.Lock()
	d.auto = auto
	d.mu.Unlock()
	d.cond.Broadcast()
}

func (d *fakeDomain) GetState() Cookie {
	d.mu.Lock()
	defer d.mu.Unlock()
	return seqSnap(d.seq)
}

func (d *fakeDomain) StartPoll() Cookie {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.starts++
	return seqSnap(d.seq)
}

func (d *fakeDomain) Poll(c Cookie) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.polls++
	d.settle(c)
	return seqDone(d.seq, c)
}

// settle lets an automatic domain reach the cookie. mu is held.
func (d *fakeDomain) settle(c Cookie) {
	if d.auto && !seqDone(d.seq, c) {
		d.seq = uint64(c)
	}
}

func (d *fakeDomain) Cond(c Cookie) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if seqDone(d.seq, c) {
		return
	}
	d.waits++
	if d.onWait != nil {
		d.mu.Unlock()
		func() {
			defer d.mu.Lock() // it need not return
			d.onWait()
		}()
	}
	for d.settle(c); !seqDone(d.seq, c); d.settle(c) {
		d.cond.Wait()
	}
}

func (d *fakeDomain) Synchronize()          { d.Cond(d.GetState()) }
func (d *fakeDomain) SynchronizeExpedited() { d.Synchronize() }
func (d *fakeDomain) Stats() Stats          { return Stats{} }

// objects is a set of things that are let go, named by their index, which counts
// how often each was reclaimed. Its methods are those of Links and BulkFreer.
type objects struct {
	link      []int
	reclaimed []int
	order     []int
	bulks     []int     // the sizes of the bulk frees
	onReclaim func(int) // may be nil
}

func newObjects(n int) *objects {
	return &objects{link: make([]int, n), reclaimed: make([]int, n)}
}

func (o *objects) Next(h int) int          { return o.link[h] }
func (o *objects) SetNext(h int, next int) { o.link[h] = next }

func (o *objects) Reclaim(h int) {
	o.reclaimed[h]++
	o.order = append(o.order, h)
	if o.onReclaim != nil {
		o.onReclaim(h)
	}
}

func (o *objects) ReclaimBulk(hs []int) {
	o.bulks = append(o.bulks, len(hs))
	for _, h := range hs {
		o.Reclaim(h)
	}
}

// headless is objects without links.
type headless struct{ o *objects }

func (h headless) ReclaimBulk(hs []int) { h.o.ReclaimBulk(hs) }

// wantReclaimed fails unless exactly the first n objects were reclaimed, once.
func (o *objects) wantReclaimed(t *testing.T, n int) {
	t.Helper()
	for h, got := range o.reclaimed {
		want := 0
		if h < n {
			want = 1
		}
		if got != want {
			t.Fatalf("object %d reclaimed %d times, want %d (the first %d once)", h, got, want, n)
		}
	}
}

// ownerQueue is what Callbacks and Bulk have in common.
type ownerQueue interface {
	Add(h int) bool
	Poll()
	Barrier()
	Close()
	Len() int
	Stats() CallbackStats
}

// queueKinds are the ways in which an owner can let go.
var queueKinds = []struct {
	name string
	make func(d Domain, o *objects, opts Options) (q ownerQueue, call func(int) bool)
}{
	{"call", func(d Domain, o *objects, opts Options) (ownerQueue, func(int) bool) {
		c := NewCallbacks(d, o, opts)
		return c, c.Call
	}},
	{"bulk", func(d Domain, o *objects, opts Options) (ownerQueue, func(int) bool) {
		b := NewBulk(d, o, opts)
		return b, b.Free
	}},
	{"bulk without pages", func(d Domain, o *objects, opts Options) (ownerQueue, func(int) bool) {
		opts.Memory = NewBudget(0)
		b := NewBulk(d, o, opts)
		return b, b.Free
	}},
	{"bulk with one page", func(d Domain, o *objects, opts Options) (ownerQueue, func(int) bool) {
		opts.Memory = NewBudget(1)
		b := NewBulk(d, o, opts)
		return b, b.Free
	}},
}

type queueMaker = func(d Domain, o *objects, opts Options) (ownerQueue, func(int) bool)

// eachQueue runs test for all kinds of queue.
func eachQueue(t *testing.T, test func(t *testing.T, make queueMaker)) {
	for _, k := range queueKinds {
		t.Run(k.name, func(t *testing.T) { test(t, k.make) })
	}
}
