// Package cli is the readmostly command as a package, so that a module with its
// own backends can build the command with them: register them (see
// [readmostly/impls.Register]), usually by importing their package, and call
// [Main].
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"readmostly/bench"
	"readmostly/impls/slab"
	"readmostly/internal/buildinfo"
	"readmostly/internal/mem"
	"readmostly/internal/perf"
	"readmostly/internal/topo"
	"readmostly/torture"
)

// Exit statuses.
const (
	statusOK          = 0
	statusFailed      = 1   // a measurement failed, or its results could not be written
	statusUsage       = 2   // the input was bad; nothing was done
	statusInterrupted = 130 // as a shell reports SIGINT
)

// Main runs the command with the process's arguments and streams and returns its
// exit status. SIGINT and SIGTERM end a run cleanly; a second one kills it.
// commit names the version that was built, empty to take it from the binary.
//
// bench runs forks of the program that calls it: in such a process Main measures
// what it is told to, and does not return.
func Main(commit string) int {
	commit = commitOf(commit)
	bench.ServeFork(commit)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return Run(ctx, Env{Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Commit: commit, Name: nameOf(os.Args[0])})
}

// nameOf returns what the program is called. A command with further backends has
// a name of its own, and only that can repeat its runs.
func nameOf(program string) string {
	return strings.TrimSuffix(filepath.Base(program), ".exe")
}

// An Env is what the command takes from its process.
type Env struct {
	Args           []string // without the command's name
	Stdout, Stderr io.Writer
	Commit         string // of the source, empty if it must be found out
	Name           string // of the command, as results are to name it; empty for readmostly
}

// Run runs the command and returns its exit status. When ctx is done a run ends
// as if it was interrupted.
func Run(ctx context.Context, env Env) int { return newApp(env).run(ctx) }

// An app is the command with what it needs of the machine, which tests replace.
type app struct {
	Env
	machine   func() (topo.Machine, error)
	available func() (bytes uint64, known bool) // memory
	counters  func(cpus []int, events []perf.Event) *perf.Plan
	probe     func(perf.Event) error
	fork      bench.Forker // nil for processes
	layouts   func(ctx context.Context, binaries []string, commit string) error
	ask       func(ctx context.Context, binaries []string) (bench.Program, error)
	programs  func(binaries []string) bench.Forker
	torture   func(context.Context, torture.Options) (torture.Report, error)

	mostThreads func() int // that a process can have

	build     func() []string // settings that the program was built with
	goRuntime func() string   // settings of the Go runtime

	hugePages func() slab.Grant

	files      fs.FS         // with /proc and /sys, for doctor
	membarrier func() error  // why it can't be had
	noise      time.Duration // how long doctor measures
}

func newApp(env Env) *app {
	return &app{
		Env:       env,
		machine:   topo.Read,
		available: topo.AvailableMemory,
		counters:  perf.NewPlanOn,
		probe:     perf.Probe,
		layouts:   bench.CheckLayouts,
		ask:       bench.Ask,
		programs:  bench.Processes,
		torture:   torture.Run,

		mostThreads: mostThreads,

		build:     buildinfo.Settings,
		goRuntime: goRuntime,

		hugePages: slab.TryHugePages,

		files:      os.DirFS("/"),
		membarrier: mem.AsymmetricError,
		noise:      2 * time.Second,
	}
}

func (a *app) run(ctx context.Context) int {
	root := newRoot(a)
	root.SetArgs(append([]string{}, a.Args...)) // nil would mean os.Args
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return statusOK
	}
	var failed failedError
	if errors.As(err, &failed) {
		fmt.Fprint(a.Stderr, failed.lines())
		return statusFailed
	}
	fmt.Fprintf(a.Stderr, "readmostly: %s\n", oneLine(err.Error()))
	var bad usageError
	switch {
	case errors.As(err, &bad):
		return statusUsage
	case errors.Is(err, errInterrupted):
		return statusInterrupted
	default:
		return statusFailed
	}
}

// A usageError is bad input. Its text says what is wrong and what would be right.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// oneLine joins the lines of an error that consists of several.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' }), "; ")
}
