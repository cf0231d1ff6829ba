// Package reexec lets a test run its own binary again as another process, also
// where the test runs in an emulator.
package reexec

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// Emulator is the environment variable that names the program which runs this
// binary (go test -exec), where the kernel can't.
const Emulator = "READMOSTLY_EMULATOR"

// Command returns a command that runs this process's binary with other
// arguments, in the environment of this process and the variables added. It is
// killed when ctx is done and, on Linux, when this process ends: a test that has
// timed out leaves nobody behind.
func Command(ctx context.Context, variables []string, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("reexec: %w", err)
	}
	words := append([]string{self}, args...)
	if emulator := os.Getenv(Emulator); emulator != "" {
		words = append([]string{emulator}, words...)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = append(os.Environ(), variables...)
	dieTogether(cmd)
	return cmd, nil
}
