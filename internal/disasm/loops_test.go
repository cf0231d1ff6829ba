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
