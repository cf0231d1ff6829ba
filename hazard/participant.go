package hazard

import (
	"fmt"
	"unsafe"

	"readmostly/internal/mem"
)

// Participant is one reader and updater of a domain's objects. Only the
// goroutine that owns it at the moment may call its methods.
type Participant struct {
	domain  *Domain
	reclaim func([]uint64)
	words   []mem.Uint64 // the slots, for the owner: none once it has left
	slots   []mem.Uint64 // the slots, for scans
	memory  []mem.Uint64 // the slots, with a FalseSharingRange on either side
	fenced  bool

	_       mem.Pad // what follows is written by the owner, and only sampled by others
	retired []uint64
	waiting set      // what is in retired
	handing bool     // while the reclaim function runs
	hazards []uint64 // scratch of a scan: the slots' content
	free    []uint64 // scratch of a scan: what to reclaim
	counts  struct{ retired, reclaimed, scans mem.Uint64 }
	_       mem.Pad
}

const padWords = mem.FalseSharingRange / 8

// hotOffset is where in a cache line the slots begin. A reader stores to a slot
// just before it loads an object's first words, and some processors take the load
// for one of the slot's word if the low 12 bits of the addresses agree, which
// makes it wait. Slots that don't begin where objects do avoid that for objects
// whose first five words are all that a walk needs. (AMD Zen 4, measured here: a
// third less time for a walk of hazard pointers over a list of 16.)
const (
	hotOffset = 40
	lineBytes = 64
)

// memoryWords returns how many words so many slots are given.
func memoryWords(slots int) int { return padWords + lineBytes/8 + slots + padWords }

func newParticipant(d *Domain, reclaim func([]uint64)) *Participant {
	memory := make([]mem.Uint64, memoryWords(d.slots))
	first := padWords
	for uintptr(unsafe.Pointer(&memory[first]))%lineBytes != hotOffset {
		first++
	}
	slots := memory[first : first+d.slots : first+d.slots]
	return &Participant{domain: d, reclaim: reclaim, words: slots, slots: slots, memory: memory, fenced: d.fenced}
}

// Slot returns the i-th slot, for a loop that keeps it at hand and publishes
// with [Set] or, where [Domain.Fenced] says so, [SetFenced].
func (p *Participant) Slot(i int) *mem.Uint64 { return &p.words[i] }

// Slots returns all slots, side by side, for a loop that indexes them.
func (p *Participant) Slots() []mem.Uint64 { return p.words }

// Protect publishes ref in slot i, in place of what was there. ref is protected
// once the caller has loaded the place where it found ref again and it is still
// there, reachable. Then nobody reclaims it until the slot changes.
//
// Source: Michael 2004, figure 1 of "Hazard Pointers".
func (p *Participant) Protect(i int, ref uint64) {
	if p.fenced {
		SetFenced(&p.words[i], ref)
	} else {
		Set(&p.words[i], ref)
	}
}

// ProtectFrom loads a reference from src, protects it in slot i and validates
// it against src, until they agree. It returns the reference, or 0 if src holds
// none. src must be a place that lasts, or one inside an object that the caller
// protects and that isn't marked as removed.
//
// Source: folly/synchronization/Hazptr.h, hazptr_holder::protect.
func (p *Participant) ProtectFrom(i int, src *mem.Uint64) uint64 {
	ref := src.Load()
	for {
		p.Protect(i, ref)
		again := src.Load()
		if again == ref {
			return ref
		}
		ref = again
	}
}

// Clear ends the protection of slot i.
func (p *Participant) Clear(i int) { Set(&p.words[i], 0) }

// Retire hands over a reference that is not 0, once, after it has become
// unreachable for whoever doesn't protect it already. It will be reclaimed when
// nobody does. At the domain's threshold it scans. It panics, and retires
// nothing, if the participant has already retired ref and it is still waiting;
// in checked mode (-tags rcudebug), if any participant of the domain has.
//
// The participant's reclaim function may call it, as that of an object with
// children does. Then it never scans: the scan that the reclaim function was
// called from goes on with what was added.
//
// Source: Michael 2004, RetireNode.
func (p *Participant) Retire(ref uint64) {
	if ref == 0 || p.domain == nil {
		p.misuse(ref)
	}
	if !p.domain.pending.add(ref) || !p.waiting.add(ref) {
		p.twice(ref)
	}
	p.retired = append(p.retired, ref)
	bump(&p.counts.retired, 1)
	if uint64(len(p.retired)) >= p.domain.threshold.Load() && !p.handing {
		p.scanFull()
	}
}

// Retired returns how many references await this participant's next scan.
func (p *Participant) Retired() int { return len(p.retired) }

// Unregister clears the slots, scans, and leaves the domain. What is still
// protected by others is left to their scans. The participant can't be used
// again: all its methods panic, and a slot that is still at hand protects nothing.
// Unregister panics if it is called from the participant's own reclaim
// function.
func (p *Participant) Unregister() {
	p.mayScan("Unregister")
	for i := range p.words {
		p.Clear(i)
	}
	for again := true; again; {
		again = p.leave()
	}
	p.domain.remove(p)
	p.domain, p.retired, p.words = nil, nil, nil
}

// mayScan panics if the participant has left or is in the middle of a scan.
func (p *Participant) mayScan(what string) {
	if p.domain == nil {
		p.misuse(0)
	}
	if p.handing {
		panic("hazard: " + what + " in the participant's own reclaim function, which may only Retire")
	}
}

//go:noinline
func (p *Participant) misuse(ref uint64) {
	if p.domain == nil {
		panic("hazard: use of an unregistered participant")
	}
	panic("hazard: Retire of a zero reference")
}

//go:noinline
func (p *Participant) twice(ref uint64) {
	panic(fmt.Sprintf("hazard: Retire of %#x, which is retired and waits already", ref))
}
