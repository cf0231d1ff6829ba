package disasm

import (
	"slices"
	"testing"
)

const amd64 = `TEXT readmostly/rcu.(*Reader).Lock(SB) /src/rcu.go
  rcu.go:72		0x247e87		90			NOPL							
  type.go:181		0x247e88		4d8b3f			MOVQ 0(R15), R15					
  classic.go:155	0x247e2c		e800000000		CALL 0x247e31						[1:5]R_CALL:readmostly/rcu.(*Reader).enter	
  type.go:190		0x247e90		f0480fc1		LOCK XADDQ AX, 0(CX)			

TEXT readmostly/rcu.snap(SB) /src/seq.go
  seq.go:20		0x17e			94000000		CALL 0(PC)				[0:0]R_USEIFACE:type:int [0:4]R_CALLARM64:runtime.convT64<1>	
`

const linked = `TEXT readmostly/rcu.(*Reader).Lock(SB) /src/rcu.go
  classic.go:186	0x6ae28f		e80c75efff		CALL readmostly/rcu.(*ClassicReader).enter(SB)		
  rcu.go:80		0x25c72c		97f8dfc1		CALL runtime.morestack_noctxt.abi0(SB)			
  run.go:57		0x6b3075		ffd2			CALL DX												
`

func TestParseLinked(t *testing.T) {
	var calls []string
	for _, i := range parse(linked, "")["readmostly/rcu.(*Reader).Lock"] {
		calls = append(calls, i.Call)
	}
	if want := []string{"readmostly/rcu.(*ClassicReader).enter", "runtime.morestack_noctxt", "DX"}; !slices.Equal(calls, want) {
		t.Errorf("calls %q; want %q", calls, want)
	}
}

func TestParse(t *testing.T) {
	code := parse(amd64, "readmostly/rcu")
	lock := code["(*Reader).Lock"]
	want := []Instr{
		{"rcu.go:72", "NOPL", "", 0x247e87},
		{"type.go:181", "MOVQ 0(R15), R15", "", 0x247e88},
		{"classic.go:155", "CALL 0x247e31", "readmostly/rcu.(*Reader).enter", 0x247e2c},
		{"type.go:190", "LOCK XADDQ AX, 0(CX)", "", 0x247e90},
	}
	if !slices.Equal(lock, want) {
		t.Errorf("parsed %q; want %q", lock, want)
	}
	var ops []string
	for _, i := range lock {
		ops = append(ops, i.Op())
	}
	if want := []string{"NOPL", "MOVQ", "CALL", "LOCK XADDQ"}; !slices.Equal(ops, want) {
		t.Errorf("operations %q; want %q", ops, want)
	}
	if snap := code["snap"]; len(snap) != 1 || snap[0].Call != "runtime.convT64" {
		t.Errorf("parsed %q", snap)
	}
	if len(code) != 2 {
		t.Errorf("%d functions; want 2", len(code))
	}
}
