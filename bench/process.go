package bench

import (
	"bufio"
	"bytes"
	"cmp"
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
	"readmostly/workloads"
)

// forkVariable is the environment variable that makes a process a fork, and says
// what it is asked for.
const forkVariable = "READMOSTLY_FORK"

// What a fork is asked for.
const (
	toMeasure  = "measure"
	toIdentify = "identify"
)

// ServeFork is for a command's main function, before it does anything else: in a
// process that was started as a fork it does what it is told to, and does not
// return. A command that does not call it can't run forks of itself. commit names
// the version that was built: see [CheckLayouts].
func ServeFork(commit string) {
	mode := os.Getenv(forkVariable)
	if mode == "" {
		return
	}
	out := os.Stdout
	os.Stdout = os.Stderr         // backends may print, and must not print between events
	_ = os.Unsetenv(forkVariable) // a process that a backend starts is no fork
	if mode == toIdentify {
		os.Exit(identify(commit, out))
	}
	os.Exit(serve(os.Stdin, out, os.Stderr))
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
	_ = lines.Encode(Event{Playing: new(-1)}) // it is a fork
	note, err := openNote(spec.Note)
	if err != nil {
		fmt.Fprintf(errs, "fork: %v\n", err)
		return 2
	}
	emit := func(e Event) {
		if e.Playing == nil || !note.write(*e.Playing) {
			_ = lines.Encode(e)
		}
	}
	if err := Measure(context.Background(), spec, emit); err != nil {
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

// start runs a fork and follows what it says.
func start(ctx context.Context, binary string, spec Spec) (*Report, error) {
	if os.Getenv(forkVariable) != "" {
		return nil, errors.New("this process was started as a fork and did not serve: main must call bench.ServeFork first")
	}
	note, err := newNote()
	if err != nil {
		return nil, err
	}
	defer note.remove()
	spec.Note = note.name()
	input, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	running, kill := context.WithCancel(ctx)
	defer kill()
	cmd := reexec.CommandOf(running, binary, []string{forkVariable + "=" + toMeasure})
	cmd.Stdin = bytes.NewReader(input)
	words := &words{}
	cmd.Stderr = words
	cmd.WaitDelay = time.Second
	events, stdout := io.Pipe()
	cmd.Stdout = stdout
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("a fork can't be started: %w", err)
	}
	l := listen(events, note, spec.silence(), kill)
	err = cmd.Wait() // until all that it printed has been read
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it went well, and has left somebody behind who holds its output
	}
	stdout.Close()
	<-l.ended
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case l.report != nil && err == nil:
		return l.report, nil
	case !l.heard:
		return nil, fmt.Errorf("%s does not measure when it is started as a fork: does its main function call bench.ServeFork first? %s", binary, ending(err, words))
	case l.failed != nil:
		return nil, l.failed
	case l.silent:
		return nil, &Failed{Cell: l.playing, anonymous: true, Why: fmt.Sprintf("it hangs: nothing was heard of its process for %v", spec.silence())}
	}
	return nil, &Failed{Cell: l.playing, anonymous: true, Why: ending(err, words), Memory: killed(err) || strings.Contains(words.last(), "out of memory")}
}

// A listener reads a fork's events.
type listener struct {
	ended   chan struct{}
	heard   bool // it is a fork
	playing int
	report  *Report
	failed  *Failed
	silent  bool
}

// listen follows the events until their end. If none comes for so long, and no
// other cell is noted, in moments in which this process ran, it has the fork
// killed. It looks seldom: each time it takes a core from a worker.
func listen(out io.Reader, n *note, patience time.Duration, kill func()) *listener {
	l := &listener{ended: make(chan struct{}), playing: -1}
	events := make(chan Event)
	go func() {
		defer close(events)
		for lines := bufio.NewReader(out); ; {
			line, err := lines.ReadBytes('\n')
			var e Event
			if json.Unmarshal(line, &e) == nil { // others are not the fork's own
				events <- e
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		defer close(l.ended)
		moment := max(time.Millisecond, min(time.Second, patience/10))
		ticker := time.NewTicker(moment)
		defer ticker.Stop()
		noted := 0
		for still := time.Duration(0); ; {
			select {
			case e, more := <-events:
				if !more {
					if _, playing, ok := n.read(); ok {
						l.playing = playing
					}
					return
				}
				still = 0
				l.hear(e)
			case <-ticker.C:
				if count, _, ok := n.read(); ok && count != noted {
					still, noted = 0, count
				} else if still += moment; still >= patience && !l.silent {
					l.silent = true
					kill()
				}
			}
		}
	}()
	return l
}

func (l *listener) hear(e Event) {
	l.heard = l.heard || e != Event{}
	switch {
	case e.Playing != nil:
		l.playing = *e.Playing
	case e.Failed != nil:
		l.failed = e.Failed
	case e.Report != nil:
		l.report = e.Report
	}
}

// silence is how long the fork may say nothing: it says so itself when a worker is
// stuck, unless its whole process is.
func (s Spec) silence() time.Duration {
	w := s.Table.Workload
	filling := time.Duration(w.Size*(w.Threads+1)) * 4 * time.Microsecond
	return 3*cmp.Or(s.Patience, workloads.Patience) + 20*(s.Look.Length+s.Look.Warmup) + s.Long + filling
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
func ending(err error, w *words) string {
	how := "its process ended without a word"
	switch {
	case killed(err):
		how = "its process was killed, perhaps for want of memory"
	case err != nil:
		how = "its process ended: " + err.Error()
	}
	if last := w.last(); last != "" {
		how += ": " + last
	}
	return how
}

// words keep of a fork's standard error what tells how it ended: the line that a
// crash begins with, or else the first line.
type words struct {
	mu    sync.Mutex
	line  []byte // the beginning of the line that is being written
	first string
	crash string
}

// longestLine is how much of a line is kept.
const longestLine = 400

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for part := range bytes.Lines(p) {
		text, ended := bytes.CutSuffix(part, []byte("\n"))
		w.line = append(w.line, text[:min(len(text), longestLine-len(w.line))]...)
		if ended {
			w.endLine()
		}
	}
	return len(p), nil
}

func (w *words) endLine() {
	text := strings.TrimSpace(string(w.line))
	w.line = w.line[:0]
	if w.first == "" {
		w.first = text
	}
	for _, prefix := range []string{"fatal error:", "panic:", "SIG"} {
		if w.crash == "" && strings.HasPrefix(text, prefix) {
			w.crash = text
		}
	}
}

func (w *words) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.endLine()
	return cmp.Or(w.crash, w.first)
}
