package rcu

import (
	"sync"

	"readmostly/internal/mem"
)

// shard is one part of the queue. Callers pick that of their P, so that they
// seldom meet.
type shard struct {
	_          mem.Pad
	mu         sync.Mutex
	head, tail *Head
	closed     bool
	queued     mem.Uint64 // written under mu
	invoked    mem.Uint64 // written by the goroutine
}

func (r *Reclaimer) shard() *shard {
	p := mem.Pin()
	mem.Unpin()
	return &r.shards[p&(len(r.shards)-1)]
}

// push appends h and returns the number of objects that came here so far. It
// reports false if the shard is closed, to all but barriers.
func (s *shard) push(h *Head) (queued uint64, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.state.Load() == headWaiting {
		if s.closed {
			return 0, false
		}
		bump(&s.queued)
	}
	if s.head == nil {
		s.head = h
	} else {
		s.tail.next = h
	}
	s.tail = h
	return s.queued.Load(), true
}

// take empties the shard.
func (s *shard) take() *Head {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.head
	s.head, s.tail = nil, nil
	return h
}

func (s *shard) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
}

func (s *shard) len() int {
	invoked := s.invoked.Load() // first, as it follows queued
	return int(s.queued.Load() - invoked)
}
