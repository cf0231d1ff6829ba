//go:build mutants

package mutants

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// limit is how long a check may take to catch a mutant. A mutant may hang a test,
// which counts as caught: one that has not ended after hang, or after longHang if
// it is a long one, many times what it takes without a mutant.
const (
	limit    = 60 * time.Second
	hang     = 15 * time.Second
	longHang = 55 * time.Second
)

// A check is a test of the module, or a run of its command, that may catch a
// mutant.
type check struct {
	kind  string // what sort of check it is, in a word or two
	pkg   string // import path within the module
	run   string // as for go test -run; empty for a command
	flags string // of go test, space-separated
	args  string // of the test or the command itself
}

// tests is a package's tests.
func tests(pkg, run string) check { return check{kind: pkg, pkg: pkg, run: run} }

// machineCode is a test that looks up the instructions of the built-in backends
// and of what they rest on.
func machineCode(run string) check {
	return check{kind: "machine code", pkg: "impls/builtin", run: run}
}

// kit is a stage of the conformance kit on a built-in backend, such as
// "hazard/readers" or "rcu-classic/reclaim=sync/readers".
func kit(stage string) check {
	parts := strings.Split(stage, "/")
	for i, p := range parts {
		parts[i] = "^" + p + "$"
	}
	return check{kind: "conformance kit", pkg: "impls/builtin", run: "^TestConformance$/" + strings.Join(parts, "/")}
}

// stopped is the kit's stage in which the world is stopped all the time, on a
// built-in backend or on one of its ways to let go. There are many more stops than
// usual: one must come at the wrong moment.
func stopped(backend string) check { return moreOften(kit(backend + "/stopped")) }

// interrupted is the same for updaters that get in each other's way.
func interrupted(backend string) check { return moreOften(kit(backend + "/interrupted")) }

func moreOften(c check) check {
	c.args = "-effort=80"
	if strings.Contains(c.run, "reclaim=") {
		c.args = "-effort=640" // of which the kit spends an eighth
	}
	return c
}

// torture is a run of readmostly torture on one backend or library, such as
// "nulls list" or "rwlock library".
func torture(trial string) check {
	subject, structure, _ := strings.Cut(trial, " ")
	return check{kind: "torture", pkg: command, args: "torture --quiet --duration 10s --structure " + structure + " --fail-fast --impl " + subject}
}

// command is the import path of the program.
const command = "cmd/readmostly"

// litmus is a test whose two sides must meet within a few nanoseconds, many times
// over: on a busy machine they may not do so in one time.
func litmus(pkg, run string) check {
	return check{kind: "litmus", pkg: pkg, run: run, args: "-test.count=20"}
}

// race is the check under the race detector.
func (c check) race() check { c.kind, c.flags = "race detector", c.flags+" -race"; return c }

// checked is the check in the mode of package rcu that reports misuse.
func (c check) checked() check {
	c.kind, c.flags = "checked mode", c.flags+" -tags rcudebug"
	return c
}

// scripted is a test that disturbs a reader of a built-in backend at known places.
func scripted(run string) check {
	return check{kind: "scripted reader", pkg: "impls/builtin", run: run, flags: " -tags scripted"}
}

func (c check) String() string {
	if c.run == "" {
		return "readmostly " + c.args
	}
	return strings.TrimSpace(c.pkg + " " + strings.NewReplacer("^", "", "$", "").Replace(c.run) + c.flags)
}

// An outcome is what became of a check.
type outcome struct {
	caught bool
	how    string // the test that failed, or what ended the process
	took   time.Duration
	output string
}

// binary compiles the check's package, through the overlay if there is one. A
// mutant that doesn't compile tests nothing.
func (c check) binary(t *testing.T, root, overlay string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "check")
	verb := []string{"test", "-c"}
	if c.run == "" {
		verb = []string{"build"}
	}
	args := slices.Concat(verb, []string{"-o", path}, strings.Fields(c.flags), []string{"./" + c.pkg})
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = root, environment(overlay)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", c, err, out)
	}
	return path
}

// environment shows the overlay to the go command, and to those that tests run
// themselves.
func environment(overlay string) []string {
	env := os.Environ()
	if overlay != "" {
		env = append(env, "GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+overlay)
	}
	return env
}

// do runs the check.
func (c check) do(t *testing.T, root, overlay string) outcome {
	t.Helper()
	binary := c.binary(t, root, overlay)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	args := strings.Fields(c.args)
	if c.run != "" {
		patience := hang
		if c.args != "" {
			patience = longHang
		}
		args = append(args, "-test.run="+c.run, "-test.v", "-test.timeout="+patience.String(), "-test.failfast")
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir, cmd.Env = filepath.Join(root, filepath.FromSlash(c.pkg)), environment(overlay)
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	err := cmd.Run()
	o := outcome{took: time.Since(began), output: out.String()}
	var exit *exec.ExitError
	switch {
	case err == nil:
		if c.run != "" && !c.ran(o.output) {
			t.Fatalf("%v runs no test:\n%s", c, o.output)
		}
	case ctx.Err() != nil:
		o.caught, o.how = true, "no end after "+limit.String()
	case errors.As(err, &exit):
		o.caught = true
		o.how = reason(o.output)
		if o.how == "" {
			t.Fatalf("%v: %v, for no reason that counts:\n%s", c, err, o.output)
		}
	default:
		t.Fatalf("%v: %v", c, err)
	}
	return o
}

// ran reports whether a test as deep as the check names has run.
func (c check) ran(output string) bool {
	depth := strings.Count(c.run, "/")
	for line := range strings.Lines(output) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "--- PASS: "); ok && strings.Count(name, "/") >= depth {
			return true
		}
	}
	return false
}

// failed finds the tests that failed, and foundBy what torture found.
var (
	failed  = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	foundBy = regexp.MustCompile(`(?m)^FAIL \S+ .*?: (.*)$`)
)

// reason finds what a failed check has to say, or nothing.
func reason(output string) string {
	if found := foundBy.FindStringSubmatch(output); found != nil {
		return shorten(found[1])
	}
	deepest := ""
	for _, m := range failed.FindAllStringSubmatch(output, -1) {
		if strings.Count(m[1], "/") > strings.Count(deepest, "/") || deepest == "" {
			deepest = m[1]
		}
	}
	for _, sign := range []struct{ text, how string }{
		{"WARNING: DATA RACE", "race detector"},
		{"panic: test timed out", "hangs"},
		{"an operation hangs", "hangs"},
		{"fatal error: all goroutines are asleep", "deadlock"},
		{"fatal error: ", "fatal error"},
		{"unexpected fault address", "fault"},
		{"SIGSEGV", "fault"},
		{"panic: ", "panic"},
	} {
		if strings.Contains(output, sign.text) {
			return strings.TrimSpace(deepest + " (" + sign.how + ")")
		}
	}
	return deepest
}

// shorten cuts what is too long for a table.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return s[:strings.LastIndex(s[:most], " ")] + " ..."
}
