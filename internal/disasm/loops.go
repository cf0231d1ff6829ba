package disasm

import (
	"slices"
	"strconv"
	"strings"
)

// Loops returns the natural loops of a function compiled for amd64, each as its
// instructions in the order of their addresses, the smallest loop first. A loop has
// a head, which every way into it passes, and consists of what leads back to the
// head: what only leads out is not part of it, and an inner loop is part of the
// outer one too.
func Loops(code []Instr) [][]Instr { return LoopsWithout(code, func(Instr) bool { return false }) }

// LoopsWithout returns the loops that are left of a function where it never
// executes what is aside: neither that nor what is only executed with it is part of
// a loop.
func LoopsWithout(code []Instr, aside func(Instr) bool) [][]Instr {
	g := newFlow(code).without(func(i int) bool { return aside(code[i]) })
	bodies := map[int]map[int]bool{} // by the head
	for from, targets := range g.next {
		for _, to := range targets {
			if !g.passes(to, from) {
				continue
			}
			body := bodies[to]
			if body == nil {
				body = map[int]bool{to: true}
				bodies[to] = body
			}
			g.back(from, body)
		}
	}
	var all [][]Instr
	for _, body := range bodies {
		var loop []Instr
		for i, instr := range code {
			if body[i] {
				loop = append(loop, instr)
			}
		}
		all = append(all, loop)
	}
	slices.SortFunc(all, func(a, b []Instr) int { return len(a) - len(b) })
	return all
}

// A flow is which instructions may follow each other.
type flow struct{ next, before [][]int }

func newFlow(code []Instr) flow {
	at := map[uint64]int{}
	for i, instr := range code {
		at[instr.Addr] = i
	}
	g := flow{make([][]int, len(code)), make([][]int, len(code))}
	add := func(from, to int) {
		if to < len(code) {
			g.next[from] = append(g.next[from], to)
			g.before[to] = append(g.before[to], from)
		}
	}
	for i, instr := range code {
		op := instr.Op()
		if target, err := strconv.ParseUint(lastWord(instr.Text), 0, 64); err == nil && strings.HasPrefix(op, "J") {
			if to, ok := at[target]; ok {
				add(i, to)
			}
		}
		if op != "JMP" && op != "RET" && op != "UD2" && op != "INT" && !strings.Contains(instr.Call, "runtime.panic") && instr.Call != "runtime.gopanic" {
			add(i, i+1)
		}
	}
	return g
}

// ReturnsWithout reports whether a function compiled for amd64 may come to its end
// without executing what is aside.
func ReturnsWithout(code []Instr, aside func(Instr) bool) bool {
	g := newFlow(code).without(func(i int) bool { return aside(code[i]) })
	for i, instr := range code {
		if instr.Op() == "RET" && g.reached(i, -1) {
			return true
		}
	}
	return false
}

// without returns the flow that is left when nobody passes what is aside.
func (g flow) without(aside func(i int) bool) flow {
	left := flow{make([][]int, len(g.next)), make([][]int, len(g.next))}
	seen := map[int]bool{}
	for pending := []int{0}; len(pending) > 0; {
		i := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if seen[i] || aside(i) {
			continue
		}
		seen[i] = true
		pending = append(pending, g.next[i]...)
	}
	for i := range g.next {
		for _, to := range g.next[i] {
			if seen[i] && seen[to] {
				left.next[i] = append(left.next[i], to)
				left.before[to] = append(left.before[to], i)
			}
		}
	}
	return left
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

// passes reports whether an instruction can be reached from the function's
// beginning, and every way there passes place.
func (g flow) passes(place, to int) bool {
	return g.reached(to, -1) && (place == to || !g.reached(to, place))
}

// reached reports whether a way leads to an instruction that leaves out another.
func (g flow) reached(to, without int) bool {
	seen := map[int]bool{without: true}
	pending := []int{0}
	for len(pending) > 0 {
		i := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if seen[i] {
			continue
		}
		if i == to {
			return true
		}
		seen[i] = true
		pending = append(pending, g.next[i]...)
	}
	return false
}

// back adds the instructions from which the i-th is reached without leaving body by
// what is in it already.
func (g flow) back(i int, body map[int]bool) {
	for pending := []int{i}; len(pending) > 0; {
		i := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if !body[i] {
			body[i] = true
			pending = append(pending, g.before[i]...)
		}
	}
}
