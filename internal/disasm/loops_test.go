package disasm

import (
	"fmt"
	"strings"
	"testing"
)

// TestLoops finds an inner and an outer loop, without what leaves them, and takes a
// jump back from outside for none.
func TestLoops(t *testing.T) {
	var code []Instr
	for i, text := range strings.Split("JMP 0x2|INCQ AX|CMPQ AX, BX|JLE 0x9|MOVQ (CX), CX|TESTQ CX, CX|JL 0x1|CMPQ (CX), DX|JNE 0x4|RET|JMP 0x9", "|") {
		code = append(code, Instr{Addr: uint64(i), Text: text})
	}
	var got []string
	for _, loop := range Loops(code) {
		got = append(got, fmt.Sprintf("%d-%d:%d", loop[0].Addr, loop[len(loop)-1].Addr, len(loop)))
	}
	if want := "[4-8:5 1-8:8]"; fmt.Sprint(got) != want {
		t.Errorf("loops %v, want %v", got, want)
	}
}

// TestAside: what is aside, and what is only executed with it, is no part of a loop
// nor of a way to the end; a loop or an end that cannot do without is gone.
func TestAside(t *testing.T) {
	locks := func(i Instr) bool { return i.Op() == "XCHGQ" }
	for _, test := range []struct {
		code, loop string
		returns    bool
	}{
		{"CMPQ AX, BX|JB 0x5|MOVQ AX, DX|XCHGQ DX, (CX)|INCQ DX|DECQ BX|JNE 0x0|RET", "0 1 5 6", true},
		{"CMPQ AX, BX|XCHGQ DX, (CX)|JNE 0x0|RET", "", false},
	} {
		var code []Instr
		for i, text := range strings.Split(test.code, "|") {
			code = append(code, Instr{Addr: uint64(i), Text: text})
		}
		var at []string
		for _, loop := range LoopsWithout(code, locks) {
			for _, i := range loop {
				at = append(at, fmt.Sprint(i.Addr))
			}
		}
		if got := strings.Join(at, " "); got != test.loop {
			t.Errorf("%s: loop of %q, want %q", test.code, got, test.loop)
		}
		if got := ReturnsWithout(code, locks); got != test.returns {
			t.Errorf("%s: comes to its end: %v, want %v", test.code, got, test.returns)
		}
	}
}
