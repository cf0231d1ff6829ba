// Package reexec lets a process run its own binary, or another build of it, as a
// process of its own, also where that runs in an emulator.
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
// killed when ctx is done and, on Linux, when this process ends, however it ends:
// nobody is left behind.
func Command(ctx context.Context, variables []string, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("reexec: %w", err)
	}
	return CommandOf(ctx, self, variables, args...), nil
}

// CommandOf is [Command] for another binary.
func CommandOf(ctx context.Context, binary string, variables []string, args ...string) *exec.Cmd {
	words := append([]string{binary}, args...)
	if emulator := os.Getenv(Emulator); emulator != "" {
		words = append([]string{emulator}, words...)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = append(os.Environ(), variables...)
	dieTogether(cmd)
	return cmd
}
