//go:build amd64 && !race && !rcudebug

package rcu

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unsafe"

	"readmostly/internal/mem"
)

// The functions that the test looks at. Entry and exit are inlined in each.

//go:noinline
func asmClassic(r *ClassicReader, w *mem.Uint64) uint64 {
	r.ReadLock()
	v := w.Load()
	r.ReadUnlock()
	return v
}

//go:noinline
func asmQSBR(r *QSBRReader, w *mem.Uint64) uint64 {
	r.ReadLock()
	v := w.Load()
	r.ReadUnlock()
	return v
}

//go:noinline
func asmBare(_ *QSBRReader, w *mem.Uint64) uint64 { return w.Load() }

//go:noinline
func asmQuiescent(r *QSBRReader) { r.QuiescentState() }

//go:noinline
func asmOnline(r *QSBRReader) { r.Online() }

// locked matches an instruction that locks, XCHG with memory included.
var locked = regexp.MustCompile(`\b(LOCK|XCHG|MFENCE)`)

// TestReadersTakeNoLockedInstruction disassembles the sections.
func TestReadersTakeNoLockedInstruction(t *testing.T) {
	var w mem.Uint64
	d, q := NewClassic(), NewQSBR()
	r, s := d.Register(), q.Register()
	asmClassic(r, &w)
	asmQSBR(s, &w)
	asmBare(s, &w)
	asmQuiescent(s)
	asmOnline(s)
	r.Unregister()
	s.Unregister()

	code := disassemble(t, `^readmostly/rcu\.asm`)
	fast := strings.Join(code["asmClassic"], "\n")
	if fast == "" {
		t.Fatal("the function is not in the binary")
	}
	if strings.Contains(fast, "ReadLock") || strings.Contains(fast, "ReadUnlock") {
		t.Errorf("classic: entry or exit is not inlined:\n%s", fast)
	}
	for _, name := range []string{"asmClassic", "asmQSBR", "asmQuiescent"} {
		if text := strings.Join(code[name], "\n"); locked.MatchString(text) {
			t.Errorf("%s: a locked instruction in\n%s", name, text)
		}
	}
	if a, b := code["asmQSBR"], code["asmBare"]; len(a) == 0 || len(a) > len(b)+2 { // marks for the debugger: NOPs
		t.Errorf("a qsbr section is %d instructions, a bare load %d", len(a), len(b))
	}
	if text := strings.Join(code["asmOnline"], "\n"); !locked.MatchString(text) {
		t.Errorf("Online has no full fence, or the test can't see one:\n%s", text)
	}
}

// stores matches an instruction that writes to memory other than the stack.
var stores = regexp.MustCompile(`^((MOV|XCHG|INC|DEC|ADD|OR|AND)\w* .*, ?|SET\w+ )\w*\((AX|BX|CX|DX|SI|DI|R\d+)\)$`)

// TestClassicReaderStores counts what the documentation promises: entry and exit
// are two stores each, all to the reader's own line.
func TestClassicReaderStores(t *testing.T) {
	code := disassemble(t, `^readmostly/rcu\.asmClassic`)["asmClassic"]
	var found []string
	for _, i := range code {
		if stores.MatchString(i) {
			found = append(found, i)
		}
	}
	if len(found) != 4 {
		t.Errorf("a section is %d stores, want 4: %q of\n%s", len(found), found, strings.Join(code, "\n"))
	}
	if slow := unsafe.Offsetof(ClassicReader{}.slow); slow >= 64 {
		t.Errorf("the stores are %d bytes apart, want one cache line", slow)
	}
}

// disassemble returns the instructions of the functions whose symbol matches.
func disassemble(t *testing.T, symbols string) map[string][]string {
	t.Helper()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to disassemble with: ", err)
	}
	// The binary that runs was linked without symbols.
	binary := filepath.Join(t.TempDir(), "rcu.test")
	if out, err := exec.Command(goTool, "test", "-c", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Skipf("go test -c: %v\n%s", err, out)
	}
	out, err := exec.Command(goTool, "tool", "objdump", "-s", symbols, binary).CombinedOutput()
	if err != nil {
		t.Skipf("go tool objdump: %v\n%s", err, out)
	}
	code := map[string][]string{}
	name := ""
	for line := range strings.Lines(string(out)) {
		if rest, ok := strings.CutPrefix(line, "TEXT readmostly/rcu."); ok {
			name, _, _ = strings.Cut(rest, "(")
		} else if fields := strings.Fields(line); len(fields) > 3 {
			code[name] = append(code[name], strings.Join(fields[3:], " "))
		}
	}
	return code
}
