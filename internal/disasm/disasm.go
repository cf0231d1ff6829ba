// Package disasm shows tests the machine code of a package, or of a whole command
// as it is measured, for any processor that Go compiles for: what a mechanism
// costs, and whether a store has the ordering that it needs, stands in the
// instructions and nowhere else.
package disasm

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// An Instr is one instruction as go tool objdump writes it.
type Instr struct {
	Where string // file and line, such as rcu.go:71
	Text  string // in the syntax of Go's assembler
	Call  string // the function that it calls, with its package path, or the register that has its address, or empty
	Addr  uint64 // what jumps name it by
}

// Op returns the instruction's name without operands, a LOCK prefix included.
func (i Instr) Op() string {
	op, rest, _ := strings.Cut(i.Text, " ")
	if op == "LOCK" {
		next, _, _ := strings.Cut(rest, " ")
		op += " " + next
	}
	return op
}

// String returns the instruction with its place.
func (i Instr) String() string { return i.Where + ": " + i.Text }

// A Package is the code of a package's functions, by their names within it:
// "Publish", "(*Cache).Free", "Table.Unlink".
type Package map[string][]Instr

// Compile compiles a package for linux on a processor (a GOARCH), without the
// race detector, and disassembles it. dir is where scratch files may stand. The
// code is that of the package's own functions, what they inline included, before
// anything is linked: no function is left out because nobody calls it.
func Compile(dir, arch, path string) (Package, error) {
	archive := filepath.Join(dir, arch+"-"+strings.ReplaceAll(path, "/", "-")+".a")
	build := exec.Command("go", "build", "-o", archive, path)
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", build, err, out)
	}
	dump := exec.Command("go", "tool", "objdump", archive)
	out, err := dump.Output()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", dump, err)
	}
	return parse(string(out), path), nil
}

// parse reads what objdump writes: for each function a TEXT line, then a line per
// instruction, whose columns are set apart by tabs: place, address, bytes,
// instruction, and the relocations of what is not linked yet.
func parse(dump, path string) Package {
	code := Package{}
	name := ""
	for line := range strings.Lines(dump) {
		if rest, ok := strings.CutPrefix(line, "TEXT "); ok {
			name, _, _ = strings.Cut(rest, "(SB)")
			name = strings.TrimPrefix(name, path+".")
			continue
		}
		columns := strings.FieldsFunc(strings.TrimRight(line, " \t\n"), func(r rune) bool { return r == '\t' })
		if name == "" || len(columns) < 4 {
			continue
		}
		i := Instr{Where: strings.TrimSpace(columns[0]), Text: strings.TrimSpace(columns[3])}
		i.Addr, _ = strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(columns[1]), "0x"), 16, 64)
		if target, ok := strings.CutPrefix(i.Text, "CALL "); ok {
			i.Call = strings.TrimSuffix(strings.TrimSuffix(target, "(SB)"), ".abi0")
		}
		if len(columns) > 4 {
			i.Call = cmp.Or(callee(columns[4]), i.Call)
		}
		code[name] = append(code[name], i)
	}
	return code
}

// callee finds the function of a call among relocations such as
// [1:5]R_CALL:runtime.panicIndex<1>.
func callee(relocations string) string {
	for r := range strings.FieldsSeq(relocations) {
		_, kind, _ := strings.Cut(r, "]")
		kind, target, _ := strings.Cut(kind, ":")
		if strings.HasPrefix(kind, "R_CALL") {
			target, _, _ = strings.Cut(target, "<")
			return target
		}
	}
	return ""
}
