package disasm

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// MustInline fails the test of a package, which runs in the package's folder, if
// the compiler does not inline the functions named, or calls the methods of
// shared words: a call would cost more than the mechanism. It looks at what is
// compiled for amd64 and arm64, wherever the test runs: a 32-bit machine has no
// instruction for most operations on a word of 64 bits, so calls remain there.
func MustInline(t *testing.T, names ...string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("nothing to compile with: ", err)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		build := exec.Command("go", "build", "-gcflags=-m", ".")
		build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
		out, err := build.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, name := range names {
			if !strings.Contains(string(out), ": can inline "+name+"\n") {
				t.Errorf("%s: %s is not inlined", arch, name)
			}
		}
		if !strings.Contains(string(out), ": inlining call to atomic.(*Uint64).") {
			t.Errorf("%s: the methods of mem.Uint64 are called", arch)
		}
	}
}
