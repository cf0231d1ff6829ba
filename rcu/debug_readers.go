//go:build rcudebug

package rcu

import (
	"slices"

	"readmostly/internal/mem"
)

// What the readers of each flavour check of themselves. The list of sections
// knows outermost sections only, except for sched and srcu, whose readers keep
// no state.

// readers numbers the classic readers, from 1, as they enter their first section.
var readers mem.Uint64

// A token of the checked mode names the reader and the section, counted from 1.
const serialBits = 40

// openToken is a section under way and the mark that its end puts back.
type openToken struct {
	token Token
	mark  uint64
}

// enterClassic is ReadLock.
func (s *section) enterClassic(r *ClassicReader) Token {
	if r.domain == nil {
		reportUnregistered("classic")
		return 0
	}
	if s.reader == 0 {
		s.reader = readers.Add(1)
	}
	m := r.mark.Load()
	if m != inside {
		s.id = r.domain.sections.enter()
		mem.StoreRelease(&r.mark, inside)
		n := r.next.Load()
		r.seen.Store(n)
		m = n&^fencedBit + 1
	}
	s.serial++
	t := Token(s.reader<<serialBits | s.serial)
	s.tokens = append(s.tokens, openToken{t, m})
	return t
}

// exitClassic is ReadUnlock. The section of a token that comes too early ends with
// those that began in it.
func (s *section) exitClassic(r *ClassicReader, t Token) {
	if r.domain == nil {
		reportUnregistered("classic")
		return
	}
	last := len(s.tokens) - 1
	at := slices.IndexFunc(s.tokens, func(o openToken) bool { return o.token == t })
	switch reader, serial := uint64(t)>>serialBits, uint64(t)&(1<<serialBits-1); {
	case at == last && at >= 0:
		if last == 0 {
			r.domain.sections.leave(s.id)
		}
		mem.StoreRelease(&r.mark, s.tokens[last].mark)
		s.tokens = s.tokens[:last]
	case at >= 0:
		r.domain.sections.unbalanced("ReadUnlock of a section before the one that began in it")
		s.tokens[at+1].mark = s.tokens[at].mark
		s.tokens = slices.Delete(s.tokens, at, at+1)
	case reader != 0 && reader != s.reader:
		r.domain.sections.unbalanced("ReadUnlock with the token of another reader")
	case serial != 0 && serial <= s.serial:
		r.domain.sections.unbalanced("ReadUnlock with a token that has been used")
	default:
		r.domain.sections.unbalanced("ReadUnlock with what no ReadLock returned")
	}
}

// join lists a reader that is online from its registration on, as nobody's: the
// goroutine that registers a reader need not be the one that uses it.
func (s *section) join(r *QSBRReader) {
	s.id = r.domain.sections.enter()
	r.domain.sections.setOwner(s.id, 0)
}

func (s *section) enterQSBR(r *QSBRReader) {
	if !r.registered() {
		return
	}
	if me, _ := caller(); r.Held() {
		r.domain.sections.setOwner(s.id, me)
	}
	if !r.Held() {
		report(Violation{Kind: DereferenceOutsideReader, Domain: "qsbr", Detail: "ReadLock by a reader that is offline"})
	}
	s.depth++
}

func (s *section) exitQSBR(r *QSBRReader) {
	if !r.registered() {
		return
	}
	if s.depth == 0 {
		r.domain.sections.unbalanced("ReadUnlock without ReadLock")
		return
	}
	s.depth--
}

func (s *section) quiescent(r *QSBRReader) {
	if r.Held() {
		s.offline(r)
	}
	s.id = r.domain.sections.enter()
}

func (s *section) offline(r *QSBRReader) {
	if s.depth > 0 {
		r.domain.sections.unbalanced("quiescent state between ReadLock and ReadUnlock")
	}
	if r.Held() {
		r.domain.sections.leave(s.id)
	}
}

func (s *section) online(r *QSBRReader) {
	if !r.Held() {
		s.id = r.domain.sections.enter()
	}
}

// checkEnter returns a token that carries the number of the section.
func (d *SRCU) checkEnter(set uint64) Token {
	return Token(d.sections.enter()<<1 | set)
}

func (d *SRCU) checkExit(t Token) bool { return d.sections.leave(uint64(t >> 1)) }
