package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const reported = "testdata/bench-rows.txt"

// The page and the plots are written, over what was there.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	page, plots := filepath.Join(dir, "report.html"), filepath.Join(dir, "new", "plots")
	for range 2 {
		c := newTrial("report", reported, "-o", page, "--svg", plots)
		if status := c.run(); status != 0 || c.stderr.Len()+c.stdout.Len() > 0 {
			t.Fatalf("status %d, %s%s", status, c.stderr.String(), c.stdout.String())
		}
	}
	text, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(text), "bench-rows.txt") || !strings.HasSuffix(string(text), "</html>\n") {
		t.Errorf("%v, %d bytes", err, len(text))
	}
	drawn, err := os.ReadDir(plots)
	if err != nil || len(drawn) == 0 {
		t.Errorf("%v, %d plots", err, len(drawn))
	}
	for _, f := range drawn {
		if filepath.Ext(f.Name()) != ".svg" {
			t.Errorf("%s was left", f.Name())
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

// Where anything is wrong nothing is written, and one line says what.
func TestReportRefuses(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.txt")
	text, err := os.ReadFile(reported)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, text, 0o666); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "report.html")
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "readmostly report: no file named; want those that bench -o wrote"},
		{[]string{own}, "readmostly report: nowhere to write to; want -o report.html, or --svg FOLDER"},
		{[]string{"no-such.txt", "-o", page}, "open no-such.txt: no such file or directory"},
		{[]string{own, "cli.go", "-o", page}, "no results in cli.go; want files that bench -o wrote"},
		{[]string{own, "-o", own}, "-o: " + own + " is one of the result files: name another file"},
		{[]string{own, "-o", filepath.Join(dir, "none", "x.html")}, "-o: no folder " + filepath.Join(dir, "none") + ": make it first, or name another file"},
		{[]string{own, "-o", dir}, "-o: write " + dir + ": it is a folder: name a file"},
		{[]string{own, "--svg", own}, "--svg: mkdir " + own + ": not a directory"},
	} {
		c := newTrial(append([]string{"report"}, test.args...)...)
		status := c.run()
		if got := strings.TrimSpace(c.stderr.String()); status != 2 || got != "readmostly: "+test.want {
			t.Errorf("%v: status %d, %s; want %s", test.args, status, got, test.want)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	if now, err := os.ReadFile(own); err != nil || string(now) != string(text) {
		t.Errorf("the results are not what they were: %v", err)
	}
}
