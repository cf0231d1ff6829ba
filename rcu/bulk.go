package rcu

import (
	"unsafe"

	"readmostly/internal/mem"
)

// By the end of a grace period an object is cold, and a linked list of objects
// costs one cache miss each before the next can even be asked for. An array of
// handles, a page at a time, has eight on a line, needs no touch of the objects,
// and hands them to the allocator in bulk. The list stays as the fallback, and
// waiting on the spot as the fallback of that:
//
//	a page can be had        the handle goes to the page
//	none, the object links   the object goes to the chain of the same segment
//	none, it has no link     Synchronize, and free it at once
//
// The segments are those of callbacks.go, with its rule for cookies: a page that
// has been closed under a cookie takes no more handles.
//
// Source: kernel/rcu/tree.c, kvfree_call_rcu, kvfree_rcu_mightsleep; P. McKenney,
// "Re: [RFC-PATCH 1/2] mm: Add __GFP_NO_LOCKS flag", LKML, 11 August 2020.

// pageBytes is what the handles of one page take.
const pageBytes = 4096

// handlesOf returns how many handles of a size are in a page.
func handlesOf(size int) int { return max(1, pageBytes/max(1, size)) }

// bulkScratch is how many chained objects are freed at once.
const bulkScratch = 64

// BulkFreer is what a [Bulk] must know about its objects. If it has the methods
// of [Links] too, objects can be chained where no page can be had.
type BulkFreer[H any] interface {
	// ReclaimBulk frees objects that no reader can see any more. It must not
	// keep the slice. The owner of the queue makes the calls. One that does not
	// return counts as made, as in [Links].
	ReclaimBulk(hs []H)
}

// chainer is the part of [Links] that the fallback needs.
type chainer[H any] interface {
	Next(h H) H
	SetNext(h, next H)
}

// Bulk is a [Callbacks] for the common case that the callback only frees: see
// there for who may call what. (Kernel: kfree_rcu.)
type Bulk[H any] struct {
	flow
	open []H // the page that is being filled, up to used
	used int

	freer BulkFreer[H]
	links Links[H] // nil if objects can't be chained
	claim Claimer[H]
	pages pagePool[H]

	next, waiting, done segment[H]
	scratch             []H // where chained objects gather
	_                   mem.Pad
}

// segment holds full pages and what had to be chained.
type segment[H any] struct {
	pages   [][]H
	handles int // in pages
	chain   list[H]
}

func (s *segment[H]) len() int { return s.handles + s.chain.n }

// join moves the objects of m to s, whose order nobody is promised.
func (s *segment[H]) join(links Links[H], m *segment[H]) {
	if len(s.pages) == 0 {
		s.pages, m.pages = m.pages, s.pages
	} else {
		s.pages = append(s.pages, m.pages...)
		clear(m.pages)
		m.pages = m.pages[:0]
	}
	s.handles, m.handles = s.handles+m.handles, 0
	s.chain.join(links, &m.chain)
}

// NewBulk returns an empty queue for objects that the readers of d use. It needs
// [Bulk.Close] when it is not used any more.
func NewBulk[H any](d Domain, f BulkFreer[H], o Options) *Bulk[H] {
	b := &Bulk[H]{freer: f, scratch: make([]H, 0, bulkScratch)}
	if l, ok := f.(chainer[H]); ok {
		b.links = chainLinks[H]{l}
	}
	b.claim, _ = f.(Claimer[H])
	var h H
	o = o.withDefaults()
	b.pages.init(o, handlesOf(int(unsafe.Sizeof(h))))
	b.init(d, o, b)
	return b
}

// chainLinks makes Links of what can be chained. Its callback is never called.
type chainLinks[H any] struct{ chainer[H] }

func (chainLinks[H]) Reclaim(H) {}

// Free adds an object that has been unlinked: it will be among those of a
// ReclaimBulk once no reader can see it any more. Free obeys the rules of
// [Callbacks.Call], and so does what it returns.
func (b *Bulk[H]) Free(h H) bool {
	q, used := b.queued.Load()+1, b.used
	if q >= b.due || uint(used) >= uint(len(b.open)) || b.claim != nil {
		return b.freeAndLook(h)
	}
	b.open[used] = h
	b.used = used + 1
	mem.StoreRelaxed(&b.queued, q)
	return true
}

func (b *Bulk[H]) freeAndLook(h H) bool {
	if !b.add(h, true) {
		return false
	}
	if b.queued.Load() >= b.due {
		b.advance()
	}
	return true
}

// Add is Free that neither waits nor calls ReclaimBulk, as [Callbacks.Add] is
// for Call. Where an object has no link, the page is allocated beyond the budget.
func (b *Bulk[H]) Add(h H) bool { return b.add(h, false) }

func (b *Bulk[H]) add(h H, mayWait bool) bool {
	if b.closed {
		bump(&b.refused)
		return false
	}
	if b.claim != nil && !b.claim.Claim(h) {
		reportDouble()
		return true
	}
	switch {
	case b.page():
		b.put(h)
	case b.links != nil:
		b.next.chain.push(b.links, h)
		bump(&b.chained)
	case mayWait && !b.running && b.synchronize():
		bump(&b.queued)
		bump(&b.synchronized)
		b.called(func() { b.free(append(b.scratch[:0], h)) })
		return true
	default:
		b.open = b.pages.force()
		b.put(h)
	}
	bump(&b.queued)
	return true
}

// page makes sure that the open page has room. It reports false if no page can
// be had.
func (b *Bulk[H]) page() bool {
	if b.used < len(b.open) {
		return true
	}
	b.closePage()
	b.open = b.pages.take()
	return b.open != nil
}

func (b *Bulk[H]) put(h H) {
	b.open[b.used] = h
	b.used++
}

// closePage moves the open page to next.
func (b *Bulk[H]) closePage() {
	if b.used > 0 {
		b.next.pages = append(b.next.pages, b.open[:b.used])
		b.next.handles += b.used
	}
	b.open, b.used = nil, 0
}

// synchronize waits for readers here and now. It reports false if the domain
// refused, as it does in checked mode inside a section.
func (b *Bulk[H]) synchronize() bool {
	c := b.domain.GetState()
	b.outside(func() { b.domain.Cond(c) })
	return b.domain.Poll(c)
}

// free reclaims objects whose grace period has ended.
func (b *Bulk[H]) free(hs []H) {
	if b.claim != nil {
		for _, h := range hs {
			b.claim.Unclaim(h)
		}
	}
	defer b.freed(hs) // also if it does not return
	b.freer.ReclaimBulk(hs)
}

func (b *Bulk[H]) freed(hs []H) {
	mem.StoreRelease(&b.invoked, b.invoked.Load()+uint64(len(hs))) // behind queued, for Len
	clear(hs)
}

// Close is [Callbacks.Close], and gives the pages back.
func (b *Bulk[H]) Close() {
	b.flow.Close()
	b.pages.drop()
}

// The segments, driven by flow.

func (b *Bulk[H]) shut() {
	b.closePage()
	b.waiting.join(b.links, &b.next)
}

func (b *Bulk[H]) ripen() { b.done.join(b.links, &b.waiting) }

func (b *Bulk[H]) reclaim(limit int) {
	s := &b.done
	for limit > 0 && len(s.pages) > 0 {
		limit -= b.reclaimPage(limit)
	}
	for limit > 0 && s.chain.n > 0 {
		hs := b.scratch[:0]
		for ; limit > 0 && s.chain.n > 0 && len(hs) < cap(hs); limit-- {
			hs = append(hs, s.chain.pop(b.links))
		}
		b.free(hs)
	}
}

// reclaimPage frees up to limit objects of the last page, and returns how many.
func (b *Bulk[H]) reclaimPage(limit int) (n int) {
	s := &b.done
	last := len(s.pages) - 1
	page := s.pages[last]
	n = min(limit, len(page))
	s.handles -= n
	if n < len(page) {
		s.pages[last] = page[:len(page)-n]
	} else {
		s.pages[last] = nil
		s.pages = s.pages[:last]
		defer b.pages.give(page)
	}
	b.free(page[len(page)-n:])
	return n
}

func (b *Bulk[H]) sizes() (next, waiting, done int) {
	return b.next.len() + b.used, b.waiting.len(), b.done.len()
}
