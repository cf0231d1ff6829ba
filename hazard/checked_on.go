//go:build rcudebug

package hazard

import "sync"

// pending is what all participants of a domain have retired and no scan has
// found free. A scan sees only what its own participant has retired, so two that
// retire the same reference are told apart here only.
type pending struct {
	mu   sync.Mutex
	refs map[uint64]struct{}
}

// add reports whether ref was absent, and puts it in.
func (p *pending) add(ref uint64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, twice := p.refs[ref]; twice {
		return false
	}
	if p.refs == nil {
		p.refs = map[uint64]struct{}{}
	}
	p.refs[ref] = struct{}{}
	return true
}

func (p *pending) remove(refs []uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ref := range refs {
		delete(p.refs, ref)
	}
}
