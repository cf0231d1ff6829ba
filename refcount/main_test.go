package refcount

import (
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestHotPathInlines asks the compiler: a call would cost more than the
// mechanism.
func TestHotPathInlines(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	out, err := exec.Command("go", "build", "-gcflags=-m", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"GetUnlessZero", "Get", "Put", "Set", "(*Count).GetUnlessZero", "(*Count).Get", "(*Count).Put"} {
		if !strings.Contains(string(out), ": can inline "+name+"\n") {
			t.Errorf("%s is not inlined", name)
		}
	}
	if !strings.Contains(string(out), ": inlining call to atomic.(*Uint64).") {
		t.Error("the methods of mem.Uint64 are called")
	}
}
