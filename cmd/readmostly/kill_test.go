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

	"readmostly/bench"
	"readmostly/cmd/readmostly/cli"
	"readmostly/internal/reexec"
)

// beCommand makes the test binary the command, so that a test can kill it.
const beCommand = "READMOSTLY_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(withPlugins) != "" {
		registerPlugins()
	}
	if os.Getenv(beCommand) != "" {
		os.Exit(cli.Main(""))
	}
	bench.ServeFork("")
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

// A run is killed several times behind random forks, and its file torn. It goes on
// with what it has: in the end the file has the rows of one that ran undisturbed,
// each as often.
func TestKillAndResume(t *testing.T) {
	dir := t.TempDir()
	args := []string{"bench", "--structure", "hash", "--size", "16", "--updates", "0%,10%", "--impl", "noop,rwlock,rcu-classic,seqlock", "--threads", "1,2",
		"--window", "500us", "--duration", "2ms", "--forks", "3", "--counters", "none", "--quiet"}

	undisturbed := filepath.Join(dir, "undisturbed.txt")
	if out, err := command(t, append(args, "-o", undisturbed)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := rowNames(t, undisturbed)
	const tables, forks, cells = 4, 3, 4 + 2 // with the baseline and its control
	if len(want) != tables*forks*cells {
		t.Fatalf("%d rows of an undisturbed run", len(want))
	}

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	killed := filepath.Join(dir, "killed.txt")
	args = append(args, "-o", killed, "--resume")
	const tries, share = 4, 6 // the last shares are left to those that are slow to be killed
	kills := 0
	for try := range tries {
		if killBehind(t, command(t, args...), killed, (try*len(want)+random.IntN(len(want)))/share) {
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
	if text, err := os.ReadFile(killed); err != nil || !strings.Contains(string(text), "\ncommand: "+strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")+" bench ") {
		t.Errorf("%v: the file doesn't name the command that made it", err)
	}
	if got := rowNames(t, killed); !slices.Equal(got, want) {
		t.Errorf("the resumed file has %d rows, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
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

// rowNames returns the names of a result file's rows, sorted.
func rowNames(t *testing.T, file string) (names []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "Benchmark") {
			name, _, _ := strings.Cut(line, " ")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
