package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"readmostly/internal/reexec"
)

// forkVariable is the environment variable that makes a process a fork.
const forkVariable = "READMOSTLY_FORK"

// ServeFork is for a command's main function, before it does anything else: in a
// process that was started as a fork it measures what it is told to, and does not
// return. A command that does not call it can't run forks of itself.
func ServeFork() {
	if os.Getenv(forkVariable) == "" {
		return
	}
	os.Exit(serve(os.Stdin, os.Stdout, os.Stderr))
}

func serve(in io.Reader, out, errs io.Writer) int {
	// Ctrl-C reaches the whole foreground group, and it is the parent that ends
	// forks.
	signal.Ignore(os.Interrupt)
	var spec Spec
	if err := json.NewDecoder(in).Decode(&spec); err != nil {
		fmt.Fprintf(errs, "fork: reading what to measure: %v\n", err)
		return 2
	}
	lines := json.NewEncoder(out)
	if err := Measure(context.Background(), spec, func(e Event) { _ = lines.Encode(e) }); err != nil {
		return 1
	}
	return 0
}

// A Forker measures what a spec says in a process of its own and returns what was
// measured, or a [*Failed]. When ctx is done it returns ctx.Err().
type Forker func(ctx context.Context, spec Spec) (*Report, error)

// Processes returns a forker that starts the binaries in turn, by the spec's
// layout; without any it starts the program that calls it.
func Processes(binaries []string) Forker {
	return func(ctx context.Context, spec Spec) (*Report, error) {
		binary, err := os.Executable()
		if err != nil {
			return nil, err
		}
		if len(binaries) > 0 {
			binary = binaries[(spec.Layout-1)%len(binaries)]
		}
		return start(ctx, binary, spec)
	}
}

// firstWords is how much of a fork's standard error is kept: a crash says first what it is.
const firstWords = 4 << 10

// start runs a fork and follows what it says.
func start(ctx context.Context, binary string, spec Spec) (*Report, error) {
	input, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	cmd := reexec.CommandOf(ctx, binary, []string{forkVariable + "=1"})
	cmd.Stdin = bytes.NewReader(input)
	words := &head{limit: firstWords}
	cmd.Stderr = words
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("a fork can't be started: %w", err)
	}
	l := listen(out, silence(spec), kill)
	err = cmd.Wait()
	<-l.ended
	switch {
	case l.report != nil && err == nil:
		return l.report, nil
	case l.failed != nil:
		return nil, l.failed
	case l.silent:
		return nil, &Failed{Cell: l.playing, anonymous: true, Why: fmt.Sprintf("it hangs: nothing was heard of it for %v", silence(spec))}
	}
	return nil, &Failed{Cell: l.playing, anonymous: true, Why: ending(err, words.String()), Memory: killed(err)}
}

// A listener reads a fork's events.
type listener struct {
	ended   chan struct{}
	playing int
	report  *Report
	failed  *Failed
	silent  bool
}

// listen follows the events until their end. If none comes for so long, in
// moments in which this process ran, it has the fork killed.
func listen(out io.Reader, patience time.Duration, kill func()) *listener {
	l := &listener{ended: make(chan struct{}), playing: -1}
	events := make(chan Event)
	go func() {
		defer close(events)
		lines := json.NewDecoder(bufio.NewReader(out))
		for {
			var e Event
			if lines.Decode(&e) != nil {
				return
			}
			events <- e
		}
	}()
	go func() {
		defer close(l.ended)
		const moment = 100 * time.Millisecond
		ticker := time.NewTicker(moment)
		defer ticker.Stop()
		for still := time.Duration(0); ; {
			select {
			case e, more := <-events:
				if !more {
					return
				}
				still = 0
				l.hear(e)
			case <-ticker.C:
				if still += moment; still >= patience && !l.silent {
					l.silent = true
					kill()
				}
			}
		}
	}()
	return l
}

func (l *listener) hear(e Event) {
	switch {
	case e.Playing != nil:
		l.playing = *e.Playing
	case e.Failed != nil:
		l.failed = e.Failed
	case e.Report != nil:
		l.report = e.Report
	}
}

// silence is how long a fork may say nothing: it says so itself when a worker is
// stuck, unless its whole process is.
func silence(spec Spec) time.Duration {
	w := spec.Table.Workload
	return 45*time.Second + 20*spec.Look.Length + spec.Long + time.Duration(w.Size*(w.Threads+1))*4*time.Microsecond
}

// killed reports whether a process was killed from outside, as the kernel does to
// those that need more memory than there is.
func killed(err error) bool {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// ending says in one line how a fork ended that did not say so itself.
func ending(err error, words string) string {
	how := "its process ended without a word"
	switch {
	case killed(err):
		how = "its process was killed, perhaps for want of memory"
	case err != nil:
		how = "its process ended: " + err.Error()
	}
	for line := range strings.Lines(words) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "fatal error:") || strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "SIG") {
			return how + ": " + line
		}
	}
	if lines := strings.Split(strings.TrimSpace(words), "\n"); lines[0] != "" {
		how += ": " + lines[0]
	}
	return how
}

// A head keeps the beginning of what is written to it.
type head struct {
	mu    sync.Mutex
	limit int
	text  []byte
}

func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, p[:min(len(p), h.limit-len(h.text))]...)
	return len(p), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.text)
}
