package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"readmostly/cmd/readmostly/cli"
	"readmostly/impls"
	"readmostly/results"
	"readmostly/workloads"
)

// brief makes a run take no longer than it must: the last of two equal flags
// counts.
var brief = []string{"--window", "500us", "--duration", "2ms", "--forks", "1"}

func run(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = cli.Run(context.Background(), cli.Env{Args: args, Stdout: &out, Stderr: &errs})
	return status, out.String(), errs.String()
}

// Every built-in backend runs in both structures and leaves a row that can be
// read back.
func TestBenchEveryBackend(t *testing.T) {
	status, stdout, stderr := run(append(brief, "bench", "--size", "16", "--updates", "0%,10%", "--threads", "2", "--counters", "none")...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	f, err := results.Read(strings.NewReader(stdout), "stdout")
	if err != nil || len(f.Warnings) > 0 || f.Cut {
		t.Fatalf("%v, %v, cut %v", err, f.Warnings, f.Cut)
	}
	measured := map[string]bool{}
	for _, r := range f.Rows {
		measured[r.Impl+" "+string(r.Structure)+" "+results.FormatPercent(r.Updates)] = true
		if ns, ok := r.Values.Get(workloads.NsPerOp.Unit); !ok || ns <= 0 || r.Ops <= 0 {
			t.Errorf("%s: %v ns/op, %d operations", r.Name(), ns, r.Ops)
		}
	}
	for _, b := range impls.Backends() {
		for _, structure := range []workloads.Structure{workloads.List, workloads.Hash} {
			for _, share := range []float64{0, 0.1} {
				w := workloads.Workload{Structure: structure, Size: 16, Updates: share, Threads: 1}
				name := b.Name + " " + string(structure) + " " + results.FormatPercent(share)
				if fits := workloads.Unfit(b, w) == "" || b.Caps.Floor || b.Caps.Limit; measured[name] != fits {
					t.Errorf("%s: measured %v, want %v", name, measured[name], fits)
				}
			}
		}
		if !strings.Contains(stderr, "\n "+b.Name+" ") {
			t.Errorf("%s is not in the table", b.Name)
		}
	}
}

// The commands that the package comment and the help show do work.
func TestExamples(t *testing.T) {
	source, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	comment := strings.ReplaceAll(string(source), "//\t", "  ")
	_, help, _ := run()
	_, benchHelp, _ := run("bench", "--help")
	_, tortureHelp, _ := run("torture", "--help")

	t.Chdir(t.TempDir())
	done := map[string]bool{}
	for line := range strings.Lines(comment + help + benchHelp + tortureHelp) {
		command, ok := strings.CutPrefix(line, "  ")
		command, _, _ = strings.Cut(strings.TrimSpace(command), "  ") // a remark may follow
		if !ok || done[command] {
			continue
		}
		done[command] = true
		switch words := split(command); {
		case len(words) > 1 && words[0] == "readmostly" && !strings.HasSuffix(command, "]"):
			t.Run(command, func(t *testing.T) { runExample(t, words[1:]) })
		case strings.HasPrefix(command, "go tool benchstat "):
			t.Run(command, func(t *testing.T) { runBenchstat(t, words[2:]) })
		}
	}
	if len(done) < 8 {
		t.Errorf("only these examples were found: %v", done)
	}
}

// split splits a command line at spaces outside single quotes.
func split(command string) []string {
	var words []string
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

func runExample(t *testing.T, args []string) {
	if args[0] == "bench" {
		if i := slices.Index(args, "--budget"); i >= 0 { // one fork stands in its place
			args = slices.Delete(slices.Clone(args), i, i+2)
		}
		args = append(args, brief...)
		for flag, few := range map[string]string{"--impl": "unsync,rcu-classic,rwlock", "--size": "16"} {
			if !slices.Contains(args, flag) {
				args = append(args, flag, few)
			}
		}
	}
	most := 0 // the greatest status that is no error
	switch args[0] {
	case "torture":
		args = append(args, "--duration", "10ms")
	case "advise":
		args = append(args, "--size", "16") // as was measured
	case "doctor":
		most = 1 // with reservations
	}
	if status, _, stderr := run(args...); status > most {
		t.Errorf("status %d: %s", status, stderr)
	}
}

// runBenchstat compares what the examples before it have left.
func runBenchstat(t *testing.T, args []string) {
	if testing.Short() {
		t.Skip("builds benchstat")
	}
	results, err := filepath.Abs("results.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, arg := range args {
		if strings.HasSuffix(arg, ".txt") {
			args[i] = results
		}
	}
	cmd := exec.Command("go", append([]string{"tool"}, args...)...)
	cmd.Dir = moduleDir                                // go tool asks the module
	cmd.Env = append(os.Environ(), "GOOS=", "GOARCH=") // for this machine, whatever the tests are built for
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Errorf("%v: %s", err, stderr.String())
	}
	if !strings.Contains(stdout.String(), "sec/op") {
		t.Errorf("no times in\n%s", stdout.String())
	}
}

// moduleDir is where the tests start.
var moduleDir = func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return dir
}()
