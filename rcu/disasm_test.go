//go:build amd64 && !race && !rcudebug

package rcu

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"readmostly/internal/disasm"
	"readmostly/internal/mem"
)

// The functions that the test looks at. Entry and exit are inlined in each.

//go:noinline
func asmClassic(r *ClassicReader, w *mem.Uint64) uint64 {
	token := r.ReadLock()
	v := w.Load()
	r.ReadUnlock(token)
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
	for _, name := range []string{"asmQSBR", "asmQuiescent"} {
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

// TestClassicReaderLocksForNews: without news, a classic reader enters and leaves
// without a locked instruction; that there is one for news shows that it is seen.
func TestClassicReaderLocksForNews(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("nothing to compile with: ", err)
	}
	code, err := disasm.Compile(t.TempDir(), "amd64", "readmostly/rcu")
	if err != nil {
		t.Fatal(err)
	}
	locks := func(i disasm.Instr) bool { return locked.MatchString(i.Text) }
	lock, unlock := code["(*ClassicReader).ReadLock"], code["(*ClassicReader).ReadUnlock"]
	if !disasm.ReturnsWithout(lock, locks) {
		t.Errorf("each entry passes a locked instruction:\n%v", lock)
	}
	if !slices.ContainsFunc(lock, locks) {
		t.Errorf("no entry passes a locked instruction:\n%v", lock)
	}
	// In the fenced form it is the fence behind the mark: (1) and (3).
	first := slices.IndexFunc(lock, func(i disasm.Instr) bool { return stores.MatchString(i.Text) })
	if first < 0 || locks(lock[first]) {
		t.Errorf("the entry is not marked before the fence:\n%v", lock)
	}
	if len(unlock) == 0 || slices.ContainsFunc(unlock, locks) {
		t.Errorf("the exit has a locked instruction, or is not there:\n%v", unlock)
	}
}

// stores matches an instruction that writes to memory other than the stack.
var stores = regexp.MustCompile(`^((MOV|XCHG|INC|DEC|ADD|OR|AND)\w* .*, ?|SET\w+ )\w*\((AX|BX|CX|DX|SI|DI|R\d+)\)$`)

// TestClassicReaderStores counts what the documentation promises: a section without
// news is two stores to a line of the reader's own, and what is stored for news is
// there too.
func TestClassicReaderStores(t *testing.T) {
	code := disassemble(t, `^readmostly/rcu\.asmClassic`)["asmClassic"]
	var found []string
	for _, i := range code {
		if stores.MatchString(i) {
			found = append(found, i)
		}
	}
	if len(found) != 3 {
		t.Errorf("a section is %d stores, want 2 and one for news: %q of\n%s", len(found), found, strings.Join(code, "\n"))
	}
	if last := unsafe.Offsetof(ClassicReader{}.domain); last+wordSize > 64 {
		t.Errorf("what an entry looks at is %d bytes apart, want one cache line", last)
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
