package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"readmostly/cmd/readmostly/cli"
	"readmostly/internal/reexec"
)

// beCommand makes the test binary the command, so that a test can kill it.
const beCommand = "READMOSTLY_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(beCommand) != "" {
		os.Exit(cli.Main(""))
	}
	goleak.VerifyTestMain(m)
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd, err := reexec.Command(t.Context(), []string{beCommand + "=1"}, args...)
	if err != nil {
		t.Fatal(err)
	}
	return cmd
}

// A run is killed several times behind random rows, some of them torn, and gone
// on with. In the end its file has the lines of one that ran undisturbed, except
// for the figures.
func TestKillAndResume(t *testing.T) {
	dir := t.TempDir()
	args := []string{"bench", "--structure", "hash", "--size", "16", "--impl", "noop,rwlock,rcu-classic,seqlock", "--threads", "1,2",
		"--duration", "1ms", "--warmup", "0s", "--count", "2", "--counters", "none", "--quiet"}

	undisturbed := filepath.Join(dir, "undisturbed.txt")
	if out, err := command(t, append(args, "-o", undisturbed)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := readLines(t, undisturbed)
	rows := strings.Count(strings.Join(want, "\n"), "\nBenchmark")
	if rows != 4*3*2*2 {
		t.Fatalf("%d rows of an undisturbed run", rows)
	}

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	killed := filepath.Join(dir, "killed.txt")
	args = append(args, "-o", killed, "--resume")
	const tries, share = 5, 7 // the last share is left to those that are slow to be killed
	kills := 0
	for try := range tries {
		if killBehind(t, command(t, args...), killed, (try*rows+random.IntN(rows))/share) {
			kills++
		}
		if try%2 == 1 {
			tear(t, killed, random)
		}
	}
	if kills == 0 {
		t.Errorf("all of %d runs ended before they were killed", tries)
	}
	out, err := command(t, args...).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	got := readLines(t, killed)
	if !slices.Equal(got, want) {
		t.Errorf("the resumed file has %d lines, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
}

// killBehind runs the command and kills it when the file has more than n rows.
// It returns false if the run was faster and ended well.
func killBehind(t *testing.T, cmd *exec.Cmd, file string, n int) bool {
	t.Helper()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			var exit *exec.ExitError
			killed := errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
			if err != nil && !killed {
				t.Fatalf("neither killed nor well: %v: %s", err, stderr.String())
			}
			return killed
		case <-time.After(100 * time.Microsecond):
		}
		data, err := os.ReadFile(file)
		if err == nil && bytes.Count(data, []byte("\nBenchmark")) > n {
			_ = cmd.Process.Kill() // it fails where there is nobody left to kill
		}
	}
}

// tear cuts a file off somewhere in its last line, as a kill in the middle of a
// write leaves it.
func tear(t *testing.T, file string, random *rand.Rand) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	last := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
	if err := os.Truncate(file, int64(last+random.IntN(len(data)-last))); err != nil {
		t.Fatal(err)
	}
}

// readLines returns a result file's lines, of rows only the name.
func readLines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "Benchmark") {
			lines[i], _, _ = strings.Cut(line, " ")
		}
	}
	return lines
}
