package reexec

import (
	"os"
	"strings"
	"testing"
)

const child = "REEXEC_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(child) == "yes" {
		os.Stdout.WriteString(strings.Join(os.Args[1:], " "))
		os.Exit(3)
	}
	os.Exit(m.Run())
}

func TestCommand(t *testing.T) {
	cmd, err := Command(t.Context(), []string{child + "=yes"}, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.Output()
	if string(out) != "a b" || cmd.ProcessState.ExitCode() != 3 {
		t.Errorf("%q, %v", out, err)
	}
}

// An emulator gets the binary and its arguments.
func TestEmulator(t *testing.T) {
	t.Setenv(Emulator, "echo")
	cmd, err := Command(t.Context(), nil, "a")
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.Output(); string(out) != self+" a\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
}
