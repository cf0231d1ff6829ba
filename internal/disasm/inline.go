package disasm

import (
	"os/exec"
	"strings"
	"testing"
)

// MustInline fails the test of a package, which runs in the package's folder, if
// the compiler does not inline the functions named, or calls the methods of
// shared words: a call would cost more than the mechanism.
func MustInline(t *testing.T, names ...string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("nothing to compile with: ", err)
	}
	out, err := exec.Command("go", "build", "-gcflags=-m", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range names {
		if !strings.Contains(string(out), ": can inline "+name+"\n") {
			t.Errorf("%s is not inlined", name)
		}
	}
	if !strings.Contains(string(out), ": inlining call to atomic.(*Uint64).") {
		t.Error("the methods of mem.Uint64 are called")
	}
}
