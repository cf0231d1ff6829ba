// Knownab looks for a regression that is known, as the example for CI would: it has
// examples/ci/compare.sh build the command twice, from the same sources but for the
// readers of rcu-classic, which execute 5 % more lookups in the second, and compare
// both; then twice from the same sources. The former must name rcu-classic and nothing
// else, with exit status 1; the latter nothing, with 0.
//
// Run it in the root of the module.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	layouts := flag.Int("layouts", 8, "`number` of layouts of each build")
	budget := flag.Duration("budget", 2*time.Minute, "`time` that each comparison may take")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := knownAB(ctx, *layouts, *budget, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "known-ab:", err)
		os.Exit(1)
	}
}

// dear is a file that is added to package builtin.
//
//go:embed dear.go.txt
var dear []byte

// What is replaced in the file that has rcu-classic, each once.
var replaced = [][2]string{
	{"newRCUMap(c, rcu.NewClassic()) }", "newRCUMap(c, dearClassic()) }"},
	{"type rcuWorker struct {\n", "type rcuWorker struct {\n\tdear dear\n"},
	{"func (w *rcuWorker) Run(", "func (w *rcuWorker) runCheaply("},
}

// The mechanisms that are compared. rcu-classic-fence shares all code with rcu-classic
// but the fence.
const compared = "nulls,rcu-classic,rcu-classic-fence,rcu-qsbr,seqlock,hazard"

func knownAB(ctx context.Context, layouts int, budget time.Duration, out io.Writer) error {
	dir, err := os.MkdirTemp("", "readmostly-known-ab-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(dir)
	if err != nil {
		return err
	}
	for _, trial := range []struct {
		about  string
		flags  string // of go build for the head
		status int
		worse  []string
	}{
		{"rcu-classic, 5 % slower", "-overlay=" + overlay, 1, []string{"rcu-classic"}},
		{"equal", "", 0, nil},
	} {
		began := time.Now()
		c, status, err := compare(ctx, trial.flags, layouts, budget)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s, after %v: status %d\n", trial.about, time.Since(began).Round(time.Second), status)
		var wrong []string
		for _, cell := range c.Cells {
			if cell.Verdict == "" {
				continue
			}
			change := cell.Ratio
			if change == nil {
				change = cell.Time
			}
			fmt.Fprintf(out, "\t%-45s %+6.2f %% (%+.2f to %+.2f), p=%.4f: %s\n", cell.Name, 100*change.Change, 100*change.Lo, 100*change.Hi, cell.P, cell.Verdict)
			want := "no difference"
			for _, name := range trial.worse {
				if cell.Backend == name {
					want = "worse"
				}
			}
			if cell.Verdict != want {
				wrong = append(wrong, fmt.Sprintf("%s: %s, want %s", cell.Name, cell.Verdict, want))
			}
		}
		if len(wrong) > 0 {
			return errors.New(strings.Join(wrong, "; "))
		}
		if status != trial.status {
			return fmt.Errorf("compare ends with status %d, want %d", status, trial.status)
		}
	}
	return nil
}

// writeOverlay writes the file for the go command's -overlay.
func writeOverlay(dir string) (string, error) {
	const folder = "impls/builtin"
	path, err := filepath.Abs(filepath.Join(folder, "rcu.go"))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%w: run it in the root of the module", err)
	}
	text := string(source)
	for _, r := range replaced {
		if n := strings.Count(text, r[0]); n != 1 {
			return "", fmt.Errorf("%s has %q %d times: want it once", path, r[0], n)
		}
		text = strings.Replace(text, r[0], r[1], 1)
	}
	files := map[string]string{}
	for name, content := range map[string]string{"rcu.go": text, "dear.go": string(dear)} {
		other := filepath.Join(dir, name)
		if err := os.WriteFile(other, []byte(content), 0o600); err != nil {
			return "", err
		}
		files[filepath.Join(filepath.Dir(path), name)] = other
	}
	data, err := json.Marshal(map[string]any{"Replace": files})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, data, 0o600)
}

// A comparison is what compare --json prints, as far as it is needed.
type comparison struct {
	Cells []struct {
		Name, Backend, Verdict string
		P                      float64
		Ratio                  *change
		Time                   *change `json:"time_ns"`
	}
}

type change struct{ Change, Lo, Hi float64 }

// compare has the script build and compare this tree with itself, the head with more
// flags.
func compare(ctx context.Context, flags string, layouts int, budget time.Duration) (c comparison, status int, err error) {
	cmd := exec.CommandContext(ctx, "examples/ci/compare.sh", ".", ".", "--markdown=false", "--json", "--quiet",
		"--impl", compared, "--updates", "0%")
	cmd.Env = append(os.Environ(), "HEAD_FLAGS="+flags, fmt.Sprint("LAYOUTS=", layouts), fmt.Sprint("BUDGET=", budget))
	var said strings.Builder
	cmd.Stderr = &said
	text, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		status, err = 1, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		err = fmt.Errorf("examples/ci/compare.sh: %w: %s", err, said.String())
	}
	return c, status, err
}
