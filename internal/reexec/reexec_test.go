package reexec

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

const child = "REEXEC_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(child) {
	case "yes":
		os.Stdout.WriteString(strings.Join(os.Args[1:], " "))
		os.Exit(3)
	case "parent":
		cmd, err := Command(context.Background(), []string{child + "=orphan"})
		if err != nil {
			panic(err)
		}
		cmd.Stdout = os.Stdout
		if err := cmd.Start(); err != nil {
			panic(err)
		}
		os.Exit(0)
	case "orphan":
		time.Sleep(time.Minute)
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

// A process that ends takes those along that it has started: else the orphan would
// hold on to the standard output that it has inherited.
func TestNobodyIsLeftBehind(t *testing.T) {
	if !diesTogether {
		t.Skip("only Linux can do that")
	}
	cmd, err := Command(t.Context(), []string{child + "=parent"})
	if err != nil {
		t.Fatal(err)
	}
	cmd.WaitDelay = 20 * time.Second
	if _, err := cmd.Output(); err != nil {
		t.Error(err)
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
