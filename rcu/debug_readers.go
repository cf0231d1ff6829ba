//go:build rcudebug

package rcu

// What the readers of each flavour check of themselves. The list of sections
// knows outermost sections only, except for sched and srcu, whose readers keep
// no state.

func (s *section) enterClassic(r *ClassicReader) {
	switch r.mark.Load() & nestMask {
	case 0:
		s.id = r.domain.sections.enter()
	case nestMask:
		panic(Violation{Kind: UnbalancedExit, Domain: "classic", Detail: "sections nest too deep"})
	}
}

func (s *section) exitClassic(r *ClassicReader) bool {
	if r.domain == nil {
		reportUnregistered("classic")
		return false
	}
	switch r.mark.Load() & nestMask {
	case 0:
		r.domain.sections.unbalanced("ReadUnlock without ReadLock")
		return false
	case 1:
		r.domain.sections.leave(s.id)
	}
	return true
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
