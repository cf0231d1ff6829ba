package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two programs that are one take turns in real processes, and files are compared, each
// with the status that a shell sees. No time is so far from another that it decides.
func TestCompare(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	what := []string{"--impl", "rcu-classic,seqlock", "--structure", "hash", "--size", "16", "--updates", "0%", "--threads", "1", "--window", "500us"}
	status, stdout, stderr := run(append([]string{"compare", "--ab", self, self, "--threshold", "100%", "--forks", "2"}, what...)...)
	if status != 0 || !strings.HasPrefix(stdout, "0 worse, 0 better, 3 without a difference, of 3 cells\n") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}

	dir := t.TempDir()
	one := filepath.Join(dir, "one.txt")
	if status, _, stderr := run(append([]string{"bench", "-o", one, "--duration", "2ms", "--forks", "4", "--counters", "none", "--quiet"}, what...)...); status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	data, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	// All of one backend's times ten thousand times as long.
	slow, other := filepath.Join(dir, "slow.txt"), filepath.Join(dir, "other.txt")
	var text strings.Builder
	for line := range strings.Lines(string(data)) {
		if strings.Contains(line, "/impl=seqlock/") && strings.HasPrefix(line, "Benchmark") {
			line = strings.ReplaceAll(strings.ReplaceAll(line, " ns/op", "e4 ns/op"), " x/unsync", "e4 x/unsync")
		}
		text.WriteString(line)
	}
	for path, content := range map[string]string{slow: text.String(), other: strings.Replace(string(data), "\nseed: 1\n", "\nseed: 2\n", 1)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		new    string
		status int
		says   string
	}{
		{one, 0, "0 worse, 0 better, 2 without"},
		{slow, 1, "worse: seqlock, hash of 16, read-only, 1 thread: x/unsync +"},
		{other, 2, "not comparable, as the runs differ: seed: 1, 2: "},
	} {
		if status, stdout, stderr := run("compare", one, test.new); status != test.status || !strings.Contains(stdout+stderr, test.says) {
			t.Errorf("%s: status %d, want %d\n%s%s", test.new, status, test.status, stdout, stderr)
		}
	}
}

// The script of the example for CI uses flags that there are. What it measures is seen
// by make known-ab.
func TestExampleForCI(t *testing.T) {
	script, err := os.ReadFile("../../examples/ci/compare.sh")
	if err != nil {
		t.Fatal(err)
	}
	_, flags, found := strings.Cut(string(script), `"$dir/head-*" `)
	flags, _, ended := strings.Cut(flags, `"$@"`)
	if !found || !ended {
		t.Fatalf("no flags in\n%s", script)
	}
	// bench has the same flags, and can check them without measuring.
	words := split(strings.NewReplacer("\\\n", " ", `"${BUDGET:-5m}"`, "5m").Replace(flags))
	if status, _, stderr := run(append([]string{"bench", "--dry-run"}, words...)...); status != 0 {
		t.Errorf("%q: status %d: %s", words, status, stderr)
	}
	if _, help, _ := run("compare", "--help"); len(words) < 8 || !strings.Contains(help, "--impl names") || !strings.Contains(help, "--budget time") {
		t.Errorf("%q are not flags of compare --ab:\n%s", words, help)
	}
}
